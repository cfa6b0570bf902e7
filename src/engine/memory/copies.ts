import type { Cgroup } from '../cgroup.ts';
import type { MemoryObject } from './memory-object.ts';
import type { PageTable } from './page-table.ts';

/**
 * After a fork a region can have several copies of a page, each mapped by some of the family. They lie at the same page
 * number in objects the family shares: as many as copies of one page exist at a time, not as many as there were forks.
 */
export function placeFor(table: PageTable, start: number, pages: number, memcg: Cgroup): MemoryObject {
  const { layerOf, objects, object } = table;
  if (!layerOf) return object;
  const layer = freeLayer(table, start, pages, memcg);
  objects[layer] ??= object.emptyCopy(memcg);
  layerOf.fill(layer, start, start + pages);
  return objects[layer];
}

/** The first object of that cgroup with room there. Pages of files and shared memory are everybody's: no copies among them. */
function freeLayer({ objects }: PageTable, start: number, pages: number, memcg: Cgroup): number {
  const found = objects.findIndex(
    (object) => !object.keepsPages && object.cgroup === memcg && object.isFree(start, pages),
  );
  return found < 0 ? objects.length : found;
}
