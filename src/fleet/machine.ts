import type { V1Node } from '@kubernetes/client-node';

import { parseCpuList } from '../api/cpu-list.ts';
import type { Costs } from '../api/costs.ts';
import { quantityMillis, quantityValue } from '../api/quantity.ts';
import type { ResolvedNodeConfig } from '../api/resolve-node-config.ts';
import { topologyProblems } from '../api/topology-problems.ts';
import type { TopologyPreset } from '../api/topology.ts';
import { KernelError } from '../engine/kernel-error.ts';
import type { LoadPoint } from '../engine/cost/load-curve.ts';
import { memorySystemOf } from '../engine/machine/memory-system.ts';
import type { MemoryFigures } from '../engine/machine/memory-system.ts';
import { presetMachine } from '../engine/machine/presets.ts';
import { Topology } from '../engine/machine/topology.ts';
import type { MachineSpec } from '../engine/machine/topology.ts';
import { PAGE_BYTES } from '../engine/units.ts';

/** The machine a node's config describes, or why it describes none. */
export type MachineResult = { readonly machine: MachineSpec } | { readonly problem: string };

const DEFAULT_PRESET: TopologyPreset = 'TwoSocket';

/** The preset a machine is made from; undefined for one that is described node by node. */
export function presetOf({ nodes, preset }: ResolvedNodeConfig['topology']): TopologyPreset | undefined {
  return nodes === undefined ? (preset ?? DEFAULT_PRESET) : undefined;
}

/** Builds the simulated machine of a Kubernetes node: as described, or a preset scaled to what it can allocate. */
export function machineOf(
  node: V1Node,
  { topology, costs }: Pick<ResolvedNodeConfig, 'topology' | 'costs'>,
): MachineResult {
  const [contradiction] = topologyProblems(topology);
  if (contradiction) return { problem: `${contradiction.path} ${contradiction.message}` };
  try {
    const preset = presetOf(topology);
    const machine = preset === undefined ? explicit(topology) : scaledPreset(node, preset);
    const { latencyNs } = topology;
    const priced = {
      ...machine,
      memorySystem: memorySystemOf(machine, { ...memoryFigures(costs), latencyNs }),
    };
    new Topology(priced);
    return { machine: priced };
  } catch (error) {
    if (error instanceof KernelError) return { problem: error.message };
    throw error;
  }
}

function scaledPreset(node: V1Node, preset: TopologyPreset): MachineSpec {
  const amounts = { ...node.status?.capacity, ...node.status?.allocatable };
  const cpus = Math.max(1, Math.floor(quantityMillis(amounts.cpu ?? '1') / 1000));
  const pages = Math.floor(quantityValue(amounts.memory ?? '1Gi') / PAGE_BYTES);
  return presetMachine(preset, cpus, pages);
}

function explicit({ nodes = [], distances = [] }: ResolvedNodeConfig['topology']): MachineSpec {
  return {
    nodes: nodes.map(({ cpus, memory }) => ({
      cpus: cpus === '' ? [] : parseCpuList(cpus),
      pages: Math.ceil(quantityValue(memory) / PAGE_BYTES),
      // Memory without CPUs beside it is taken for CXL or PMEM; some node always has CPUs.
      ...(cpus === '' ? { tier: 'Slow' as const } : {}),
    })),
    distances,
  };
}

function memoryFigures(costs: Costs): MemoryFigures {
  const { localLatencyNs: localNs, nodeBandwidthMBps, cxlBandwidthMBps } = costs;
  const times = (permille: number): number => (localNs * permille) / 1000;
  return {
    localNs,
    subNumaNs: times(costs.subNumaLatencyPermille),
    remoteNs: times(costs.remoteLatencyPermille),
    twoHopNs: times(costs.twoHopLatencyPermille),
    cxlNs: times(costs.cxlLatencyPermille),
    nodeBandwidthMBps,
    cxlBandwidthMBps,
    linkBandwidthMBps: (nodeBandwidthMBps * costs.linkBandwidthPermille) / 1000,
    remoteTraffic: costs.remoteTrafficPermille / 1000,
    loadedLatency: {
      linearPermille: costs.loadedLatencyLinearPermille,
      queuePermille: costs.loadedLatencyQueuePermille,
      maxPermille: costs.loadedLatencyMaxPermille,
    },
    loadedLatencyOfNode: new Map(
      (costs.loadedLatencyTables ?? []).map(({ node, points }) => [node, { points: ascending(points) }]),
    ),
  };
}

function ascending(points: readonly LoadPoint[]): readonly LoadPoint[] {
  return [...points].sort((a, b) => a.trafficPermille - b.trafficPermille);
}
