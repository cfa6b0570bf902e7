import type { AddressSpace } from '../memory/address-space.ts';
import type { Vma, VmaScanState } from '../memory/vma.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { effectivePolicy } from './misplaced.ts';
import { pidFilterOf } from './pid-filter.ts';

/** Why the scanner passes a VMA by, in the order the rules apply (REF §7.3); the names are the kernel trace's. */
export type SkipReason =
  'unsuitable' | 'shared-ro' | 'inaccessible' | 'scan-delay' | 'seq-completed' | 'pid-inactive';

const PID_RESET_DELAYS = 4;

/** Applies the skip rules to a VMA and creates its balancing state if it needs one and has none (REF §7.3). */
export function skipVma(state: KernelState, task: Task, vma: Vma, forced: boolean): SkipReason | undefined {
  const byKind = skipByKind(task, vma);
  if (byKind) return byKind;
  const filter = pidFilterOf(state.variant);
  if (!filter) return undefined;
  const { mm } = task;
  const scan = (vma.scan ??= newScanState(state, mm));
  if (mm.scanSeq !== 0 && state.jiffies < scan.nextScan) return 'scan-delay';
  if (mm.scanSeq !== 0) rotatePids(state, scan);
  return filter.skip(task, vma, scan, forced);
}

function skipByKind(task: Task, vma: Vma): SkipReason | undefined {
  const { flags } = vma;
  if (flags.special || !effectivePolicy(task, vma).migrateOnFault) return 'unsuitable';
  if (flags.file && flags.readable && !flags.writable) return 'shared-ro';
  return flags.readable || flags.writable || flags.executable ? undefined : 'inaccessible';
}

function newScanState(state: KernelState, mm: AddressSpace): VmaScanState {
  const nextScan = state.jiffies + state.msToJiffies(state.tunables.scanDelayMs);
  return {
    nextScan,
    pidsReset: nextScan + pidResetInterval(state),
    previousPids: [0, 0],
    currentPids: [0, 0],
    startSeq: mm.scanSeq,
    previousSeq: mm.scanSeq - 1,
  };
}

/** Jiffies after which the windows of accessing pids rotate (REF §4.2 PID_RESET). */
function pidResetInterval(state: KernelState): number {
  return state.msToJiffies(PID_RESET_DELAYS * state.tunables.scanDelayMs);
}

function rotatePids(state: KernelState, scan: VmaScanState): void {
  if (state.jiffies <= scan.pidsReset) return;
  scan.pidsReset += pidResetInterval(state);
  scan.previousPids = scan.currentPids;
  scan.currentPids = [0, 0];
}
