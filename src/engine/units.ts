/** Units and sentinels of the reference (REF §1): base pages of 4 KiB, huge pages of 2 MiB, "no node" is −1. */

/** Bytes of a base page. */
export const PAGE_BYTES = 4096;
/** Base pages in 1 MiB. */
export const PAGES_PER_MIB = 256;
/** Base pages in a huge (PMD-sized) page. */
export const HUGE_PAGES = 512;
/** Huge pages are 2^9 base pages. */
export const HUGE_ORDER = 9;
/** "No node": a task without a preferred node, a page that is not resident. */
export const NO_NODE = -1;
/** Nanoseconds in a millisecond and in a second. */
export const NS_PER_US = 1000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

/** Integer division, truncating toward zero as the kernel's does. */
export const div = (a: number, b: number): number => Math.trunc(a / b);

export const clamp = (value: number, low: number, high: number): number =>
  value < low ? low : value > high ? high : value;

/** Of two positive integers. */
export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
