import { KernelError } from '../kernel-error.ts';
import { checkMemorySystem } from './memory-system.ts';
import type { MemorySystemSpec } from './memory-system.ts';

/** One NUMA node as the firmware describes it. */
export interface NodeSpec {
  /** CPU ids of the node; empty for a memory-only node (CXL, PMEM). */
  readonly cpus: readonly number[];
  /** Managed base pages; 0 for a memoryless node. */
  readonly pages: number;
  /** Whether its memory is of the fastest tier (default) or slower: then tiering promotes from it (REF §16). */
  readonly tier?: 'Top' | 'Slow';
  /** Bandwidth of its memory in any unit, the same for all nodes; 0 or nothing: unknown. Decides automatic interleave weights. */
  readonly bandwidth?: number;
}

/** What the firmware tables say, and what accesses cost. Distances decide policy, never cost. */
export interface MachineSpec {
  readonly nodes: readonly NodeSpec[];
  /** `distances[i][j]`, 10 on the diagonal, more than 10 elsewhere, at most 255. */
  readonly distances: readonly (readonly number[])[];
  /** Last-level caches per node (REF §14.7), default 1. */
  readonly llcsPerNode?: number;
  /** What accesses cost; without it each costs the same (`KernelCosts.touchNs`). */
  readonly memorySystem?: MemorySystemSpec | undefined;
  /** CPU ids of each physical core (SMT siblings); without it every CPU is a core of its own. */
  readonly cores?: readonly (readonly number[])[];
}

/** How the CPU-bearing nodes hang together (REF §3.1). */
export type TopologyClass = 'DIRECT' | 'GLUELESS_MESH' | 'BACKPLANE';

const LOCAL_DISTANCE = 10;

/** Nodes, CPUs and distances of a machine, with what the balancer derives from them (REF §3.1). Immutable. */
export class Topology {
  readonly nodeCount: number;
  readonly cpuCount: number;
  readonly llcsPerNode: number;
  readonly topologyClass: TopologyClass;
  /** Largest distance between nodes that have CPUs. */
  readonly maxDistance: number;
  /** Node ids that have CPUs, ascending. */
  readonly cpuNodes: readonly number[];
  /** CPU id → node id. */
  readonly nodeOfCpu: Int32Array;
  readonly #isTopTier: readonly boolean[];
  readonly #siblings: readonly (readonly number[])[];
  readonly #cpus: readonly (readonly number[])[];
  readonly #distances: readonly (readonly number[])[];
  readonly #zonelists: readonly (readonly number[])[];

  /** @throws KernelError EINVAL when the description is not a machine */
  constructor(spec: MachineSpec) {
    validate(spec);
    this.nodeCount = spec.nodes.length;
    this.llcsPerNode = spec.llcsPerNode ?? 1;
    this.#isTopTier = spec.nodes.map(({ tier = 'Top' }) => tier === 'Top');
    this.#cpus = spec.nodes.map((node) => [...node.cpus].sort((a, b) => a - b));
    this.#distances = spec.distances.map((row) => [...row]);
    this.#siblings = siblingsOf(spec);
    this.cpuCount = this.#cpus.reduce((sum, cpus) => sum + cpus.length, 0);
    this.nodeOfCpu = new Int32Array(this.cpuCount);
    this.#cpus.forEach((cpus, node) => {
      for (const cpu of cpus) this.nodeOfCpu[cpu] = node;
    });
    this.cpuNodes = this.#cpus.flatMap((cpus, node) => (cpus.length > 0 ? [node] : []));
    this.maxDistance = Math.max(
      ...this.cpuNodes.flatMap((a) => this.cpuNodes.map((b) => this.distance(a, b))),
    );
    this.topologyClass = classify(this);
    this.#zonelists = spec.nodes.map((_, from) => byDistance(this, from));
  }

  /** CPUs of a node, ascending. */
  cpusOf(node: number): readonly number[] {
    return this.#cpus[node] ?? [];
  }

  /** CPUs of the physical core that a CPU belongs to, itself among them (REF §3.1). */
  coreOf(cpu: number): readonly number[] {
    return this.#siblings[cpu]!;
  }

  /** Whether a node's memory is of the fastest tier (REF §3.1). */
  isTopTier(node: number): boolean {
    return this.#isTopTier[node]!;
  }

  distance(a: number, b: number): number {
    return this.#distances[a]![b]!;
  }

  /** The node itself, then all others by increasing distance, ties by id (REF §17.6). */
  zonelist(node: number): readonly number[] {
    return this.#zonelists[node]!;
  }

  /** The nearest node that has CPUs, by distance and then by id: the node itself if it has some. */
  nearestCpuNode(node: number): number {
    return this.zonelist(node).find((other) => this.cpusOf(other).length > 0)!;
  }
}

/** CPU id → CPUs of its core. */
function siblingsOf({ nodes, cores }: MachineSpec): readonly (readonly number[])[] {
  const siblings = nodes.flatMap(({ cpus }) => cpus).map((_, cpu) => [cpu]);
  for (const core of cores ?? []) for (const cpu of core) siblings[cpu] = [...core];
  return siblings;
}

function byDistance(topology: Topology, from: number): readonly number[] {
  return Array.from({ length: topology.nodeCount }, (_, node) => node).sort(
    (a, b) => topology.distance(from, a) - topology.distance(from, b) || a - b,
  );
}

function classify(topology: Topology): TopologyClass {
  const { cpuNodes, maxDistance } = topology;
  const distinct = new Set(cpuNodes.flatMap((a) => cpuNodes.map((b) => topology.distance(a, b))));
  if (distinct.size <= 2) return 'DIRECT';
  const near = (a: number, b: number): boolean => topology.distance(a, b) < maxDistance;
  for (const a of cpuNodes) {
    for (const b of cpuNodes) {
      if (near(a, b)) continue;
      return cpuNodes.some((c) => near(a, c) && near(b, c)) ? 'GLUELESS_MESH' : 'BACKPLANE';
    }
  }
  return 'BACKPLANE';
}

function validate(spec: MachineSpec): void {
  const fail = (what: string): never => {
    throw new KernelError('EINVAL', 'topology', what);
  };
  const count = spec.nodes.length;
  if (count < 1 || count > 64) fail(`a machine has 1 to 64 nodes, not ${count}`);
  const cpus = spec.nodes.flatMap((node) => node.cpus).sort((a, b) => a - b);
  if (cpus.length === 0) fail('no node has a CPU');
  cpus.forEach((cpu, index) => {
    if (cpu !== index) fail(`CPU ids must be 0 to ${cpus.length - 1}, each on one node; see id ${cpu}`);
  });
  if (spec.nodes.every((node) => node.pages === 0)) fail('no node has memory');
  checkCores(spec, fail);
  if (spec.memorySystem) checkMemorySystem(spec.memorySystem, count);
  checkBandwidths(spec, fail);
  if (spec.distances.length !== count) fail(`${count} nodes need ${count} rows of distances`);
  spec.distances.forEach((row, i) => {
    if (row.length !== count) fail(`row ${i} of the distances needs ${count} entries`);
    row.forEach((distance, j) => {
      if (i === j ? distance !== LOCAL_DISTANCE : !(distance > LOCAL_DISTANCE && distance <= 255))
        fail(`distance ${i} to ${j} is ${distance}: a node has 10 to itself and 11 to 255 to others`);
    });
  });
}

function checkBandwidths({ nodes }: MachineSpec, fail: (what: string) => never): void {
  for (const { bandwidth = 0 } of nodes)
    if (!(bandwidth >= 0 && bandwidth < Infinity)) fail(`a node cannot have a bandwidth of ${bandwidth}`);
}

function checkCores({ nodes, cores = [] }: MachineSpec, fail: (what: string) => never): void {
  const listed = cores.flat();
  const twice = listed.find((cpu, index) => listed.indexOf(cpu) !== index);
  if (twice !== undefined) fail(`CPU ${twice} is on two cores, or twice on one`);
  for (const core of cores) {
    if (!nodes.some(({ cpus }) => core.every((cpu) => cpus.includes(cpu))))
      fail(`the core of CPUs ${core.join(', ')} is not on one node`);
  }
}
