import type { Cgroup } from '../cgroup.ts';
import { effectivePolicy } from '../balancing/misplaced.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { HUGE_ORDER, HUGE_PAGES, NO_NODE, PAGE_BYTES } from '../units.ts';
import { allocationOrder } from './allocation-order.ts';
import { placeFor } from './copies.ts';
import { NOT_RESIDENT } from './memory-object.ts';
import { isInterleaved } from './memory-policy.ts';
import type { Vma } from './vma.ts';

/** Where and by whom pages are touched for the first time. */
export interface FirstTouch {
  readonly task: Task;
  /** CPU that makes the touch: its node counts the allocations as local or not, its LRU batch takes the pages. */
  readonly cpu: number;
  /** Node where a policy without nodes of its own starts: the CPU's, unless it is one without CPUs that the workload names. */
  readonly node: number;
}

/** Why a first touch could not get a page. */
export type AllocationFailure = 'node memory is full' | 'memory.max is reached';

/**
 * Makes the pages [low, high) of a mapping resident, as first touches in address order do (REF §17.6).
 *
 * @returns why it had to stop, or undefined when all pages are there
 */
export function touchPages(
  state: KernelState,
  vma: Vma,
  [low, high]: readonly [number, number],
  touch: FirstTouch,
): AllocationFailure | undefined {
  for (let page = low; page < high; page++) {
    if (vma.present[page] === 1) continue;
    if (vma.hugePages && touchHugePage(state, vma, page, touch)) continue;
    const failure = touchPage(state, vma, page, touch);
    if (failure) return failure;
  }
  return undefined;
}

function touchPage(
  state: KernelState,
  vma: Vma,
  page: number,
  { task, cpu, node: from }: FirstTouch,
): AllocationFailure | undefined {
  if (isThereAlready(vma, page)) {
    mapFolio(vma, page);
    return undefined;
  }
  return allocatePage(state, vma, page, { task, cpu, node: from });
}

/** Whether the first touch finds the page: of a file or of shared memory, or of memory that was never forked. */
function isThereAlready({ object, table }: Vma, page: number): boolean {
  if (object.node[page] === NOT_RESIDENT || (table.layerOf && !object.keepsPages)) return false;
  if (table.layerOf) table.layerOf[page] = 0;
  return true;
}

/** Gives a mapping a new base page by its policy (REF §17.6). */
export function allocatePage(
  state: KernelState,
  vma: Vma,
  page: number,
  { task, cpu, node: from }: FirstTouch,
): AllocationFailure | undefined {
  const memcg = payerOf(vma, task);
  if (!fits(memcg, 1)) return 'memory.max is reached';
  const policy = effectivePolicy(task, vma);
  const node = state.memory.allocate({
    here: state.topology.nodeOfCpu[cpu]!,
    ...allocationOrder(state, task, policy, { vma, page, from, pageOrder: 0 }),
    pages: 1,
    interleaved: isInterleaved(policy),
  });
  if (node === NO_NODE) return 'node memory is full';
  const object = placeFor(vma.table, page, 1, memcg);
  makeResident(vma, page, 1, node);
  chargePages(object.cgroup, 1);
  state.lruBatches.add(cpu, object, page);
  return undefined;
}

/** The memory cgroup a new page is charged to: its region's, or after a fork that of the task. */
function payerOf({ table, object }: Vma, task: Task): Cgroup {
  return (table.layerOf ? task.cgroup : object.cgroup).governing('memory');
}

/**
 * Makes a huge page of the block around a page, if all of the block lies in the mapping and none of it is there yet. Other
 * than interleaved ones, huge pages "first try only the preferred node without falling back" (REF §17.6). What comes after
 * that try is not in the reference: here the block gets base pages, by the policy's whole order (docs/fidelity.md: H1).
 */
function touchHugePage(
  state: KernelState,
  vma: Vma,
  page: number,
  { task, cpu, node: from }: FirstTouch,
): boolean {
  const start = vma.object.blockStart(page);
  const end = start + HUGE_PAGES;
  const memcg = payerOf(vma, task);
  if (start < vma.low || end > vma.high || !fits(memcg, HUGE_PAGES)) return false;
  if (!isEmptyBlock(vma, start)) return false;
  const policy = effectivePolicy(task, vma);
  const interleaved = isInterleaved(policy);
  const wanted = { vma, page: start, from, pageOrder: HUGE_ORDER };
  const { firstPass, order } = allocationOrder(state, task, policy, wanted);
  const node = state.memory.allocate({
    here: state.topology.nodeOfCpu[cpu]!,
    order: interleaved ? order : preferredNode(state, firstPass ?? order),
    pages: HUGE_PAGES,
    interleaved,
  });
  if (node === NO_NODE) return false;
  const object = placeFor(vma.table, start, HUGE_PAGES, memcg);
  object.huge.fill(1, start, end);
  vma.table.splitBlocks.delete(start);
  makeResident(vma, start, HUGE_PAGES, node);
  chargePages(object.cgroup, HUGE_PAGES);
  return true;
}

/** The node a policy wants most, alone: the first of its nodes that has memory. */
function preferredNode({ memory }: KernelState, order: readonly number[]): readonly number[] {
  return order.filter((node) => memory.managed[node]! > 0).slice(0, 1);
}

function isEmptyBlock({ table, object, present }: Vma, start: number): boolean {
  if (!table.layerOf) return object.isFree(start, HUGE_PAGES);
  const isShared = object.keepsPages && !object.isFree(start, HUGE_PAGES);
  return !isShared && !present.subarray(start, start + HUGE_PAGES).includes(1);
}

function makeResident(vma: Vma, start: number, pages: number, node: number): void {
  const object = vma.table.objectOf(start);
  object.place(start, pages, node);
  for (let page = start; page < start + pages; page++) if (vma.present[page] === 0) vma.residentPages++;
  vma.present.fill(1, start, start + pages);
}

/** Maps a page that is there already, as part of its huge page if one entry can map that. */
function mapFolio(vma: Vma, page: number): void {
  const { object, present, table } = vma;
  const block = object.blockStart(page);
  const whole = table.isHugeEntry(page) && block >= vma.low && block + HUGE_PAGES <= vma.high;
  if (!whole && object.huge[page] === 1) table.splitBlocks.add(block);
  const start = whole ? block : page;
  const end = start + (whole ? HUGE_PAGES : 1);
  for (let each = start; each < end; each++) {
    if (present[each] === 0) vma.residentPages++;
    present[each] = 1;
  }
}

function fits(memcg: Cgroup, pages: number): boolean {
  for (const group of memcg.lineage()) {
    if (group.memoryMax !== undefined && (group.chargedPages + pages) * PAGE_BYTES > group.memoryMax)
      return false;
  }
  return true;
}

/** Charges (or with a negative count uncharges) pages to a memory cgroup and its ancestors. */
export function chargePages(memcg: Cgroup, pages: number): void {
  for (const group of memcg.lineage()) group.chargedPages += pages;
}
