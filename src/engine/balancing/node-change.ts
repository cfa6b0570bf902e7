import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { NO_NODE } from '../units.ts';
import { taskScanStart } from './scan-period.ts';

/** A task got a CPU on another node: being pulled away from its preferred node restarts fast scanning (REF §6.4). */
export function onNodeChange(state: KernelState, task: Task, from: number, to: number): void {
  if (!state.balancingOn || !task.faults || task.exiting || from === to) return;
  const leftPreferred = task.preferredNode === NO_NODE || from === task.preferredNode;
  if (task.scanSeq !== 0 && (to === task.preferredNode || !leftPreferred)) return;
  task.scanPeriodMs = taskScanStart(task, state.tunables);
}
