import type { Task } from './task.ts';
import { onNodeChange } from '../balancing/node-change.ts';
import type { KernelState } from '../state.ts';

/** CPUs a task may use: its affinity within its cgroup's cpuset; the cpuset alone if they have nothing in common. */
export function allowedCpus(state: KernelState, task: Task): readonly number[] {
  const all = Array.from({ length: state.topology.cpuCount }, (_, cpu) => cpu);
  const cpuset = task.cgroup.effectiveCpus() ?? all;
  const allowed = task.affinity ? cpuset.filter((cpu) => task.affinity!.includes(cpu)) : cpuset;
  return allowed.length > 0 ? allowed : cpuset;
}

export function isAllowed(task: Task, cpu: number): boolean {
  const cpuset = task.cgroup.effectiveCpus();
  return (cpuset?.includes(cpu) ?? true) && (task.affinity?.includes(cpu) ?? true);
}

/** Puts a task on a CPU; its run time there begins when both it and the CPU have got to the same instant. */
export function assignCpu(state: KernelState, task: Task, cpu: number): void {
  if (task.cpu === cpu) return;
  const from = state.runQueues[task.cpu]!;
  const to = state.runQueues[cpu]!;
  from.remove(task);
  task.vruntime += to.minVruntime - from.minVruntime;
  task.cpu = cpu;
  task.readyAt = Math.max(task.readyAt, from.clock, state.now);
  to.add(task);
  onNodeChange(state, task, from.node, to.node);
}
