import type { AddressSpace } from './address-space.ts';
import { PageTable } from './page-table.ts';
import { Vma } from './vma.ts';

/**
 * Maps a region in a forked address space too: the same pages, private ones copy-on-write for both (REF §5.1). The VMAs have
 * no balancing state (REF §3.4). Marks stay with the creator: the child's entries begin unmarked (docs/fidelity.md: F2).
 */
export function forkRegion(mm: AddressSpace, table: PageTable): void {
  const { name, start, objects, object } = table;
  const child = new PageTable({ mm, name, start, objects });
  child.present.set(table.present);
  child.changed = table.changed;
  for (const block of table.splitBlocks) child.splitBlocks.add(block);
  for (const vma of table.vmas) copyVma(vma, child);
  object.mappings.push(child);
  if (!table.vmas[0]!.flags.shared) shareCopyOnWrite(table, child);
}

function copyVma(vma: Vma, table: PageTable): void {
  const copy = new Vma(table, vma.flags, vma.policy, [vma.low, vma.high]);
  copy.hugePages = vma.hugePages;
  copy.residentPages = vma.residentPages;
  table.vmas.push(copy);
  table.mm.insert(copy);
}

function shareCopyOnWrite(table: PageTable, child: PageTable): void {
  table.layerOf ??= new Uint16Array(table.pages);
  child.layerOf = table.layerOf.slice();
  for (const side of [table, child]) {
    side.changed = true;
    for (let page = 0; page < side.pages; page++) if (side.present[page] === 1) side.protect(page);
  }
}
