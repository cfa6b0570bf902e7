/** The machine of a simulated node: one of three ways to say what NUMA nodes it has. */
import { z } from 'zod';

import { cpuListOrEmpty } from './cpu-list.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { choice, int32, list } from './fields.ts';
import { maxNodeId } from './node-list.ts';
import { memoryQuantity } from './quantity.ts';
import type { Quantity } from './quantity.ts';
import { withRules } from './rule.ts';

/** Named machines, scaled to the CPUs and memory the Kubernetes node can allocate. */
export const topologyPresets = [
  'SingleNode',
  'TwoSocket',
  'FourSocket',
  'SubNumaCluster',
  'NodesPerSocket4',
  'DramCxl',
  'SkylakeSp2S',
  'CascadeLake4S',
  'SapphireRapidsSnc4',
  'EpycNps1',
  'EpycNps4',
  'SapphireRapidsCxl',
] as const;

/** Name of a preset. */
export type TopologyPreset = (typeof topologyPresets)[number];

/** At most this many NUMA nodes: ids 0 to 63. */
export const maxNodes = maxNodeId + 1;

const nodeObject = z
  .strictObject({
    cpus: cpuListOrEmpty(
      'CPUs of the node in the kernel\'s list format, such as 0-15,32-47. Empty ("") for a node of memory only, such as CXL: its memory counts as slow for memory tiering, that of nodes with CPUs as fast.',
    ),
    memory: memoryQuantity(
      '0',
      'Memory of the node, such as 64Gi; 0 for a node of CPUs only. Rounded up to whole pages.',
    ),
  })
  .meta({ description: 'One NUMA node. Its id is its place in the list, from 0.' });

const topologyObject = z.strictObject({
  preset: choice(
    topologyPresets,
    'A named machine, scaled to what the Kubernetes node can allocate. SingleNode: no NUMA. TwoSocket, FourSocket: one node per socket. SubNumaCluster: two sockets of two nodes. NodesPerSocket4: two sockets of four nodes. DramCxl: two sockets and a slow memory-only node. The others have the distances, latencies and bandwidths measured on a real machine: SkylakeSp2S (two sockets), CascadeLake4S (four), SapphireRapidsSnc4 (two of four nodes), EpycNps1 and EpycNps4 (two of one and of four nodes), SapphireRapidsCxl (two sockets and CXL memory).',
  ).exactOptional(),
  nodes: list(
    nodeObject,
    { min: 1, max: maxNodes },
    'The NUMA nodes, in order of their ids; needs distances.',
  ).exactOptional(),
  distances: list(
    list(
      int32({ min: 10, max: 255 }, 'Distance to one node.'),
      { min: 1, max: maxNodes },
      'Distances from one node to each.',
    ),
    { min: 1, max: maxNodes },
    'The distance table (ACPI SLIT): one row per node with one number per node; 10 on the diagonal, 11 to 255 elsewhere. It decides where balancing moves things, not what accesses cost.',
  ).exactOptional(),
  latencyNs: list(
    list(
      int32({ min: 1, max: 100_000 }, 'Idle latency to one node, in ns.'),
      { min: 1, max: maxNodes },
      'Idle latencies from one node to each, in ns.',
    ),
    { min: 1, max: maxNodes },
    'Idle access latency in ns: one row per node with one number per node. It decides what accesses cost. Without it, derived from the distances and spec.costs.',
  ).exactOptional(),
  nodeResourceTopology: z
    .strictObject({})
    .meta({
      description:
        'Read the machine from the NodeResourceTopology object (topology.node.k8s.io) of the same name as the Kubernetes node.',
    })
    .exactOptional(),
});

type TopologyValue = z.output<typeof topologyObject>;

/** 0…63 as a CEL list: rules need both indexes of a matrix, which CEL's `all` over a list does not give. */
const indexes = `[${Array.from({ length: maxNodes }, (_, index) => index).join(', ')}]`;

/** Schema of a topology. */
export function topology(description: string): typeof topologyObject {
  return withRules(topologyObject, description, [
    {
      cel: '[has(self.preset), has(self.nodes), has(self.nodeResourceTopology)].filter(x, x).size() == 1',
      message: 'must have exactly one of preset, nodes (with distances) and nodeResourceTopology',
      check: ({ preset, nodes, nodeResourceTopology }) =>
        [preset, nodes, nodeResourceTopology].filter((way) => way !== undefined).length === 1,
    },
    {
      cel: 'has(self.nodes) == has(self.distances)',
      message: 'distances is required with nodes, and only then',
      field: 'distances',
      check: ({ nodes, distances }) => (nodes === undefined) === (distances === undefined),
    },
    {
      cel: '!has(self.latencyNs) || has(self.nodes)',
      message: 'latencyNs must be given with nodes only',
      field: 'latencyNs',
      check: ({ nodes, latencyNs }) => latencyNs === undefined || nodes !== undefined,
    },
    ...(['distances', 'latencyNs'] as const).map((field) => ({
      cel:
        `!has(self.nodes) || !has(self.${field}) || (self.${field}.size() == self.nodes.size() && ` +
        `self.${field}.all(row, row.size() == self.nodes.size()))`,
      message: `${field} must have one row per node, each with one number per node`,
      field,
      check: (value: TopologyValue) => isSquare(value[field], value.nodes?.length),
    })),
    {
      cel:
        `!has(self.distances) || ${indexes}.all(i, i >= self.distances.size() || ` +
        'i >= self.distances[i].size() || self.distances[i][i] == 10)',
      message: 'distances must have 10 (local) on the diagonal',
      field: 'distances',
      check: ({ distances = [] }) => distances.every((row, i) => i >= row.length || row[i] === 10),
    },
    {
      cel: '!has(self.distances) || self.distances.all(row, row.filter(d, d == 10).size() <= 1)',
      message: 'distances must be 11 to 255 off the diagonal: 10 means local',
      field: 'distances',
      check: ({ distances = [] }) =>
        distances.every((row) => row.filter((distance) => distance === 10).length <= 1),
    },
    {
      cel: `!has(self.nodes) || self.nodes.exists(n, n.cpus != '')`,
      message: 'nodes must have at least one node with CPUs',
      field: 'nodes',
      check: ({ nodes }) => nodes === undefined || nodes.some(({ cpus }) => cpus !== ''),
    },
  ]);
}

/** A topology as the user states it. */
export type Topology = DeepReadonly<TopologyValue>;

/** One NUMA node of an explicit topology. */
export interface TopologyNode {
  /** Kernel list format; `""` for a node of memory only. */
  readonly cpus: string;
  readonly memory: Quantity;
}

function isSquare(rows: readonly (readonly number[])[] | undefined, size: number | undefined): boolean {
  if (rows === undefined || size === undefined) return true;
  return rows.length === size && rows.every((row) => row.length === size);
}
