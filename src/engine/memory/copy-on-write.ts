import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { allocatePage } from './allocate.ts';
import type { AllocationFailure } from './allocate.ts';
import { UNSET_CPUPID } from './cpupid.ts';
import { isMappedByMany } from './shared-folio.ts';
import { unmapPage } from './unmap.ts';
import type { Vma } from './vma.ts';

/** What a write to memory from before a fork did. */
export type WriteOutcome = 'copied' | 'reused' | AllocationFailure;

/**
 * The first write to a page that a fork protected. While another address space maps it, the writer gets a page of its
 * own, by its policy and on its own node; else it goes on with the page, which is unset as by any such fault (REF §3.6).
 */
export function writeFault(state: KernelState, task: Task, vma: Vma, page: number): WriteOutcome {
  const { table } = vma;
  const object = table.objectOf(page);
  const start = object.folioStart(page);
  if (!isMappedByMany(object, start)) {
    reuse(vma, start, object.folioPages(page));
    object.lastCpupid[start] = UNSET_CPUPID;
    return 'reused';
  }
  // A copy of a huge page is made of the base page that is written; the rest stays shared, by base entries.
  if (object.huge[page] === 1) table.splitBlocks.add(start);
  unmapPage(state, vma, page);
  const touch = { task, cpu: task.cpu, node: state.nodeOfTask(task) };
  return allocatePage(state, vma, page, touch) ?? 'copied';
}

/** The last address space that maps a folio need not copy any of it. */
function reuse({ table }: Vma, start: number, pages: number): void {
  for (let page = start; page < start + pages; page++) {
    if (table.present[page] === 1) table.unprotect(page);
  }
}
