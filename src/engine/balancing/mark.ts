import { isMappedByMany } from '../memory/shared-folio.ts';
import type { Vma } from '../memory/vma.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { HUGE_PAGES } from '../units.ts';
import { stampMarked } from './tiering.ts';

/** What a scan marked: base pages, and the page table entries that map them, of which a huge page has one. */
export interface Marked {
  readonly pages: number;
  readonly entries: number;
}

/**
 * Marks the pages [low, high) of a VMA, except those the skip tests leave alone (REF §7.4).
 *
 * @returns what it newly marked
 */
export function markPages(state: KernelState, task: Task, vma: Vma, low: number, high: number): Marked {
  const { present, armed, table } = vma;
  const leftAlone = nodesLeftAlone(state, task, vma, false);
  const cow = mayBeCopyOnWrite(vma);
  let [pages, entries] = [0, 0];
  for (let page = low; page < high; page++) {
    if (table.isHugeEntry(page)) {
      const end = Math.min(table.object.blockStart(page) + HUGE_PAGES, high);
      if (markHuge(state, task, vma, page)) {
        pages += HUGE_PAGES;
        entries++;
      }
      page = end - 1;
      continue;
    }
    if (present[page] === 0 || armed.has(page)) continue;
    if (leftAlone[table.objectOf(page).node[page]!] === 1 || (cow && isCopyOnWrite(vma, page))) continue;
    stampMarked(state, vma, page);
    vma.arm(page);
    pages++;
    entries++;
  }
  if (pages > 0) state.count('numa_pte_updates', pages, task.mm.ownerCgroup);
  return { pages, entries };
}

/** Whether any folio of a mapping can be one that is left alone because others map it too (REF §7.4 c). */
function mayBeCopyOnWrite({ flags, object }: Vma): boolean {
  return !flags.shared && object.mappings.length > 1;
}

function isCopyOnWrite({ table }: Vma, page: number): boolean {
  const object = table.objectOf(page);
  return isMappedByMany(object, object.folioStart(page));
}

/** A huge mapping is marked or left alone as a whole; as posted, the RFC's mode 4 leaves those on top-tier nodes. */
function markHuge(state: KernelState, task: Task, vma: Vma, start: number): boolean {
  if (vma.present[start] === 0 || vma.armed.has(start)) return false;
  if (mayBeCopyOnWrite(vma) && isCopyOnWrite(vma, start)) return false;
  if (nodesLeftAlone(state, task, vma, true)[vma.table.objectOf(start).node[start]!] === 1) return false;
  stampMarked(state, vma, start);
  vma.armFolio(start, HUGE_PAGES);
  state.count('numa_huge_pte_updates', 1);
  return true;
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

/** What a scan of the pages [low, high) would do, for a decision log: pages by what becomes of them. */
export function expectedMarks(
  state: KernelState,
  task: Task,
  vma: Vma,
  low: number,
  high: number,
): { readonly onlyCopyOnWrite: boolean; readonly pages: Readonly<Record<string, number>> } {
  const leftAlone = [false, true].map((huge) => nodesLeftAlone(state, task, vma, huge));
  const cow = mayBeCopyOnWrite(vma);
  const fateOf = (page: number): keyof typeof pages => {
    const node = vma.table.objectOf(page).node[page]!;
    if (vma.armed.has(page)) return 'markedAlready';
    if (cow && isCopyOnWrite(vma, page)) return 'leftCopyOnWrite';
    if (leftAlone[vma.table.isHugeEntry(page) ? 1 : 0]![node] === 0) return 'marks';
    return node === state.nodeOfTask(task) ? 'leftOnOwnNode' : 'leftOnTopTier';
  };
  const pages = { marks: 0, markedAlready: 0, leftOnOwnNode: 0, leftOnTopTier: 0, leftCopyOnWrite: 0 };
  for (let page = low; page < high; page++) if (vma.present[page] === 1) pages[fateOf(page)]++;
  const { leftCopyOnWrite, ...others } = pages;
  const onlyCopyOnWrite = leftCopyOnWrite > 0 && Object.values(others).every((count) => count === 0);
  return { onlyCopyOnWrite, pages: leftCopyOnWrite > 0 ? pages : others };
}
