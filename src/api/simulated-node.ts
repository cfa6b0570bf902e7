/** SimulatedNode: the simulated kernel of one Kubernetes node, as status. Written by the operator only (design §3). */
import type { V1ObjectMeta } from '@kubernetes/client-node';
import { z } from 'zod';

import { conditions } from './condition.ts';
import { counters } from './counters.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { choice, count, flag, int32, int64, keyedList, list, maxInt, text, time } from './fields.ts';
import { dnsLabelName, objectName, observedGeneration } from './fragments.ts';
import type { apiVersion } from './names.ts';
import { maxNodeId } from './node-list.ts';
import { maxNodes, topologyPresets } from './topology.ts';

/** Most entries of `status.cgroups`; a kubelet runs 110 pods unless told otherwise. */
export const maxNodeCgroups = 512;

const kernel = z.strictObject({
  numaBalancing: int32({ min: 0, max: 7 }, 'Value of the sysctl kernel.numa_balancing.'),
  mode: choice(
    ['Disabled', 'Normal', 'Tiering', 'NormalAndTiering', 'Cgroup'],
    'The same in a word: Disabled 0, Normal 1, Tiering 2, NormalAndTiering 3, Cgroup 4.',
  ),
  variant: choice(['V1', 'V2', 'AllAncestors'], 'The variant of the per-cgroup proposal.'),
  interleave: flag('Whether the interleave patch is applied.'),
  thpMarking: choice(['AsPosted', 'Fixed'], 'Whether mode 4 marks huge pages (Fixed) or not (AsPosted).'),
  sentinel: choice(['Intended', 'AsPosted'], 'The "tasks only" value of the interleave patch.'),
  hz: int32({ min: 100, max: 1000 }, 'Scheduler ticks per second.'),
});

const topology = z.strictObject({
  source: choice(
    ['Default', 'Preset', 'Explicit', 'NodeResourceTopology'],
    'Where the topology comes from. Default: no config says anything.',
  ),
  preset: choice(topologyPresets, 'The preset, when it is one.').exactOptional(),
  class: choice(
    ['Direct', 'GluelessMesh', 'Backplane'],
    'How the kernel sees the distances: at most one remote distance, or several with or without a node between the farthest two.',
  ),
  nodeCount: int32({ min: 1, max: maxNodes }, 'Number of NUMA nodes.'),
  cpuCount: int32({ min: 1, max: 8192 }, 'Number of CPUs.'),
  distances: list(
    list(
      int32({ min: 10, max: 255 }, 'Distance to one node.'),
      { max: maxNodes },
      'Distances from one node to each.',
    ),
    { max: maxNodes },
    'The distance table, one row per node.',
  ),
  latencyNs: list(
    list(count('Latency to one node, in ns.'), { max: maxNodes }, 'Latencies from one node to each.'),
    { max: maxNodes },
    'Idle latencies of accesses in ns, one row per node.',
  ).exactOptional(),
});

const trafficMiB = count('What was read and written, in MiB, since the simulated kernel started.');
const latencyUnderLoadPermille = count(
  'Latency under the load of the moment over idle latency, in thousandths.',
);

const numaNode = z
  .strictObject({
    node: int32({ min: 0, max: maxNodeId }, 'Id of the NUMA node.'),
    cpus: text(1024, "Its CPUs in the kernel's list format; empty for a node of memory only.", 0),
    memTotalBytes: count('Memory of the node.'),
    memFreeBytes: count('Free memory of the node.'),
    numastat: z
      .strictObject({
        numaHit: count('Allocations served by this node as their first choice (numa_hit).'),
        numaMiss: count('Allocations served by this node though another was their first choice (numa_miss).'),
        numaForeign: count('Allocations meant for this node and served by another (numa_foreign).'),
        interleaveHit: count(
          'Interleaved allocations served by the node they were meant for (interleave_hit).',
        ),
        localNode: count('Allocations by CPUs of this node (local_node).'),
        otherNode: count('Allocations by CPUs of other nodes (other_node).'),
      })
      .meta({ description: 'Allocation statistics, as in /sys/devices/system/node/node<n>/numastat.' }),
    trafficMiB: trafficMiB.exactOptional(),
    latencyUnderLoadPermille: latencyUnderLoadPermille.exactOptional(),
  })
  .meta({ description: 'One NUMA node.' });

const cgroup = z
  .strictObject({
    namespace: text(63, 'Namespace of the pod.'),
    pod: objectName('Name of the pod.'),
    podUid: text(128, 'uid of the pod.'),
    container: dnsLabelName('Name of the container.'),
    path: text(1024, "The cgroup that holds the container's tasks, from the root of the cgroup file system."),
    numaLoadBalance: int64({ min: 0, max: maxInt }, 'Value of cpu.numa_load_balance; 0 is off.'),
    policy: objectName(
      'The NumaBalancingPolicy of the same namespace that decides this container.',
    ).exactOptional(),
    tasks: count('Threads alive in the cgroup.'),
    counters: counters('The counters of the cgroup since it was made.'),
    pagesPerNode: list(
      count('Pages on one node.'),
      { max: maxNodes },
      'Resident pages by NUMA node, from node 0.',
    ),
    localPages: count('Resident pages on the node where their threads run.'),
    remotePages: count('Resident pages on other nodes.'),
    problem: text(
      1024,
      'What the simulated kernel refused the container, with its errno: a memory policy, a CPU set, or memory.',
    ).exactOptional(),
    localAccesses: count('Touches of pages on the node of the thread.').exactOptional(),
    remoteAccesses: count('Touches of pages on other nodes.').exactOptional(),
    cpuTimeMs: count('CPU time of its threads, in ms.').exactOptional(),
    balancingTimeMs: count('Of it, what scans, hint faults and moves of pages took.').exactOptional(),
    progressMs: count(
      'What its programs got done: the CPU time it would have taken with all memory local and idle, and no balancing.',
    ).exactOptional(),
  })
  .meta({ description: 'The cgroup of one container.' });

export const simulatedNodeStatus = z
  .strictObject({
    observedGeneration: observedGeneration(),
    conditions: conditions(),
    config: z
      .strictObject({
        name: objectName('Name of the NumaNodeConfig.'),
        generation: count('Its metadata.generation.'),
      })
      .meta({ description: 'The NumaNodeConfig in effect; absent when the defaults are.' })
      .exactOptional(),
    kernel: kernel.meta({ description: 'Mode and variant of the simulated kernel.' }).exactOptional(),
    topology: topology.meta({ description: 'The simulated machine.' }).exactOptional(),
    numaNodes: keyedList(
      numaNode,
      ['node'],
      { max: maxNodes },
      'The NUMA nodes: memory, numastat and traffic.',
    ).exactOptional(),
    links: keyedList(
      z
        .strictObject({
          from: int32({ min: 0, max: maxNodeId }, 'Socket that the data come from.'),
          to: int32({ min: 0, max: maxNodeId }, 'Socket that they go to.'),
          trafficMiB,
          latencyUnderLoadPermille,
        })
        .meta({ description: 'One direction between two sockets.' }),
      ['from', 'to'],
      { max: 56 },
      'Traffic between sockets; of the first eight sockets.',
    ).exactOptional(),
    vmstat: z
      .record(z.string(), count('Value of one counter.'))
      .refine((map) => Object.keys(map).length <= 256, 'must have at most 256 counters')
      .meta({
        description:
          'Counters of the simulated kernel under their names in /proc/vmstat, such as numa_pte_updates.',
        maxProperties: 256,
      })
      .exactOptional(),
    pods: z
      .strictObject({
        total: count('Pods on the node.'),
        running: count('Of these, pods with tasks in the simulated kernel.'),
        enabled: count('Of these, pods with at least one cgroup that is switched on.'),
      })
      .meta({ description: 'How many pods the node has.' })
      .exactOptional(),
    cgroups: keyedList(
      cgroup,
      ['podUid', 'container'],
      { max: maxNodeCgroups },
      'The cgroups of the containers; those that a policy decides first.',
    ).exactOptional(),
    cgroupsOmitted: count('Containers that cgroups leaves out.').exactOptional(),
    seed: int64({ min: 0, max: maxInt }, 'Seed of the random streams.').exactOptional(),
    pageSampling: int32(
      { min: 1, max: 4096 },
      'One page of so many is simulated; 1 is exact.',
    ).exactOptional(),
    simulatedSeconds: count('Simulated seconds since the simulated kernel started.').exactOptional(),
    speed: int32({ min: 0, max: 1000 }, 'Simulated seconds per second asked for.').exactOptional(),
    speedReachedPermille: count('Simulated milliseconds per second reached of late.').exactOptional(),
    digest: text(
      128,
      'Hash of all counters and page states: equal digests mean equal simulations, to the last page.',
    ).exactOptional(),
    simulatedBy: text(253, 'The replica of the operator that simulates the node.').exactOptional(),
    lastSampleTime: time('When the numbers were taken, wall clock.').exactOptional(),
  })
  .meta({ description: 'The simulated kernel. All numbers are simulated.' });

export type SimulatedNodeStatus = DeepReadonly<z.output<typeof simulatedNodeStatus>>;
export type SimulatedNumaNode = NonNullable<SimulatedNodeStatus['numaNodes']>[number];
export type SimulatedCgroup = NonNullable<SimulatedNodeStatus['cgroups']>[number];

/** A simulated node. Its name is the Kubernetes node's, which owns it. */
export interface SimulatedNode {
  readonly apiVersion: typeof apiVersion;
  readonly kind: 'SimulatedNode';
  readonly metadata: V1ObjectMeta;
  readonly status?: SimulatedNodeStatus;
}
