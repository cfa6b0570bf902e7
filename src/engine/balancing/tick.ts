import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { NS_PER_MS } from '../units.ts';
import { taskScanStart } from './scan-period.ts';

/** The scheduler tick's part of the balancer: decides whether the running task is due for a scan (REF §6.1). */
export function tickNuma(state: KernelState, task: Task): void {
  if (!state.balancingOn || task.exiting || task.scanQueued) return;
  if (!state.gate.atTick(task, state.mode)) return;
  const period = task.scanPeriodMs * NS_PER_MS;
  if (task.accountedExec <= task.nodeStamp + period) return;
  if (task.nodeStamp === 0) task.scanPeriodMs = taskScanStart(task, state.tunables);
  task.nodeStamp += period;
  if (state.jiffies >= task.mm.nextScan) task.scanQueued = true;
}
