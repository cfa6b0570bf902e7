/** Durations as people write them and Go reads them: `500ms`, `30s`, `1m30s`, `2h`. */
import { z } from 'zod';

import { NumasimError } from '../errors.ts';
import { withRules } from './rule.ts';

const grammar = '^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,9}s)?([0-9]{1,9}ms)?$';
const pattern = new RegExp(grammar, 'u');
const message = 'must be a duration such as 500ms, 30s or 1m30s';

/** Schema of a duration of whole milliseconds. */
export function duration(description: string): z.ZodString {
  return withRules(z.string().min(1).max(32), description, [
    { cel: `self.matches('${grammar}')`, message, check: isDuration },
  ]);
}

/** Whole milliseconds. Throws NUMASIM_OBJECT_INVALID when the text is no duration. */
export function durationMs(value: string): number {
  const match = isDuration(value) ? pattern.exec(value) : null;
  if (match === null) throw new NumasimError('NUMASIM_OBJECT_INVALID', `${message}, is "${value}"`);
  const [, hours, minutes, seconds, millis] = match.map((part: string | undefined) =>
    Number.parseInt(part ?? '0', 10),
  );
  return (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000 + (millis ?? 0);
}

function isDuration(value: string): boolean {
  return value !== '' && pattern.test(value);
}
