/** The wall clock of a run, for timestamps. */
import { NumasimError } from '../errors.ts';

/**
 * Now, or the time in `SOURCE_DATE_EPOCH` (seconds since 1970, https://reproducible-builds.org/specs/source-date-epoch/),
 * which makes the output the same each time. RFC 3339, whole seconds. Throws NUMASIM_USAGE when it is no such number.
 */
export function runTime(sourceDateEpoch: string | undefined, now: Date): string {
  if (sourceDateEpoch === undefined || sourceDateEpoch === '') return format(now);
  const date = new Date(/^\d{1,12}$/u.test(sourceDateEpoch) ? Number(sourceDateEpoch) * 1000 : Number.NaN);
  if (Number.isNaN(date.getTime())) {
    const message = `must be seconds since 1970, is "${sourceDateEpoch}"`;
    throw new NumasimError('NUMASIM_USAGE', message, 'SOURCE_DATE_EPOCH');
  }
  return format(date);
}

function format(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/u, 'Z');
}
