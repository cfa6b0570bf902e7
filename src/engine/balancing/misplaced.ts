import type { MemoryPolicy } from '../memory/memory-policy.ts';
import {
  BUILT_IN_POLICY,
  interleaveIndex,
  interleaveNode,
  weightedInterleaveNode,
} from '../memory/memory-policy.ts';
import type { MemoryObject } from '../memory/memory-object.ts';
import type { Vma } from '../memory/vma.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import type { Numbers, PageDecision } from '../trace/decision.ts';
import { HUGE_ORDER, NO_NODE } from '../units.ts';
import type { MappedFolio } from './migrate-page.ts';
import { twoStageFilter } from './two-stage-filter.ts';

/** The policy that governs an address: the VMA's, else the task's, else the built-in one (REF §3.7). */
export function effectivePolicy(task: Task, vma: Vma): MemoryPolicy {
  return vma.policy ?? task.policy ?? BUILT_IN_POLICY;
}

/** The node id that RFC V1's sentinel "task only" is taken for when it is used as posted (REF §17.7 D1). */
const POSTED_SENTINEL_NODE = 1;

/**
 * Where a page that was just touched belongs (REF §9.1). Updates `lastCpupid` when the two-stage filter is asked.
 *
 * @returns the target node, or NO_NODE to leave the page where it is
 */
export function misplaced(state: KernelState, task: Task, folio: MappedFolio): number {
  const { vma, object, start: page, pages } = folio;
  const policy = effectivePolicy(task, vma);
  if (!policy.migrateOnFault) return stays(state, 'policyStays');
  if (policy.taskOnly) return taskOnly(state, pages);
  const current = object.node[page]!;
  const here = state.nodeOfTask(task);
  const target = policy.migrateOnReferenceNode
    ? followReference(state, task, { object, page, policy, current, here })
    : wantedNode(state, policy, { vma, object, page, current, here });
  if (target === current) return stays(state, 'atTarget', { here });
  // As posted, a base page whose target is node 1 is taken for "task only" and stays (REF §17.7 D1).
  const isMistaken = pages === 1 && target === POSTED_SENTINEL_NODE && hasPostedSentinel(state);
  return isMistaken ? stays(state, 'sentinelMistaken', { target }) : target;
}

/** Leaves the page, and says why. */
function stays({ decisions }: KernelState, rule: PageDecision['rule'], numbers?: Numbers): typeof NO_NODE {
  decisions?.because(rule, numbers);
  return NO_NODE;
}

function taskOnly(state: KernelState, pages: number): number {
  if (pages === 1 || !hasPostedSentinel(state)) return stays(state, 'taskOnly');
  state.decisions?.because('sentinelAsNode');
  return sentinelAsNode(state);
}

function hasPostedSentinel({ variant }: KernelState): boolean {
  return variant.rfc === 'V1' && variant.interleave && variant.sentinel === 'AsPosted';
}

/** The huge-page path takes the sentinel for a node, even if the page is there already (REF §17.7 D2). */
function sentinelAsNode({ topology }: KernelState): number {
  return topology.nodeCount > POSTED_SENTINEL_NODE ? POSTED_SENTINEL_NODE : NO_NODE;
}

interface Touch {
  readonly object: MemoryObject;
  readonly page: number;
  /** Node of the page. */
  readonly current: number;
  /** Node of the faulting CPU. */
  readonly here: number;
}

function followReference(
  state: KernelState,
  task: Task,
  touch: Touch & { readonly policy: MemoryPolicy },
): number {
  const { policy, current, here, object, page } = touch;
  // The built-in policy stands for "preferred on the current node": a local page returns before the filter.
  if (policy.mode === 'Default' ? current === here : !policy.nodes.includes(here)) {
    return stays(state, current === here ? 'alreadyLocal' : 'outsidePolicy', { here, pageNode: current });
  }
  return twoStageFilter(state, task, object, page, current).migrate ? here : NO_NODE;
}

function orderOf(object: MemoryObject, page: number): number {
  return object.huge[page] === 1 ? HUGE_ORDER : 0;
}

/** Static targets of policies that do not follow the task; only hypothetical policies get here (REF §9.1). */
function wantedNode(
  state: KernelState,
  policy: MemoryPolicy,
  { vma, object, page, current, here }: Touch & { readonly vma: Vma },
): number {
  const index = interleaveIndex(vma.pageOffset, page - vma.low, orderOf(object, page));
  switch (policy.mode) {
    case 'Interleave':
      return interleaveNode(policy.nodes, index);
    case 'WeightedInterleave':
      return weightedInterleaveNode(policy.nodes, state.interleaveWeights, index);
    case 'Preferred':
      return policy.nodes.includes(current) ? NO_NODE : policy.nodes[0]!;
    case 'Local':
    case 'Default':
      return here;
    case 'Bind':
    case 'PreferredMany':
      return policy.nodes.includes(current) ? NO_NODE : nearestOf(state, policy.nodes, here);
  }
}

function nearestOf(state: KernelState, nodes: readonly number[], here: number): number {
  return state.topology.zonelist(here).find((node) => nodes.includes(node)) ?? NO_NODE;
}
