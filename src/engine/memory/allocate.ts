import type { Cgroup } from '../cgroup.ts';
import { effectivePolicy } from '../balancing/misplaced.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { HUGE_ORDER, HUGE_PAGES, NO_NODE, PAGE_BYTES } from '../units.ts';
import { placeFor } from './copies.ts';
import { NOT_RESIDENT } from './memory-object.ts';
import { interleaveIndex, interleaveNode, weightedInterleaveNode } from './memory-policy.ts';
import type { MemoryPolicy } from './memory-policy.ts';
import type { Vma } from './vma.ts';

/** Where and by whom pages are touched for the first time. */
export interface FirstTouch {
  readonly task: Task;
  /** CPU that makes the touch. */
  readonly cpu: number;
  /** Node where a policy without nodes of its own starts: the CPU's, unless the workload says otherwise. */
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
  { task, cpu, node: here }: FirstTouch,
): AllocationFailure | undefined {
  if (isThereAlready(vma, page)) {
    mapFolio(vma, page);
    return undefined;
  }
  return allocatePage(state, vma, page, { task, cpu, node: here });
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
  { task, cpu, node: here }: FirstTouch,
): AllocationFailure | undefined {
  const memcg = payerOf(vma, task);
  if (!fits(memcg, 1)) return 'memory.max is reached';
  const policy = effectivePolicy(task, vma);
  const order = allocationOrder(state, task, policy, { vma, page, here, pageOrder: 0 });
  const node = state.memory.allocate({ here, order, pages: 1, interleaved: isInterleaved(policy) });
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
 * than interleaved ones, huge pages come from the preferred node or not at all (REF §17.6).
 */
function touchHugePage(
  state: KernelState,
  vma: Vma,
  page: number,
  { task, node: here }: FirstTouch,
): boolean {
  const start = vma.object.blockStart(page);
  const end = start + HUGE_PAGES;
  const memcg = payerOf(vma, task);
  if (start < vma.low || end > vma.high || !fits(memcg, HUGE_PAGES)) return false;
  if (!isEmptyBlock(vma, start)) return false;
  const policy = effectivePolicy(task, vma);
  const interleaved = isInterleaved(policy);
  const order = allocationOrder(state, task, policy, { vma, page: start, here, pageOrder: HUGE_ORDER });
  const candidates = interleaved
    ? order
    : order.filter((node) => state.memory.managed[node]! > 0).slice(0, 1);
  const node = state.memory.allocate({ here, order: candidates, pages: HUGE_PAGES, interleaved });
  if (node === NO_NODE) return false;
  const object = placeFor(vma.table, start, HUGE_PAGES, memcg);
  object.huge.fill(1, start, end);
  vma.table.splitBlocks.delete(start);
  makeResident(vma, start, HUGE_PAGES, node);
  chargePages(object.cgroup, HUGE_PAGES);
  return true;
}

function isEmptyBlock({ table, object, present }: Vma, start: number): boolean {
  if (!table.layerOf) return object.isFree(start, HUGE_PAGES);
  const isShared = object.keepsPages && !object.isFree(start, HUGE_PAGES);
  return !isShared && !present.subarray(start, start + HUGE_PAGES).includes(1);
}

function makeResident(vma: Vma, start: number, pages: number, node: number): void {
  const object = vma.table.objectOf(start);
  object.node.fill(node, start, start + pages);
  object.residentPerNode[node]! += pages;
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

function isInterleaved({ mode }: MemoryPolicy): boolean {
  return mode === 'Interleave' || mode === 'WeightedInterleave';
}

/** A page to allocate, and the node its toucher is on. */
interface Wanted {
  readonly vma: Vma;
  readonly page: number;
  readonly here: number;
  /** 0 for a base page, 9 for a huge one. */
  readonly pageOrder: number;
}

/** Nodes to try, in order, within the task's `cpuset.mems` (REF §17.6). */
function allocationOrder(
  state: KernelState,
  task: Task,
  policy: MemoryPolicy,
  wanted: Wanted,
): readonly number[] {
  const order = policyOrder(state, policy, wanted);
  const mems = task.cgroup.effectiveMems();
  if (!mems) return order;
  const within = order.filter((node) => mems.includes(node));
  const nearest = state.topology.zonelist(wanted.here);
  return within.length > 0 ? within : nearest.filter((node) => mems.includes(node));
}

function policyOrder(
  { topology, interleaveWeights }: KernelState,
  policy: MemoryPolicy,
  { vma, page, here, pageOrder }: Wanted,
): readonly number[] {
  const { nodes } = policy;
  const index = interleaveIndex(vma.pageOffset, page - vma.low, pageOrder);
  switch (policy.mode) {
    case 'Default':
    case 'Local':
      return topology.zonelist(here);
    case 'Preferred':
      return topology.zonelist(nodes[0]!);
    case 'Bind':
      return topology.zonelist(here).filter((node) => nodes.includes(node));
    case 'PreferredMany': {
      const nearest = topology.zonelist(here);
      return [
        ...nearest.filter((node) => nodes.includes(node)),
        ...nearest.filter((node) => !nodes.includes(node)),
      ];
    }
    case 'Interleave':
      return topology.zonelist(interleaveNode(nodes, index));
    case 'WeightedInterleave':
      return topology.zonelist(weightedInterleaveNode(nodes, interleaveWeights, index));
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
