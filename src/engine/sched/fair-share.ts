import type { Cgroup } from '../cgroup.ts';
import type { Task } from './task.ts';

/** Weight of a task beside groups, in the unit of `cpu.weight` (nice 0). */
const TASK_WEIGHT = 100;

/**
 * The share of a CPU each of its runnable tasks is due through the tree of `cpu.weight` (design §2.2). A group counts
 * with its whole weight on every CPU it has a runnable task on (docs/fidelity.md: S2).
 *
 * @returns shares in the order of `tasks`, adding up to 1
 */
export function fairShares(tasks: readonly Task[]): readonly number[] {
  const siblings = new Map<Cgroup, number>();
  const seen = new Set<Cgroup>();
  for (const task of tasks) {
    let group = task.cgroup.governing('cpu');
    add(siblings, group, TASK_WEIGHT);
    while (group.parent && !seen.has(group)) {
      seen.add(group);
      add(siblings, group.parent, group.cpuWeight);
      group = group.parent;
    }
  }
  return tasks.map((task) => {
    let group = task.cgroup.governing('cpu');
    let share = TASK_WEIGHT / siblings.get(group)!;
    for (; group.parent; group = group.parent) share *= group.cpuWeight / siblings.get(group.parent)!;
    return share;
  });
}

function add(sums: Map<Cgroup, number>, group: Cgroup, weight: number): void {
  sums.set(group, (sums.get(group) ?? 0) + weight);
}
