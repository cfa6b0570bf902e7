import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { NO_NODE, div } from '../units.ts';
import type { TaskFaults } from './fault-statistics.ts';
import { FAILED, LOCAL, PRIVATE, REMOTE, SHARED } from './fault-statistics.ts';
import { choosePreferredNode } from './preferred-node.ts';
import { adaptPeriod, taskScanMax, taskScanMin } from './scan-period.ts';

/** The scheduler's longest load average period, in its own unit of 1.024 µs (REF §12.2). */
const LOAD_AVG_MAX = 47_742;
const CPU_SCALE = 65_536n;

/** CPU time per wall time since the last placement, as a fraction of 65536 (REF §12.2). */
export function runtimeWeight(runtimeNs: number, periodNs: number): number {
  return Number((BigInt(runtimeNs) * CPU_SCALE) / BigInt(periodNs + 1));
}

/** Once per pass over the address space: decays the statistics, prefers a node, adapts the scan period (REF §12). */
export function placement(state: KernelState, task: Task): void {
  const { mm, faults } = task;
  if (!faults || task.scanSeq === mm.scanSeq) return;
  task.scanSeq = mm.scanSeq;
  task.scanPeriodMaxMs = taskScanMax(task, state.tunables);

  const window = decay(task, faults, averageRuntime(task));
  const best = choosePreferredNode(state.topology, task);
  if (best !== NO_NODE) task.preferredNode = best;
  adaptScanPeriod(state, task, window);
}

/** Run time and wall time since the last placement (REF §12.2). */
function averageRuntime(task: Task): { readonly runtime: number; readonly period: number } {
  const first = task.lastPlacement === 0;
  const runtime = first ? LOAD_AVG_MAX : task.accountedExec - task.lastSumExec;
  const period = first ? LOAD_AVG_MAX : Math.max(0, task.execStart - task.lastPlacement);
  task.lastSumExec = task.accountedExec;
  task.lastPlacement = task.execStart;
  return { runtime: first ? div(runtime * task.dutyPercent, 100) : runtime, period };
}

function decay(
  task: Task,
  faults: TaskFaults,
  average: { readonly runtime: number; readonly period: number },
): { readonly shared: number; readonly private: number } {
  const total = task.locality[REMOTE] + task.locality[LOCAL];
  const weight = runtimeWeight(average.runtime, average.period);
  const typeTotal = [0, 0];
  for (let i = 0; i < faults.mem.length; i++) {
    const memDelta = faults.memBuffer[i]! - div(faults.mem[i]!, 2);
    const cpuDelta = div(weight * faults.cpuBuffer[i]!, total + 1) - div(faults.cpu[i]!, 2);
    typeTotal[i & 1]! += faults.memBuffer[i]!;
    faults.memBuffer[i] = 0;
    faults.cpuBuffer[i] = 0;
    faults.mem[i]! += memDelta;
    faults.cpu[i]! += cpuDelta;
    task.totalFaults += memDelta;
    if (!task.group) continue;
    task.group.mem[i]! += memDelta;
    task.group.cpu[i]! += cpuDelta;
    task.group.totalFaults += memDelta;
  }
  return { shared: typeTotal[SHARED]!, private: typeTotal[PRIVATE]! };
}

function adaptScanPeriod(
  state: KernelState,
  task: Task,
  types: { readonly shared: number; readonly private: number },
): void {
  const [remote, local, failed] = task.locality;
  const result = adaptPeriod(
    task.scanPeriodMs,
    { remote, local, failed, ...types },
    {
      min: taskScanMin(task, state.tunables),
      max: taskScanMax(task, state.tunables),
      cachedMax: task.scanPeriodMaxMs,
    },
  );
  task.scanPeriodMs = result.periodMs;
  if (result.slowed) {
    task.mm.nextScan = state.jiffies + state.msToJiffies(result.periodMs);
    if (state.variant.stickyMigrationFailure) return;
  }
  task.locality[REMOTE] = 0;
  task.locality[LOCAL] = 0;
  task.locality[FAILED] = 0;
}
