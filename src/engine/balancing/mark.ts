import type { Vma } from '../memory/vma.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { HUGE_PAGES } from '../units.ts';
import { stampMarked } from './tiering.ts';

/**
 * Marks the pages [low, high) of a VMA, except those the skip tests leave alone (REF §7.4).
 *
 * @returns pages newly marked
 */
export function markPages(state: KernelState, task: Task, vma: Vma, low: number, high: number): number {
  const { object, present, armed } = vma;
  // Copy-on-write memory that several address spaces map is left alone (REF §7.4 c).
  if (!vma.flags.shared && object.mappings.length > 1) return 0;
  const leftAlone = nodesLeftAlone(state, task, vma, false);
  let marked = 0;
  for (let page = low; page < high; page++) {
    if (object.huge[page] === 1 && vma.mapsHugeEntries) {
      const end = Math.min(object.blockStart(page) + HUGE_PAGES, high);
      marked += markHuge(state, task, vma, page);
      page = end - 1;
      continue;
    }
    if (present[page] === 0 || armed.has(page) || leftAlone[object.node[page]!] === 1) continue;
    stampMarked(state, vma, page);
    vma.arm(page);
    marked++;
  }
  if (marked > 0) state.count('numa_pte_updates', marked, task.mm.ownerCgroup);
  return marked;
}

/** A huge mapping is marked or left alone as a whole; as posted, the RFC's mode 4 leaves those on top-tier nodes. */
function markHuge(state: KernelState, task: Task, vma: Vma, start: number): number {
  if (vma.present[start] === 0 || vma.armed.has(start)) return 0;
  if (nodesLeftAlone(state, task, vma, true)[vma.object.node[start]!] === 1) return 0;
  stampMarked(state, vma, start);
  vma.armFolio(start, HUGE_PAGES);
  state.count('numa_huge_pte_updates', 1);
  return HUGE_PAGES;
}

/** 1 for each node whose pages the scan does not mark (REF §7.4 f and g). */
function nodesLeftAlone(state: KernelState, task: Task, vma: Vma, huge: boolean): Uint8Array {
  const skipsLocal = !vma.flags.shared && task.mm.users === 1;
  const here = state.nodeOfTask(task);
  const marksTopTier = state.gate.marksTopTier(state.mode, huge);
  return Uint8Array.from({ length: state.topology.nodeCount }, (_, node) =>
    (skipsLocal && node === here) || (!marksTopTier && state.isTopTier(node)) ? 1 : 0,
  );
}
