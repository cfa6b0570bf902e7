import type { Task } from '../../sched/task.ts';

const NORMAL_BIT = 1;
const CGROUP_BIT = 4;

/** Open outside mode 4, and where the task's effective cgroup has its own flag set: no hierarchy (REF §17.2–17.3). */
export function ownFlagOpen(task: Task, mode: number): boolean {
  return (mode & CGROUP_BIT) === 0 || task.cgroup.governing('cpu').numaLoadBalance !== 0n;
}

/** A new group is off, whatever its parent is (REF §17.3). */
export const nothingInherited = (): bigint => 0n;

/** As posted, the RFC relaxes the top-tier rule for base pages only (REF §17.4 note 3). */
export function rfcMarksTopTier(thpMarking: 'AsPosted' | 'Fixed'): (mode: number, huge: boolean) => boolean {
  return (mode, huge) =>
    (mode & (huge && thpMarking === 'AsPosted' ? NORMAL_BIT : NORMAL_BIT | CGROUP_BIT)) !== 0;
}
