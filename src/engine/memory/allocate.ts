import type { Cgroup } from '../cgroup.ts';
import { effectivePolicy } from '../balancing/misplaced.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { NO_NODE, PAGE_BYTES } from '../units.ts';
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
  const { object } = vma;
  if (object.node[page] !== NOT_RESIDENT) {
    mapPage(vma, page);
    return undefined;
  }
  const memcg = object.cgroup.governing('memory');
  if (!fits(memcg)) return 'memory.max is reached';
  const policy = effectivePolicy(task, vma);
  const order = allocationOrder(state, task, policy, { vma, page, here });
  const interleaved = policy.mode === 'Interleave' || policy.mode === 'WeightedInterleave';
  const node = state.memory.allocate({ here, order, pages: 1, interleaved });
  if (node === NO_NODE) return 'node memory is full';
  object.node[page] = node;
  object.residentPerNode[node]!++;
  mapPage(vma, page);
  chargePages(memcg, 1);
  state.lruBatches.add(cpu, object, page);
  return undefined;
}

function mapPage(vma: Vma, page: number): void {
  vma.present[page] = 1;
  vma.residentPages++;
}

/** Nodes to try, in order, within the task's `cpuset.mems` (REF §17.6). */
function allocationOrder(
  state: KernelState,
  task: Task,
  policy: MemoryPolicy,
  { vma, page, here }: { readonly vma: Vma; readonly page: number; readonly here: number },
): readonly number[] {
  const { topology } = state;
  const order = policyOrder(state, policy, { vma, page, here });
  const mems = task.cgroup.effectiveMems();
  if (!mems) return order;
  const within = order.filter((node) => mems.includes(node));
  return within.length > 0 ? within : topology.zonelist(here).filter((node) => mems.includes(node));
}

function policyOrder(
  { topology, interleaveWeights }: KernelState,
  policy: MemoryPolicy,
  { vma, page, here }: { readonly vma: Vma; readonly page: number; readonly here: number },
): readonly number[] {
  const { nodes } = policy;
  const index = interleaveIndex(vma.pageOffset, page, 0);
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

function fits(memcg: Cgroup): boolean {
  for (const group of memcg.lineage()) {
    if (group.memoryMax !== undefined && (group.chargedPages + 1) * PAGE_BYTES > group.memoryMax)
      return false;
  }
  return true;
}

/** Charges (or with a negative count uncharges) pages to a memory cgroup and its ancestors. */
export function chargePages(memcg: Cgroup, pages: number): void {
  for (const group of memcg.lineage()) group.chargedPages += pages;
}
