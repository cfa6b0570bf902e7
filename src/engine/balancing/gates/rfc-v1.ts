import type { BalancingGate } from '../gate.ts';
import { nothingInherited, ownFlagOpen, rfcMarksTopTier } from './own-flag.ts';

/** RFC V1 (February 2025): asked in the tick, so the CPU-time stamp stands still while closed (REF §17.3). */
export const rfcV1Gate = (thpMarking: 'AsPosted' | 'Fixed'): BalancingGate => ({
  hasFile: true,
  atTick: ownFlagOpen,
  atScan: () => true,
  atFault: ownFlagOpen,
  flagOfNewGroup: nothingInherited,
  marksTopTier: rfcMarksTopTier(thpMarking),
});
