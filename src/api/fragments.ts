/** Fields that several kinds have in the same form. */
import { z } from 'zod';

import { int32, text } from './fields.ts';
import { withRules } from './rule.ts';

const dnsLabel = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** A name as containers have it: a DNS label. */
export function dnsLabelName(description: string): z.ZodString {
  return withRules(z.string().min(1).max(63), description, [
    {
      cel: `self.matches('${dnsLabel}')`,
      message:
        'must be a name of lower-case letters, digits and "-", beginning and ending with a letter or digit',
      check: (value) => value === '' || new RegExp(dnsLabel, 'u').test(value),
    },
  ]);
}

/** Schema of `spec.priority`. */
export function priority(description: string): z.ZodDefault<z.ZodInt> {
  return int32({ min: -1_000_000_000, max: 1_000_000_000 }, description).default(0);
}

/** Schema of `status.observedGeneration`. */
export function observedGeneration(): z.ZodExactOptional<z.ZodInt> {
  return z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .meta({ description: 'metadata.generation of this object that the status is about.', format: 'int64' })
    .exactOptional();
}

/** Name of an object of the API: a DNS subdomain of at most 253 characters. */
export function objectName(description: string): z.ZodString {
  return text(253, description);
}
