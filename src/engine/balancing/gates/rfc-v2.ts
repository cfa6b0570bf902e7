import type { BalancingGate } from '../gate.ts';
import { nothingInherited, ownFlagOpen, rfcMarksTopTier } from './own-flag.ts';

/** RFC V2 (June 2025): asked in the scan work, before the next-scan time is touched; ticks go on (REF §17.3). */
export const rfcV2Gate = (thpMarking: 'AsPosted' | 'Fixed'): BalancingGate => ({
  hasFile: true,
  atTick: () => true,
  atScan: ownFlagOpen,
  atFault: ownFlagOpen,
  flagOfNewGroup: nothingInherited,
  marksTopTier: rfcMarksTopTier(thpMarking),
});
