import { isMappedByMany } from '../memory/shared-folio.ts';
import type { MemoryObject } from '../memory/memory-object.ts';
import type { Vma } from '../memory/vma.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { NO_NODE, PAGE_BYTES } from '../units.ts';
import { settleTierChange } from './tiering.ts';

/** A folio of a mapping: a base page, or a huge page by its first base page. */
export interface MappedFolio {
  readonly vma: Vma;
  /** The object it is in. */
  readonly object: MemoryObject;
  readonly start: number;
  /** 1 or 512. */
  readonly pages: number;
}

/**
 * Moves a folio to a node, as a hint fault does: no reclaim, strictly on that node, a huge page whole or not at all
 * (REF §10). The new page waits in a batch of the CPU that moved it, as any page allocated there does.
 *
 * @returns whether it moved; a refusal before the move (REF §10.1) is not counted in `pgmigrate_fail`
 */
export function migrateFolio(state: KernelState, task: Task, folio: MappedFolio, target: number): boolean {
  const { object, start, pages } = folio;
  if (isSharedText(folio)) return fails(state, 'sharedText', { target });
  if (object.batched[start] === 1) return fails(state, 'offLru', { target });
  if (!state.memory.hasRoomForMigration(target, pages)) return fails(state, 'noRoom', { target });
  const here = state.nodeOfTask(task);
  if (state.memory.allocate({ here, order: [target], pages }) === NO_NODE) {
    state.count('pgmigrate_fail', pages);
    if (pages > 1) state.count('thp_migration_fail', 1);
    return fails(state, 'noBlock', { target });
  }
  const source = object.node[start]!;
  state.memory.release(source, pages);
  object.place(start, pages, target);
  state.traffic?.addCopy(source, target, pages * PAGE_BYTES);
  disarmMappings(folio);
  if (pages === 1) afterBasePage(state, task, folio);
  else state.count('thp_migration_success', 1);
  state.count('numa_pages_migrated', pages, object.cgroup);
  state.count('pgmigrate_success', pages);
  settleTierChange(state, object, start, { source, target });
  return true;
}

/** The move replaces the entries of all mappings, and with them their marks (REF §18.5 I4). */
function disarmMappings({ object, start, pages }: MappedFolio): void {
  for (const table of object.mappings) {
    if (table.armed.count > 0 && table.maps(object, start, pages)) table.disarmRange(start, start + pages);
  }
}

function fails(
  { decisions, memory }: KernelState,
  rule: 'sharedText' | 'offLru' | 'noRoom' | 'noBlock',
  { target }: { readonly target: number },
): false {
  decisions?.because(rule, {
    target,
    freePages: memory.free[target]!,
    highPages: memory.marks[target]!.high,
  });
  return false;
}

/** Program text that several address spaces map stays (REF §10.1 row 1). */
function isSharedText({ vma, object, start }: MappedFolio): boolean {
  return vma.flags.file && vma.flags.executable && isMappedByMany(object, start);
}

function afterBasePage(state: KernelState, task: Task, { vma, object, start }: MappedFolio): void {
  if (!vma.flags.shared) vma.writeProtected[start] = 1;
  state.lruBatches.add(task.cpu, object, start);
}
