import type { KernelState } from '../state.ts';
import { chargePages } from './allocate.ts';
import type { MemoryObject } from './memory-object.ts';
import type { PageTable } from './page-table.ts';
import type { Vma } from './vma.ts';

/** Takes a whole region away, and gives back what nobody maps any more. */
export function unmapRegion(state: KernelState, table: PageTable): void {
  const { object, objects } = table;
  object.mappings.splice(object.mappings.indexOf(table), 1);
  if (object.mappings.length > 0) {
    const leavesAll = object.keepsPages && !table.layerOf;
    for (const vma of leavesAll ? [] : table.vmas) unmapPages(state, vma);
    return;
  }
  for (const each of objects) freeObject(state, each);
}

/** Unmaps all pages of a VMA. */
export function unmapPages(state: KernelState, vma: Vma): void {
  for (let page = vma.low; page < vma.high; page++) if (vma.present[page] === 1) unmapPage(state, vma, page);
}

/** Unmaps a page with its mark; the folio's memory is given back when nobody maps any of it. */
export function unmapPage(state: KernelState, vma: Vma, page: number): void {
  const { table } = vma;
  const object = table.objectOf(page);
  if (table.armed.has(page)) table.disarm(page);
  table.unprotect(page);
  table.present[page] = 0;
  table.writeProtected[page] = 0;
  vma.residentPages--;
  if (object.keepsPages) return;
  const [start, pages] = [object.folioStart(page), object.folioPages(page)];
  if (table.maps(object, start, pages)) return;
  if (!object.mappings.some((other) => other.maps(object, start, pages)))
    freeFolio(state, object, start, pages);
}

function freeFolio(state: KernelState, object: MemoryObject, start: number, pages: number): void {
  state.memory.release(object.node[start]!, pages);
  chargePages(object.cgroup, -pages);
  object.forget(start, pages);
}

function freeObject(state: KernelState, object: MemoryObject): void {
  state.lruBatches.drop(object);
  let resident = 0;
  object.residentPerNode.forEach((pages, node) => {
    state.memory.release(node, pages);
    resident += pages;
  });
  chargePages(object.cgroup, -resident);
}
