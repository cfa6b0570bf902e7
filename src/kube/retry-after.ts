/**
 * The `Retry-After` header (RFC 9110 §10.2.3): seconds, or a date.
 */

/** Longest wait that is believed, milliseconds; a server that wants more is asked again then. */
const longestWaitMs = 120_000;

/**
 * How long the server asks to stay away.
 *
 * @param header the header's value; a list counts as its first element
 * @param nowMs milliseconds since the Unix epoch, to which a date is compared
 * @returns milliseconds in [0, 120 000], or undefined without a valid header
 */
export function retryAfterMs(
  header: string | readonly string[] | undefined,
  nowMs: number,
): number | undefined {
  const value = typeof header === 'string' ? header : header?.[0];
  if (value === undefined) {
    return undefined;
  }
  const waitMs = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(longestWaitMs, Math.max(0, waitMs));
}
