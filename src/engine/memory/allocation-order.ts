import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { interleaveIndex, interleaveNode, weightedInterleaveNode } from './memory-policy.ts';
import type { MemoryPolicy } from './memory-policy.ts';
import type { Vma } from './vma.ts';

/** A page to allocate, and where the search for it starts. */
export interface WantedPage {
  readonly vma: Vma;
  readonly page: number;
  /** Node where a policy without a node of its own starts. */
  readonly from: number;
  /** 0 for a base page, 9 for a huge one. */
  readonly pageOrder: number;
}

/** Nodes to try, in order. */
export interface AllocationOrder {
  /** Nodes to try before all others, with statistics of their own: PREFERRED_MANY's. */
  readonly firstPass?: readonly number[];
  readonly order: readonly number[];
}

/** Which nodes a policy tries for a page, within the task's `cpuset.mems` (REF §17.6). */
export function allocationOrder(
  state: KernelState,
  task: Task,
  policy: MemoryPolicy,
  wanted: WantedPage,
): AllocationOrder {
  const order = policyOrder(state, task, policy, wanted);
  const firstPass =
    policy.mode === 'PreferredMany' ? order.filter((node) => policy.nodes.includes(node)) : undefined;
  const mems = task.cgroup.effectiveMems();
  if (!mems) return firstPass ? { firstPass, order } : { order };
  const allowed = (nodes: readonly number[]): readonly number[] =>
    nodes.filter((node) => mems.includes(node));
  const within = allowed(order);
  return {
    order: within.length > 0 ? within : allowed(state.topology.zonelist(wanted.from)),
    ...(firstPass && { firstPass: allowed(firstPass) }),
  };
}

function policyOrder(
  state: KernelState,
  task: Task,
  policy: MemoryPolicy,
  wanted: WantedPage,
): readonly number[] {
  const { topology } = state;
  const { nodes, homeNode = wanted.from } = policy;
  switch (policy.mode) {
    case 'Default':
    case 'Local':
      return topology.zonelist(wanted.from);
    case 'PreferredMany':
      return topology.zonelist(homeNode);
    case 'Preferred':
      return topology.zonelist(nodes[0]!);
    case 'Bind':
      return topology.zonelist(homeNode).filter((node) => nodes.includes(node));
    case 'Interleave':
    case 'WeightedInterleave':
      return topology.zonelist(chosenNode(state, task, policy, wanted));
  }
}

/**
 * The node an interleave policy chooses: by the address, or for the page cache, whose pages have none, by the task's own
 * rotation (REF §17.6). Pages are always allocated one by one, so the rule for bulk allocations has no user here.
 */
function chosenNode(
  { interleaveWeights: weights }: KernelState,
  { interleave }: Task,
  { mode, nodes }: MemoryPolicy,
  { vma, page, pageOrder }: WantedPage,
): number {
  const weighted = mode === 'WeightedInterleave';
  if (vma.flags.file) return weighted ? interleave.nextWeighted(nodes, weights) : interleave.next(nodes);
  const index = interleaveIndex(vma.pageOffset, page - vma.low, pageOrder);
  return weighted ? weightedInterleaveNode(nodes, weights, index) : interleaveNode(nodes, index);
}
