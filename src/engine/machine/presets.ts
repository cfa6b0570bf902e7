import { KernelError } from '../kernel-error.ts';
import type { MachineSpec, NodeSpec } from './topology.ts';

/** Machines by name, scaled to a number of CPUs and an amount of memory. */
export type PresetName =
  | 'SingleNode'
  | 'TwoSocket'
  | 'FourSocket'
  | 'SubNumaCluster'
  | 'NodesPerSocket4'
  | 'DramCxl'
  | 'SkylakeSp2S'
  | 'CascadeLake4S'
  | 'SapphireRapidsSnc4'
  | 'EpycNps1'
  | 'EpycNps4'
  | 'SapphireRapidsCxl';

interface Preset {
  /** Nodes with CPUs, which share CPUs and memory evenly. */
  readonly cpuNodes: number;
  /** Share of the memory that is on a last node, slow and without CPUs. */
  readonly slowMemory: number;
  readonly distance: (a: number, b: number) => number;
}

/** Distances that firmware of such machines reports. */
const SOCKET = 21;
const SUB_NUMA = 12;
const EPYC_SOCKET = 32;
const CXL_NEAR = 14;
const CXL_FAR = 24;

const bySocket =
  (nodesPerSocket: number, near: number, far: number) =>
  (a: number, b: number): number =>
    Math.floor(a / nodesPerSocket) === Math.floor(b / nodesPerSocket) ? near : far;

const sockets = (cpuNodes: number, far: number): Preset => ({ cpuNodes, slowMemory: 0, distance: () => far });

/** The memory-only node 2 hangs on socket 0. */
const DRAM_CXL: Preset = {
  cpuNodes: 2,
  slowMemory: 0.25,
  distance: (a, b) => (Math.max(a, b) < 2 ? SOCKET : Math.min(a, b) === 0 ? CXL_NEAR : CXL_FAR),
};

const EPYC_OF_FOUR: Preset = {
  cpuNodes: 8,
  slowMemory: 0,
  distance: bySocket(4, SUB_NUMA, EPYC_SOCKET),
};

const PRESETS: Readonly<Record<PresetName, Preset>> = {
  SingleNode: sockets(1, SOCKET),
  TwoSocket: sockets(2, SOCKET),
  FourSocket: sockets(4, SOCKET),
  SubNumaCluster: { cpuNodes: 4, slowMemory: 0, distance: bySocket(2, SUB_NUMA, SOCKET) },
  NodesPerSocket4: EPYC_OF_FOUR,
  DramCxl: DRAM_CXL,
  SkylakeSp2S: sockets(2, SOCKET),
  CascadeLake4S: sockets(4, SOCKET),
  SapphireRapidsSnc4: { cpuNodes: 8, slowMemory: 0, distance: bySocket(4, SUB_NUMA, SOCKET) },
  EpycNps1: sockets(2, EPYC_SOCKET),
  EpycNps4: EPYC_OF_FOUR,
  SapphireRapidsCxl: DRAM_CXL,
};

/**
 * A preset machine. CPUs are numbered node by node; a remainder goes to the first nodes. Every node that has CPUs has
 * at least one, so a machine may have more CPUs than asked for.
 *
 * @param cpus at least 1
 * @param pages base pages of memory, at least one per node
 * @throws KernelError EINVAL below that
 */
export function presetMachine(name: PresetName, cpus: number, pages: number): MachineSpec {
  const { cpuNodes, slowMemory, distance } = PRESETS[name];
  const count = cpuNodes + (slowMemory > 0 ? 1 : 0);
  if (cpus < 1 || pages < count) {
    throw new KernelError(
      'EINVAL',
      `preset ${name}`,
      `${cpus} CPUs and ${pages} pages do not make a machine`,
    );
  }
  const slowPages = Math.floor(pages * slowMemory);
  const cpuCounts = split(Math.max(cpus, cpuNodes), cpuNodes);
  const pageCounts = split(pages - slowPages, cpuNodes);
  let nextCpu = 0;
  const nodes: NodeSpec[] = cpuCounts.map((cpuCount, node) => ({
    cpus: Array.from({ length: cpuCount }, () => nextCpu++),
    pages: pageCounts[node]!,
  }));
  if (slowMemory > 0) nodes.push({ cpus: [], pages: slowPages, tier: 'Slow' });
  const ids = nodes.map((_, node) => node);
  return { nodes, distances: ids.map((a) => ids.map((b) => (a === b ? 10 : distance(a, b)))) };
}

function split(total: number, parts: number): readonly number[] {
  const each = Math.floor(total / parts);
  return Array.from({ length: parts }, (_, index) => each + (index < total % parts ? 1 : 0));
}
