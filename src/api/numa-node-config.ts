/** NumaNodeConfig: the kernel and the machine of the nodes it selects (design §3). */
import type { V1ObjectMeta } from '@kubernetes/client-node';
import { z } from 'zod';

import { conditions } from './condition.ts';
import { costs } from './costs.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { choice, count, int32, int64, maxInt } from './fields.ts';
import { observedGeneration, priority } from './fragments.ts';
import { kernelSwitches, rfc, tunables } from './kernel-settings.ts';
import { labelSelector } from './label-selector.ts';
import type { apiVersion } from './names.ts';
import { withRules } from './rule.ts';
import { topology } from './topology.ts';

const cgroupRootPattern = '^/$|^(/[A-Za-z0-9_.:@-]+)+$';

const numaBalancing = withRules(
  z.int().min(0).max(7),
  'The value written to the sysctl kernel.numa_balancing. 0: off. 1: normal. 2: memory tiering. 3: both. 4: per cgroup, by cpu.numa_load_balance.',
  [
    {
      // Above 7 the bound of the schema speaks.
      cel: 'self <= 4 || self > 7',
      message:
        'must be 0 to 4: the kernel rejects 5, 6 and 7 with EINVAL (numa_balancing takes 0, 1, 2, 3 or 4)',
      check: (value) => value <= 4 || value > 7,
    },
  ],
).meta({ format: 'int32' });

const cgroups = z.strictObject({
  driver: choice(['Systemd', 'Cgroupfs'], "The kubelet's cgroupDriver.").default('Systemd'),
  root: withRules(
    z.string().min(1).max(256),
    "The kubelet's cgroupRoot, such as /kubelet (which kind uses). Without it, the root of the cgroup file system.",
    [
      {
        cel: `self.matches('${cgroupRootPattern}')`,
        message: 'must be an absolute path such as /kubelet, without a slash at its end',
        check: (value) => value === '' || new RegExp(cgroupRootPattern, 'u').test(value),
      },
    ],
  ).exactOptional(),
  runtime: choice(
    ['Containerd', 'CriO', 'Docker'],
    "The container runtime: it names the containers' cgroups.",
  ).default('Containerd'),
  ociRuntime: choice(
    ['Runc', 'Crun'],
    "The OCI runtime. Crun adds a level below the container's systemd scope.",
  ).default('Runc'),
  cpuWeightConversion: choice(
    ['Logarithmic', 'Linear'],
    "How the OCI runtime turns CPU shares into the container's cpu.weight. Logarithmic: current runc and crun. Linear: older ones.",
  ).default('Logarithmic'),
});

const simulation = z.strictObject({
  seed: int64(
    { min: 0, max: maxInt },
    "Seed of all random streams: the same seed gives the same counters. Without it, derived from the node's name.",
  ).exactOptional(),
  speed: int32(
    { min: 0, max: 1000 },
    'Simulated seconds per second of wall clock; 0 pauses. Whole numbers only. What the machine reaches is in the status of the SimulatedNode.',
  ).default(1),
  pageSampling: int32(
    { min: 1, max: 4096 },
    'Simulate one page of so many and scale the counters; 1 is exact.',
  ).default(1),
});

export const numaNodeConfigSpec = z
  .strictObject({
    nodeSelector: labelSelector(
      'The Kubernetes nodes this is for, by their labels. {} (also when absent) selects all nodes.',
    ).prefault({}),
    priority: priority(
      'Among configs that select a node the highest priority wins; then the older; then by name. A node takes one config as a whole.',
    ),
    numaBalancing: numaBalancing.default(4),
    tunables: tunables.meta({ description: 'Run-time tunables of the kernel.' }).prefault({}),
    rfc: rfc.meta({ description: 'Which variant of the per-cgroup proposal the kernel has.' }).prefault({}),
    kernel: kernelSwitches
      .meta({ description: 'Build options, and behaviour in which kernel versions differ.' })
      .prefault({}),
    topology: topology(
      'The NUMA nodes of the machine: exactly one of preset, nodes (with distances) and nodeResourceTopology. Without it, the preset TwoSocket.',
    ).exactOptional(),
    costs: costs
      .meta({ description: 'What balancing and memory accesses cost. What is not given has its default.' })
      .exactOptional(),
    cgroups: cgroups
      .meta({ description: "How the node's kubelet and container runtime name and fill cgroups." })
      .prefault({}),
    simulation: simulation.meta({ description: 'How the simulation runs.' }).prefault({}),
  })
  .meta({ description: 'What is asked for.' });

export const numaNodeConfigStatus = z
  .strictObject({
    observedGeneration: observedGeneration(),
    conditions: conditions(),
    nodes: z
      .strictObject({
        matched: count('Kubernetes nodes that the selector matches.'),
        applied: count('Of these, nodes whose simulated kernel runs with this config.'),
        overridden: count('Of these, nodes that a stronger config decides.'),
      })
      .meta({ description: 'How many nodes this config is about.' })
      .exactOptional(),
  })
  .meta({ description: 'What became of it.' });

export type NumaNodeConfigSpec = DeepReadonly<z.output<typeof numaNodeConfigSpec>>;
export type NumaNodeConfigStatus = DeepReadonly<z.output<typeof numaNodeConfigStatus>>;

/** The kubelet and container runtime of a node, as configured. */
export type CgroupSettings = NumaNodeConfigSpec['cgroups'];

/** A config as the API server stores it: static defaults are in place. */
export interface NumaNodeConfig {
  readonly apiVersion: typeof apiVersion;
  readonly kind: 'NumaNodeConfig';
  readonly metadata: V1ObjectMeta;
  readonly spec: NumaNodeConfigSpec;
  readonly status?: NumaNodeConfigStatus;
}
