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
  const order = policyOrder(state, policy, wanted);
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
  { topology, interleaveWeights }: KernelState,
  policy: MemoryPolicy,
  wanted: WantedPage,
): readonly number[] {
  const { nodes } = policy;
  const index = interleaveIndex(wanted.vma.pageOffset, wanted.page, wanted.pageOrder);
  switch (policy.mode) {
    case 'Default':
    case 'Local':
    case 'PreferredMany':
      return topology.zonelist(wanted.from);
    case 'Preferred':
      return topology.zonelist(nodes[0]!);
    case 'Bind':
      return topology.zonelist(wanted.from).filter((node) => nodes.includes(node));
    case 'Interleave':
      return topology.zonelist(interleaveNode(nodes, index));
    case 'WeightedInterleave':
      return topology.zonelist(weightedInterleaveNode(nodes, interleaveWeights, index));
  }
}
