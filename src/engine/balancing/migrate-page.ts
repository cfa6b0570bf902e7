import type { Vma } from '../memory/vma.ts';
import type { KernelState } from '../state.ts';
import { NO_NODE } from '../units.ts';

/**
 * Moves one base page to a node, as a hint fault does: no reclaim, strictly on that node (REF §10).
 *
 * @param here node of the faulting CPU, for the allocation statistics
 * @returns whether the page moved; a refusal before the move (REF §10.1) is not counted in `pgmigrate_fail`
 */
export function migratePage(
  state: KernelState,
  vma: Vma,
  page: number,
  target: number,
  here: number,
): boolean {
  const { object } = vma;
  if (object.batched[page] === 1 || !state.memory.hasRoomForMigration(target, 1)) return false;
  const source = object.node[page]!;
  if (state.memory.allocate({ here, order: [target], pages: 1 }) === NO_NODE) {
    state.count('pgmigrate_fail', 1);
    return false;
  }
  state.memory.release(source, 1);
  object.node[page] = target;
  object.residentPerNode[source]!--;
  object.residentPerNode[target]!++;
  if (!vma.flags.shared) vma.writeProtected[page] = 1;
  // The move replaces the entries of all mappings, and with them their marks (REF §18.5 I4).
  for (const other of object.mappings) if (other !== vma && other.armed.has(page)) other.disarm(page);
  state.count('numa_pages_migrated', 1, object.cgroup);
  state.count('pgmigrate_success', 1);
  return true;
}
