/**
 * Where the recorded programs' regions lie: in `vmasAtStart` (a3, a6, e7, p1) there is always a hole of 96 MiB between the
 * shared page and the vDSO. A region is mapped at its top, with a guard of 4 MiB above and room to align it to 2 MiB; one
 * that does not fit any more goes below the shared page. So a scan marks the shared page before or after it.
 */
import type { RecordedRegion } from './record.ts';
import { SHARED_ADDRESS } from './small-mappings.ts';

const MIB = 2 ** 20;
const HUGE_BYTES = 2 * MIB;
const HOLE_BYTES = 96 * MIB;
const GUARD_BYTES = 4 * MIB;
const PAGE_BYTES = 4096;

/** Start addresses, in the order of the regions. */
export function regionAddresses(regions: readonly RecordedRegion[]): readonly number[] {
  const bottom = SHARED_ADDRESS + PAGE_BYTES;
  let holeTop = bottom + HOLE_BYTES;
  let lowest = SHARED_ADDRESS;
  return regions.map(({ pages }) => {
    const bytes = pages * PAGE_BYTES + GUARD_BYTES;
    const fits = holeTop - bytes - HUGE_BYTES >= bottom;
    const start = Math.floor(((fits ? holeTop : lowest) - bytes) / HUGE_BYTES) * HUGE_BYTES;
    if (fits) holeTop = start;
    else lowest = start;
    return start;
  });
}
