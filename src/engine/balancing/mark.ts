import type { Vma } from '../memory/vma.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';

/**
 * Marks the base pages [low, high) of a VMA, except those the skip tests leave alone (REF §7.4).
 *
 * @returns pages newly marked
 */
export function markPages(state: KernelState, task: Task, vma: Vma, low: number, high: number): number {
  const { object, present, armed } = vma;
  // Copy-on-write memory that several address spaces map is left alone (REF §7.4 c).
  if (!vma.flags.shared && object.mappings.length > 1) return 0;
  const leftAlone = nodesLeftAlone(state, task, vma);
  let marked = 0;
  for (let page = low; page < high; page++) {
    if (present[page] === 0 || armed.has(page) || leftAlone[object.node[page]!] === 1) continue;
    vma.arm(page);
    marked++;
  }
  if (marked > 0) state.count('numa_pte_updates', marked, task.mm.ownerCgroup);
  return marked;
}

/** 1 for each node whose pages the scan does not mark (REF §7.4 f and g). */
function nodesLeftAlone(state: KernelState, task: Task, vma: Vma): Uint8Array {
  const skipsLocal = !vma.flags.shared && task.mm.users === 1;
  const here = state.nodeOfTask(task);
  const marksTopTier = state.gate.marksTopTier(state.mode, false);
  return Uint8Array.from({ length: state.topology.nodeCount }, (_, node) =>
    (skipsLocal && node === here) || (!marksTopTier && state.isTopTier(node)) ? 1 : 0,
  );
}
