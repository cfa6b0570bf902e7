import type { AddressSpace } from './address-space.ts';
import type { MemoryObject } from './memory-object.ts';

/**
 * Whether more than one address space really maps a folio (REF §7.4 c, §8, §10.1 row 1); two mappings in one count once.
 * Looked up rather than counted: it is asked only of objects that several regions can map, and mostly the first two do.
 */
export function isMappedByMany(object: MemoryObject, start: number): boolean {
  const { mappings } = object;
  if (mappings.length < 2) return false;
  const pages = object.folioPages(start);
  let first: AddressSpace | undefined;
  for (const table of mappings) {
    if (table.mm === first || !table.maps(object, start, pages)) continue;
    if (first) return true;
    first = table.mm;
  }
  return false;
}
