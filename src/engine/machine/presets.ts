import { KernelError } from '../kernel-error.ts';
import type { MachineSpec, NodeSpec } from './topology.ts';

/** Machines by name, scaled to a number of CPUs and an amount of memory. */
export type PresetName =
  'SingleNode' | 'TwoSocket' | 'FourSocket' | 'SubNumaCluster' | 'NodesPerSocket4' | 'DramCxl';

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

const PRESETS: Readonly<Record<PresetName, Preset>> = {
  SingleNode: { cpuNodes: 1, slowMemory: 0, distance: () => SOCKET },
  TwoSocket: { cpuNodes: 2, slowMemory: 0, distance: () => SOCKET },
  FourSocket: { cpuNodes: 4, slowMemory: 0, distance: () => SOCKET },
  SubNumaCluster: { cpuNodes: 4, slowMemory: 0, distance: bySocket(2, SUB_NUMA, SOCKET) },
  NodesPerSocket4: { cpuNodes: 8, slowMemory: 0, distance: bySocket(4, SUB_NUMA, EPYC_SOCKET) },
  // The memory-only node 2 hangs on socket 0.
  DramCxl: {
    cpuNodes: 2,
    slowMemory: 0.25,
    distance: (a, b) => (Math.max(a, b) < 2 ? SOCKET : Math.min(a, b) === 0 ? CXL_NEAR : CXL_FAR),
  },
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
