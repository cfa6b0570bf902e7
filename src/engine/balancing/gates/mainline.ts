import type { BalancingGate } from '../gate.ts';
import { nothingInherited } from './own-flag.ts';

const NORMAL_BIT = 1;

/** The unpatched kernel: no switch; mode 4 is accepted but marks nothing on top-tier nodes (REF §17.1). */
export const mainlineGate: BalancingGate = {
  hasFile: false,
  atTick: () => true,
  atScan: () => true,
  atFault: () => true,
  flagOfNewGroup: nothingInherited,
  marksTopTier: (mode) => (mode & NORMAL_BIT) !== 0,
};
