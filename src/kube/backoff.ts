/**
 * How long to wait before the n-th retry.
 */

/** An exponential series with a ceiling. */
export interface BackoffOptions {
  /** First wait, milliseconds. */
  readonly baseMs: number;
  /** Longest wait, milliseconds. */
  readonly maxMs: number;
}

/** The wait after `failures` failures in a row (1 = the first): base × 2^(failures − 1), at most the maximum. */
export function exponentialMs(failures: number, { baseMs, maxMs }: BackoffOptions): number {
  // 2^1023 is the largest power of two a number holds; the ceiling is reached long before.
  return Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 1023));
}

/**
 * Spreads a wait over its upper half, so that clients that failed together do not come back together.
 *
 * @param random a number in [0, 1)
 */
export function jittered(waitMs: number, random: number): number {
  return waitMs * (0.5 + random / 2);
}
