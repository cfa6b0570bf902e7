/**
 * A rule that a type alone cannot say, written once for both who check it: the API server evaluates `cel`, local
 * validation (`numasim run`, which has no API server) calls `check`. Both must mean the same; a test compares them.
 */
import type { z } from 'zod';

/** One `x-kubernetes-validations` entry and the TypeScript predicate of the same meaning. */
export interface Rule<T> {
  /** CEL expression over `self`; true when the value is fine. */
  readonly cel: string;
  /** What the user reads when it is not. Starts with "must" or names the field; ends without a full stop. */
  readonly message: string;
  /** The child the message is about; without it the value itself. */
  readonly field?: string;
  /** The same as `cel`, on a value that already has the right types. */
  readonly check: (value: T) => boolean;
}

/** Key under which rules travel through zod's metadata into the CRD. */
export const validationsKey = 'x-kubernetes-validations';

/** The schema with the rules attached, for both checkers. `description` is the field's, as for any other schema. */
export function withRules<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  rules: readonly Rule<z.output<Schema>>[],
): Schema {
  const checked = schema.superRefine((value, context) => {
    for (const rule of rules) {
      if (rule.check(value)) continue;
      const path = rule.field === undefined ? [] : [rule.field];
      context.addIssue({ code: 'custom', message: rule.message, path });
    }
  });
  const validations = rules.map(({ cel, message, field }) => ({
    rule: cel,
    message,
    ...(field === undefined ? {} : { fieldPath: `.${field}` }),
  }));
  return checked.meta({ description, [validationsKey]: validations });
}
