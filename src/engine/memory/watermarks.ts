import { clamp, div } from '../units.ts';

/** Free-page thresholds of a node, in base pages (REF §10.3). */
export interface Watermarks {
  readonly min: number;
  readonly low: number;
  readonly high: number;
  readonly promo: number;
}

const WATERMARK_SCALE_FACTOR = 10;

/** The kernel's automatic `min_free_kbytes` for a machine of that many base pages (REF §10.3). */
export function automaticMinFreeKbytes(totalPages: number): number {
  return clamp(integerSqrt(16 * totalPages * 4), 128, 262_144);
}

/**
 * Watermarks of a node with one zone.
 *
 * @param managed base pages of the node
 * @param total base pages of the machine
 * @param minFreeKbytes the effective value of the sysctl; with huge pages enabled the kernel raises it
 */
export function watermarks(
  managed: number,
  total: number,
  minFreeKbytes = automaticMinFreeKbytes(total),
): Watermarks {
  const min = div(div(minFreeKbytes, 4) * managed, total);
  const delta = Math.max(div(min, 4), div(managed * WATERMARK_SCALE_FACTOR, 10_000));
  return { min, low: min + delta, high: min + 2 * delta, promo: min + 3 * delta };
}

function integerSqrt(value: number): number {
  let root = Math.floor(Math.sqrt(value));
  while (root * root > value) root--;
  while ((root + 1) * (root + 1) <= value) root++;
  return root;
}
