import type { KernelVariant } from '../machine/variant.ts';
import { pidBit } from '../memory/cpupid.ts';
import type { Vma, VmaScanState } from '../memory/vma.ts';
import type { Task } from '../sched/task.ts';

const FREE_PASSES = 2;

/** Which VMAs a scan leaves to the threads that touch them (REF §7.3 rules 5 and 6); kernels differ in it. */
export interface PidFilter {
  /** Why the scan passes by a VMA that is not too new, if it does. */
  skip(
    task: Task,
    vma: Vma,
    scan: VmaScanState,
    forced: boolean,
  ): 'seq-completed' | 'pid-inactive' | undefined;
  /** Whether a walk that found inactive VMAs only is repeated by force (REF §7.2). */
  readonly forcesScan: boolean;
}

/** The filter of a kernel variant; without one, VMAs need no balancing state either. */
export function pidFilterOf({ pidFilter }: KernelVariant): PidFilter | undefined {
  switch (pidFilter) {
    case 'None':
      return undefined;
    case 'Skip':
      return skipFilter;
    case 'Complete':
      return completeFilter;
  }
}

/** Inactive VMAs are left out for good (docs/fidelity.md: K2). */
const skipFilter: PidFilter = {
  skip: (task, _vma, scan) =>
    task.mm.scanSeq < FREE_PASSES || hasTouched(task, scan) ? undefined : 'pid-inactive',
  forcesScan: false,
};

/** Partial and inactive VMAs are completed all the same, each once per pass (REF §7.3). */
const completeFilter: PidFilter = {
  skip: (task, vma, scan, forced) => {
    const { mm } = task;
    if (scan.previousSeq === mm.scanSeq) {
      mm.scanOffset = vma.end;
      return 'seq-completed';
    }
    return forced || isAccessed(task, vma, scan) ? undefined : 'pid-inactive';
  },
  forcesScan: true,
};

/** Whether the VMA counts as accessed by the scanning task (REF §7.3). */
function isAccessed(task: Task, vma: Vma, scan: VmaScanState): boolean {
  const { mm } = task;
  if (mm.scanSeq - scan.startSeq < FREE_PASSES) return true;
  if (hasTouched(task, scan)) return true;
  if (mm.scanOffset > vma.start) return true;
  return mm.scanSeq > scan.previousSeq + mm.users;
}

/** Whether a thread with the task's pid bit took a hint fault there in one of the two windows. */
function hasTouched(task: Task, scan: VmaScanState): boolean {
  const bit = pidBit(task.pid);
  const word = bit >>> 5;
  const pids = scan.previousPids[word]! | scan.currentPids[word]!;
  return (pids & (1 << (bit & 31))) !== 0;
}
