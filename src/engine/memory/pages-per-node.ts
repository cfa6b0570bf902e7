import type { PageTable } from './page-table.ts';
import type { Vma } from './vma.ts';

/** Pages per node of a mapping: those of the object while it maps all of it, else those it maps. */
export function pagesPerNode(vma: Vma): ArrayLike<number> {
  return vma.table.changed ? count(vma.table, vma.low, vma.high) : vma.object.residentPerNode;
}

/** The same of a region, whatever VMAs it is cut into. */
export function regionPagesPerNode(table: PageTable): ArrayLike<number> {
  return table.changed ? count(table, 0, table.pages) : table.object.residentPerNode;
}

function count(table: PageTable, low: number, high: number): ArrayLike<number> {
  const perNode = new Float64Array(table.object.residentPerNode.length);
  for (let page = low; page < high; page++) {
    if (table.present[page] === 1) perNode[table.objectOf(page).node[page]!]!++;
  }
  return perNode;
}
