import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import type { TaskDecision } from '../trace/decision.ts';
import { pidMatches, UNSET_CPUPID } from '../memory/cpupid.ts';
import { FAILED, LOCAL, PRIVATE, REMOTE, SHARED, TaskFaults } from './fault-statistics.ts';
import type { FaultType } from './fault-statistics.ts';
import { tryJoinGroup } from './numa-group.ts';
import { placement } from './placement.ts';
import { migratePreferred } from './task-migration.ts';
import { isCpuValid } from './two-stage-filter.ts';

/** A handled hint fault, as it goes into the task's statistics (REF §8, §11.2). */
export interface HandledFault {
  /** The folio's `lastCpupid` before this fault. */
  readonly last: number;
  /** Node of the folio after the fault. */
  readonly node: number;
  readonly pages: number;
  /** The folio was on the faulting CPU's node before any migration. */
  readonly wasLocal: boolean;
  readonly outcome: 'Stayed' | 'Migrated' | 'Failed';
  /** The mapping is writable; read-only ones never form groups. */
  readonly writable: boolean;
  /** Mapped by more than one address space through a shared mapping. */
  readonly sharedMapping: boolean;
}

/** Adds a fault to the task's statistics, after the placement that a completed pass may trigger (REF §11.2). */
export function recordFault(state: KernelState, task: Task, fault: HandledFault): void {
  const ignored = ignoredBecause(state, task, fault);
  if (ignored) {
    state.decisions?.task(state.now, task, { outcome: 'stayed', rule: ignored });
    return;
  }
  const faults = (task.faults ??= newStatistics(state, task));
  const type = faultType(state, task, fault);
  const runNode = state.nodeOfTask(task);
  const local = fault.wasLocal || countsAsLocal(task, type, runNode, fault.node);

  if (state.jiffies > task.migrateRetry) {
    placement(state, task);
    migratePreferred(state, task);
  }

  if (fault.outcome === 'Migrated') task.pagesMigrated += fault.pages;
  if (fault.outcome === 'Failed') task.locality[FAILED] += fault.pages;
  faults.memBuffer[2 * fault.node + type]! += fault.pages;
  faults.cpuBuffer[2 * runNode + type]! += fault.pages;
  task.locality[local ? LOCAL : REMOTE] += fault.pages;
}

function ignoredBecause(
  state: KernelState,
  task: Task,
  fault: HandledFault,
): TaskDecision['rule'] | undefined {
  if (!state.balancingOn) return 'modeOff';
  if (!isRecorded(state, fault)) return 'slowTier';
  return state.gate.atFault(task, state.mode) ? undefined : 'gateAtFault';
}

/** Pages that stay on a slow node do not count, nor do those with a stale time stamp. */
function isRecorded(state: KernelState, fault: HandledFault): boolean {
  return state.isTopTier(fault.node) || (!state.tieringOn && isCpuValid(state, fault.last));
}

function newStatistics(state: KernelState, task: Task): TaskFaults {
  task.totalFaults = 0;
  task.locality.fill(0);
  return new TaskFaults(state.topology.nodeCount);
}

function faultType(state: KernelState, task: Task, fault: HandledFault): FaultType {
  if (fault.last === UNSET_CPUPID || pidMatches(task.pid, fault.last)) return PRIVATE;
  return fault.writable ? tryJoinGroup(state, task, fault) : SHARED;
}

/** A shared remote fault between two nodes the group is active on counts as local. */
function countsAsLocal(task: Task, type: FaultType, runNode: number, memNode: number): boolean {
  const { group } = task;
  return (
    type === SHARED &&
    group !== undefined &&
    group.activeNodes > 1 &&
    group.isActive(runNode) &&
    group.isActive(memNode)
  );
}
