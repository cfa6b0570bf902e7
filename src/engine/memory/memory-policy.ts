import { KernelError } from '../kernel-error.ts';
import type { KernelVariant } from '../machine/variant.ts';
import { greatestCommonDivisor } from '../units.ts';

/** Memory policy modes (REF §3.7). `Default` stands for "no policy": the next wider one applies. */
export type MemoryPolicyMode =
  'Default' | 'Local' | 'Preferred' | 'PreferredMany' | 'Bind' | 'Interleave' | 'WeightedInterleave';

/** A memory policy as a program asks for it with `set_mempolicy` or `mbind`. */
export interface MemoryPolicySpec {
  readonly mode: MemoryPolicyMode;
  /** Node ids; empty for Default and Local. */
  readonly nodes: readonly number[];
  /** The user flag `MPOL_F_NUMA_BALANCING`. */
  readonly numaBalancing: boolean;
  /** Node from which BIND and PREFERRED_MANY look for memory, as `set_mempolicy_home_node` sets it; without it the CPU's. */
  readonly homeNode?: number | undefined;
}

/** A policy in force, with the internal flags of REF §3.7. */
export interface MemoryPolicy {
  readonly mode: MemoryPolicyMode;
  readonly nodes: readonly number[];
  readonly homeNode?: number | undefined;
  /** `MOF`: such memory is scanned, and its faults ask whether the page is misplaced. */
  readonly migrateOnFault: boolean;
  /** `MORON`: the wanted node is the faulting CPU's, subject to the two-stage filter. */
  readonly migrateOnReferenceNode: boolean;
  /** `MOFT` (RFC V1): the task may move, the page never does. */
  readonly taskOnly: boolean;
}

/** What holds where no policy was set: like Preferred on the current CPU's node, balanced (REF §3.7). */
export const BUILT_IN_POLICY: MemoryPolicy = {
  mode: 'Default',
  nodes: [],
  migrateOnFault: true,
  migrateOnReferenceNode: true,
  taskOnly: false,
};

const MODES_WITH_NODES: ReadonlySet<MemoryPolicyMode> = new Set([
  'Preferred',
  'PreferredMany',
  'Bind',
  'Interleave',
  'WeightedInterleave',
]);

/**
 * The policy a program gets, or null for Default (REF §17.6).
 *
 * @throws KernelError EINVAL for a flag or a node set the kernel refuses for that mode
 */
export function createMemoryPolicy(
  spec: MemoryPolicySpec,
  nodeCount: number,
  variant: Pick<KernelVariant, 'rfc' | 'interleave'>,
): MemoryPolicy | null {
  const nodes = checkedNodes(spec, nodeCount);
  const binds = spec.mode === 'Bind' || spec.mode === 'PreferredMany';
  checkHomeNode(spec, nodeCount, binds);
  const taskOnly = spec.numaBalancing && spec.mode === 'Interleave' && hasInterleavePatch(variant);
  if (spec.numaBalancing && !binds && !taskOnly)
    refuse(`MPOL_F_NUMA_BALANCING is not valid with mode ${spec.mode} on this kernel`);
  if (spec.mode === 'Default') return null;
  return {
    mode: spec.mode,
    nodes: spec.mode === 'Preferred' ? nodes.slice(0, 1) : nodes,
    migrateOnFault: spec.numaBalancing,
    migrateOnReferenceNode: spec.numaBalancing && binds,
    taskOnly,
    homeNode: spec.homeNode,
  };
}

/** The patch is one of the proposal's: a kernel without the proposal cannot have it (REF §17.7). */
function hasInterleavePatch({ rfc, interleave }: Pick<KernelVariant, 'rfc' | 'interleave'>): boolean {
  return rfc !== 'Off' && interleave;
}

function checkedNodes(spec: MemoryPolicySpec, nodeCount: number): readonly number[] {
  const nodes = [...new Set(spec.nodes)].sort((a, b) => a - b);
  const unknown = nodes.find((node) => !isNode(node, nodeCount));
  if (unknown !== undefined)
    refuse(`node ${unknown} does not exist; the machine has nodes 0 to ${nodeCount - 1}`);
  if (!MODES_WITH_NODES.has(spec.mode) && nodes.length > 0) refuse(`mode ${spec.mode} takes no nodes`);
  if (MODES_WITH_NODES.has(spec.mode) && nodes.length === 0)
    refuse(`mode ${spec.mode} needs at least one node`);
  return nodes;
}

function checkHomeNode({ mode, homeNode }: MemoryPolicySpec, nodeCount: number, binds: boolean): void {
  if (homeNode === undefined) return;
  if (!binds) refuse(`mode ${mode} takes no home node`);
  if (!isNode(homeNode, nodeCount)) refuse(`there is no home node ${homeNode}`);
}

function isNode(node: number, nodeCount: number): boolean {
  return Number.isInteger(node) && node >= 0 && node < nodeCount;
}

function refuse(what: string): never {
  throw new KernelError('EINVAL', 'set_mempolicy', what);
}

export function isInterleaved({ mode }: Pick<MemoryPolicy, 'mode'>): boolean {
  return mode === 'Interleave' || mode === 'WeightedInterleave';
}

/** The node a static interleave policy gives a page index (REF §17.6). */
export function interleaveNode(nodes: readonly number[], index: number): number {
  return nodes[index % nodes.length]!;
}

/** The node a static weighted interleave policy gives a page index (REF §17.6). */
export function weightedInterleaveNode(
  nodes: readonly number[],
  weights: readonly number[],
  index: number,
): number {
  const weightOf = (node: number): number => weights[node] ?? 1;
  const total = nodes.reduce((sum, node) => sum + weightOf(node), 0);
  let target = index % total;
  for (const node of nodes) {
    if (target < weightOf(node)) return node;
    target -= weightOf(node);
  }
  throw new Error('unreachable: the weights add up to the total');
}

/** Page index of an address in a VMA for static interleaving: both terms are truncated separately (REF §17.6). */
export function interleaveIndex(vmaPageOffset: number, pageInVma: number, order: number): number {
  return Math.floor(vmaPageOffset / 2 ** order) + Math.floor(pageInVma / 2 ** order);
}

/** Interleave weights the kernel derives from node bandwidths, any unit (REF §17.6). */
export function automaticInterleaveWeights(bandwidths: readonly number[]): readonly number[] {
  const total = bandwidths.reduce((sum, bandwidth) => sum + bandwidth, 0);
  const weights = bandwidths.map((b) => (b > 0 && 32 * b > total ? Math.floor((32 * b) / total) : 1));
  const divisor = weights.reduce((a, b) => greatestCommonDivisor(a, b));
  return weights.map((weight) => weight / divisor);
}
