import { TaskFaults } from '../../../src/engine/balancing/fault-statistics.ts';
import { counterValues } from '../../../src/engine/counters.ts';
import type { MachineSpec } from '../../../src/engine/machine/topology.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import type { KernelState } from '../../../src/engine/state.ts';
import { bootState, runTicks, startOn } from '../boot.ts';
import type { StateOptions } from '../boot.ts';

/** Builders for tests of REF §14: tasks that run, and what they have learnt. */

/** Tasks on the given CPUs, running, free to go anywhere from then on. */
export function tasksOn(
  spec: MachineSpec,
  cpus: readonly number[],
  options: StateOptions = {},
): { readonly state: KernelState; readonly tasks: readonly Task[] } {
  const state = bootState({ machine: spec, mode: 0, ...options });
  const tasks = cpus.map((cpu) => startOn(state, cpu, 0, { mib: 1 }).task);
  runTicks(state, 1);
  state.mode = options.mode ?? 1;
  for (const task of tasks) task.affinity = undefined;
  return { state, tasks };
}

/** Decayed private memory faults by node, and where the task would like to be. */
export function learnt(task: Task, preferredNode: number, mem: readonly number[]): Task {
  task.faults = new TaskFaults(mem.length);
  mem.forEach((count, node) => (task.faults!.mem[2 * node + 1] = count));
  task.totalFaults = mem.reduce((a, b) => a + b, 0);
  task.preferredNode = preferredNode;
  return task;
}

export const counted = (state: KernelState): readonly [moved: number, swapped: number] => {
  const { numa_task_migrated: moved, numa_task_swapped: swapped } = counterValues(state.events);
  return [moved, swapped];
};
