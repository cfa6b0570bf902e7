import { hintFault } from './balancing/hint-fault.ts';
import { writeFault } from './memory/copy-on-write.ts';
import type { PageTable } from './memory/page-table.ts';
import { outOfMemory } from './process.ts';
import type { Task } from './sched/task.ts';
import type { KernelState } from './state.ts';

/**
 * A touch of a page that traps: first the hint fault if it is marked, then, if it writes to memory that was forked, the
 * copy. A copy costs as much as a fault that moves a page, going on with the page as much as one that does not.
 *
 * @returns ns of the task's CPU time that it took
 */
export function touchTrapped(
  state: KernelState,
  task: Task,
  table: PageTable,
  page: number,
  write: boolean,
): number {
  const vma = table.vmaOf(page);
  const ns = table.armed.has(page) ? hintFault(state, task, vma, page, write) : 0;
  if (!write || table.cow?.has(page) !== true) return ns;
  const outcome = writeFault(state, task, vma, page);
  const faultNs = ns + state.costs.hintFaultNs;
  if (outcome === 'reused') return faultNs;
  if (outcome !== 'copied') outOfMemory(state, task);
  return faultNs + state.costs.migratePageNs;
}
