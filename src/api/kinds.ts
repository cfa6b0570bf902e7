/** The four kinds in one table: what the CRDs, validation and documentation are made from. */
import type { z } from 'zod';

import { memoryProfileSpec, memoryProfileStatus } from './memory-profile.ts';
import type { MemoryProfile } from './memory-profile.ts';
import { numaBalancingPolicySpec, numaBalancingPolicyStatus } from './numa-balancing-policy.ts';
import type { NumaBalancingPolicy } from './numa-balancing-policy.ts';
import { numaNodeConfigSpec, numaNodeConfigStatus } from './numa-node-config.ts';
import type { NumaNodeConfig } from './numa-node-config.ts';
import { simulatedNodeStatus } from './simulated-node.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** Any object of ours. */
export type NumasimObject = NumaBalancingPolicy | NumaNodeConfig | MemoryProfile | SimulatedNode;

/** Name of one of the four kinds. */
export type NumasimKind = NumasimObject['kind'];

/** A column of `kubectl get`; those of priority 1 need `-o wide`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  readonly priority?: number;
}

/** What the CRD of a kind says beside its fields. */
export interface KindDefinition {
  readonly kind: NumasimKind;
  readonly plural: string;
  readonly singular: string;
  readonly shortName: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** First words of `kubectl explain <kind>`. */
  readonly description: string;
  /** Absent when the kind has none: SimulatedNode is all status. */
  readonly spec?: z.ZodObject;
  readonly status: z.ZodObject;
  readonly columns: readonly PrinterColumn[];
}

const age: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

function column(name: string, jsonPath: string, type: PrinterColumn['type'] = 'integer'): PrinterColumn {
  return { name, type, jsonPath };
}

function wide(name: string, jsonPath: string, type: PrinterColumn['type'] = 'integer'): PrinterColumn {
  return { ...column(name, jsonPath, type), priority: 1 };
}

function condition(type: string, field: 'status' | 'reason' = 'status'): string {
  return `.status.conditions[?(@.type=="${type}")].${field}`;
}

/** The kinds, by name. */
export const kinds = {
  NumaBalancingPolicy: {
    kind: 'NumaBalancingPolicy',
    plural: 'numabalancingpolicies',
    singular: 'numabalancingpolicy',
    shortName: 'nbp',
    scope: 'Namespaced',
    description:
      'NumaBalancingPolicy says which pods of its namespace have automatic NUMA balancing, per cgroup, in the simulated kernels of their nodes, and shows what that does.',
    spec: numaBalancingPolicySpec,
    status: numaBalancingPolicyStatus,
    columns: [
      column('Ready', condition('Ready'), 'string'),
      column('Balancing', '.spec.balancing', 'string'),
      column('Matched', '.status.pods.matched'),
      column('Enabled', '.status.pods.enabled'),
      column('PTE Updates', '.status.counters.numaPteUpdates'),
      column('Hint Faults', '.status.counters.numaHintFaults'),
      column('Migrated', '.status.counters.numaPagesMigrated'),
      column('Local%', '.status.locality.localPercent'),
      age,
      wide('Reason', condition('Ready', 'reason'), 'string'),
      wide('Priority', '.spec.priority'),
      wide('Overridden', '.status.pods.overridden'),
      wide('Unscheduled', '.status.pods.unscheduled'),
      wide('Memory Policy', '.spec.memoryPolicy.mode', 'string'),
      wide('Hint Faults Local', '.status.counters.numaHintFaultsLocal'),
      wide('Task Moves', '.status.counters.numaTaskMigrated'),
      wide('Task Swaps', '.status.counters.numaTaskSwapped'),
      wide('Simulated Seconds', '.status.simulatedSeconds'),
    ],
  },
  NumaNodeConfig: {
    kind: 'NumaNodeConfig',
    plural: 'numanodeconfigs',
    singular: 'numanodeconfig',
    shortName: 'nnc',
    scope: 'Cluster',
    description:
      'NumaNodeConfig says what simulated kernel and machine the Kubernetes nodes it selects have. Nodes without one have the defaults described here.',
    spec: numaNodeConfigSpec,
    status: numaNodeConfigStatus,
    columns: [
      column('Ready', condition('Ready'), 'string'),
      column('Mode', '.spec.numaBalancing'),
      column('Variant', '.spec.rfc.version', 'string'),
      column('Preset', '.spec.topology.preset', 'string'),
      column('Speed', '.spec.simulation.speed'),
      column('Matched', '.status.nodes.matched'),
      column('Applied', '.status.nodes.applied'),
      age,
      wide('Reason', condition('Ready', 'reason'), 'string'),
      wide('Priority', '.spec.priority'),
      wide('Seed', '.spec.simulation.seed'),
      wide('Driver', '.spec.cgroups.driver', 'string'),
      wide('Runtime', '.spec.cgroups.runtime', 'string'),
    ],
  },
  MemoryProfile: {
    kind: 'MemoryProfile',
    plural: 'memoryprofiles',
    singular: 'memoryprofile',
    shortName: 'mprof',
    scope: 'Namespaced',
    description:
      'MemoryProfile says what the pods it selects do with memory: processes, threads, regions, and how fast they touch them. Pods without one do what their requests suggest.',
    spec: memoryProfileSpec,
    status: memoryProfileStatus,
    columns: [
      column('Ready', condition('Ready'), 'string'),
      column('Matched', '.status.pods.matched'),
      column('Applied', '.status.pods.applied'),
      age,
      wide('Reason', condition('Ready', 'reason'), 'string'),
      wide('Overridden', '.status.pods.overridden'),
    ],
  },
  SimulatedNode: {
    kind: 'SimulatedNode',
    plural: 'simulatednodes',
    singular: 'simulatednode',
    shortName: 'simnode',
    scope: 'Cluster',
    description:
      'SimulatedNode shows the simulated kernel of the Kubernetes node of the same name. numasim writes it; nobody else should. All of its numbers are simulated.',
    status: simulatedNodeStatus,
    columns: [
      column('Ready', condition('Ready'), 'string'),
      column('Mode', '.status.kernel.mode', 'string'),
      column('Variant', '.status.kernel.variant', 'string'),
      column('NUMA Nodes', '.status.topology.nodeCount'),
      column('Pods', '.status.pods.running'),
      column('Enabled', '.status.pods.enabled'),
      column('Simulated Seconds', '.status.simulatedSeconds'),
      column('Speed', '.status.speed'),
      column('PTE Updates', '.status.vmstat.numa_pte_updates'),
      column('Hint Faults', '.status.vmstat.numa_hint_faults'),
      column('Migrated', '.status.vmstat.numa_pages_migrated'),
      age,
      wide('Reason', condition('Ready', 'reason'), 'string'),
      wide('Config', '.status.config.name', 'string'),
      wide('CPUs', '.status.topology.cpuCount'),
      wide('Speed Reached ‰', '.status.speedReachedPermille'),
      wide('Task Moves', '.status.vmstat.numa_task_migrated'),
      wide('Task Swaps', '.status.vmstat.numa_task_swapped'),
      wide('Digest', '.status.digest', 'string'),
    ],
  },
} as const satisfies Record<NumasimKind, KindDefinition>;

/** The kinds, in the order of the design. */
export const kindDefinitions: readonly KindDefinition[] = Object.values(kinds);
