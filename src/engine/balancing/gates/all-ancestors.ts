import type { Cgroup } from '../../cgroup.ts';
import type { Task } from '../../sched/task.ts';
import type { BalancingGate } from '../gate.ts';
import { nothingInherited, rfcMarksTopTier } from './own-flag.ts';

const CGROUP_BIT = 4;

function allEnabled(group: Cgroup): boolean {
  const effective = group.governing('cpu');
  return effective.numaLoadBalance !== 0n && (!effective.parent || allEnabled(effective.parent));
}

const open = (task: Task, mode: number): boolean => (mode & CGROUP_BIT) === 0 || allEnabled(task.cgroup);

/** The to-do of RFC V2, never posted as code: effective only if all ancestors are enabled too (REF §17.3, §20.11). */
export const allAncestorsGate = (thpMarking: 'AsPosted' | 'Fixed'): BalancingGate => ({
  hasFile: true,
  atTick: () => true,
  atScan: open,
  atFault: open,
  flagOfNewGroup: nothingInherited,
  marksTopTier: rfcMarksTopTier(thpMarking),
});
