import type { Vma } from '../memory/vma.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';

/**
 * Marks the base pages [low, high) of a VMA, except those the skip tests leave alone (REF §7.4).
 *
 * @returns pages newly marked
 */
export function markPages(state: KernelState, task: Task, vma: Vma, low: number, high: number): number {
  const { object, present, armed, flags } = vma;
  if (!flags.shared && object.mappings > 1) return 0;
  const here = state.nodeOfTask(task);
  const skipLocal = !flags.shared && task.mm.users === 1;
  const marksTopTier = state.gate.marksTopTier(state.mode, false);
  let marked = 0;
  for (let page = low; page < high; page++) {
    if (present[page] === 0 || armed.has(page)) continue;
    const node = object.node[page]!;
    if (skipLocal && node === here) continue;
    if (!marksTopTier && state.isTopTier(node)) continue;
    vma.arm(page);
    marked++;
  }
  if (marked > 0) state.count('numa_pte_updates', marked, task.mm.ownerCgroup);
  return marked;
}
