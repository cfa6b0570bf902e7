import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import type { ScanDecision } from '../trace/decision.ts';
import { NS_PER_MS, div } from '../units.ts';
import { taskScanStart } from './scan-period.ts';

/** The scheduler tick's part of the balancer: queues a scan if the running task is due for one (REF §6.1). */
export function tickNuma(state: KernelState, task: Task): void {
  const rule = queueScan(state, task);
  if (!state.decisions || !rule) return;
  const { scanPeriodMs, nodeStamp, accountedExec, mm } = task;
  state.decisions.scan(state.now, task, {
    outcome: task.scanQueued ? 'queued' : 'none',
    rule,
    numbers: {
      scanPeriodMs,
      ranMs: div(accountedExec - nodeStamp, NS_PER_MS),
      waitsForJiffies: Math.max(0, mm.nextScan - state.jiffies),
    },
  });
}

/** @returns what decided, if the task is of interest at all */
function queueScan(state: KernelState, task: Task): ScanDecision['rule'] | undefined {
  if (!state.balancingOn || task.exiting || task.scanQueued) return undefined;
  if (!state.gate.atTick(task, state.mode)) return 'gateAtTick';
  const period = task.scanPeriodMs * NS_PER_MS;
  if (task.accountedExec <= task.nodeStamp + period) return 'tooLittleRuntime';
  if (task.nodeStamp === 0) task.scanPeriodMs = taskScanStart(task, state.tunables);
  task.nodeStamp += period;
  if (state.jiffies < task.mm.nextScan) return 'notDue';
  task.scanQueued = true;
  return 'due';
}
