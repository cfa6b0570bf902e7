/** NumaBalancingPolicy: which pods' cgroups are switched on, and their memory policy (design §3). */
import type { V1ObjectMeta } from '@kubernetes/client-node';
import { z } from 'zod';

import { conditions } from './condition.ts';
import { counters } from './counters.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { choice, count, int32, int64, list, keyedList, maxInt, set, text, time } from './fields.ts';
import { dnsLabelName, objectName, observedGeneration, priority } from './fragments.ts';
import { labelSelector } from './label-selector.ts';
import { memoryPolicy } from './memory-policy.ts';
import type { apiVersion } from './names.ts';

/** Most entries of `status.cgroups` and `status.advice`. */
export const maxPolicyEntries = 20;

export const numaBalancingPolicySpec = z
  .strictObject({
    podSelector: labelSelector(
      'The pods this policy is for, in its own namespace. {} selects all pods of the namespace.',
    ),
    containers: set(
      dnsLabelName('Name of a container.'),
      { min: 1, max: 64 },
      'Names of the containers this policy is for, init containers included. Without it, all containers of the selected pods. A policy that names a container wins over one of the same priority that does not.',
    ).exactOptional(),
    balancing: choice(
      ['Enabled', 'Disabled', 'Auto'],
      "Enabled: 1 is written to cpu.numa_load_balance of the containers' cgroups. Disabled: 0 is written. Auto: the operator decides by measured effect.",
    ).default('Enabled'),
    memoryPolicy: memoryPolicy(
      "Memory policy of the containers' processes, as set_mempolicy would set it at their start. Regions of a MemoryProfile may have their own.",
    ).exactOptional(),
    priority: priority(
      'Among policies that match a container the highest priority wins; then one that names the container; then the older; then by name.',
    ),
    statusPeriodSeconds: int32(
      { min: 5, max: 3600 },
      'Shortest time between two writes of changed numbers into the status, in seconds of wall clock. Changed conditions are written at once.',
    ).default(30),
  })
  .meta({ description: 'What is asked for.' });

const policyCgroup = z
  .strictObject({
    node: objectName('The Kubernetes node.'),
    pod: objectName('The pod.'),
    container: dnsLabelName('The container.'),
    path: text(1024, 'The cgroup whose flag was written, from the root of the cgroup file system.'),
    numaLoadBalance: int64({ min: 0, max: maxInt }, 'Value of cpu.numa_load_balance.'),
    counters: counters('The counters of this container.'),
    localPages: count('Pages on the node where the threads run.'),
    remotePages: count('Pages on other nodes.'),
  })
  .meta({ description: 'One container.' });

const advice = z
  .strictObject({
    reason: text(128, 'What kind of advice, in one CamelCase word.'),
    message: text(1024, 'The advice, and the numbers behind it.'),
    pod: objectName('The pod it is about; without it, all that the policy matches.').exactOptional(),
    container: dnsLabelName('The container it is about.').exactOptional(),
  })
  .meta({ description: 'One piece of advice.' });

export const numaBalancingPolicyStatus = z
  .strictObject({
    observedGeneration: observedGeneration(),
    conditions: conditions(),
    pods: z
      .strictObject({
        matched: count('Pods that the selector matches.'),
        enabled: count('Of these, pods with at least one container that this policy switched on.'),
        overridden: count('Of these, pods with at least one container that a stronger policy decides.'),
        unscheduled: count('Of these, pods without a node: nothing to switch yet.'),
      })
      .meta({ description: 'How many pods this policy is about.' })
      .exactOptional(),
    counters: counters(
      'Totals of the counters of the containers that this policy decides. They fall when a container goes.',
    ).exactOptional(),
    locality: z
      .strictObject({
        localPages: count('Pages on the node where their threads run.'),
        remotePages: count('Pages on other nodes.'),
        localPercent: int32(
          { min: 0, max: 100 },
          'Share of local pages in percent, rounded down.',
        ).exactOptional(),
        localAccessPercent: int32(
          { min: 0, max: 100 },
          'Share of memory accesses that stay on the node, in percent, rounded down.',
        ).exactOptional(),
      })
      .meta({ description: 'Where the memory is, seen from the threads that use it.' })
      .exactOptional(),
    effect: z
      .strictObject({
        throughputChangePercent: int32(
          { min: -100, max: 1_000_000 },
          'Change of the work done per second against the same time without balancing, in percent. Not filled in by this version: numasim compare simulates both.',
        ).exactOptional(),
        overheadPercent: int32(
          { min: 0, max: 100 },
          'Share of CPU time that scans, hint faults and migrations took, in percent.',
        ).exactOptional(),
        verdict: choice(
          ['Better', 'Worse', 'Undecided'],
          'Whether balancing pays. Undecided when the cost models disagree about the sign. Not filled in by this version: numasim compare says it.',
        ).exactOptional(),
      })
      .meta({ description: 'What balancing changed, by the cost model. Simulated.' })
      .exactOptional(),
    cgroups: keyedList(
      policyCgroup,
      ['pod', 'container'],
      { max: maxPolicyEntries },
      'The busiest containers that this policy decides, most page-table updates first.',
    ).exactOptional(),
    cgroupsOmitted: count('Containers that this policy decides and that cgroups leaves out.').exactOptional(),
    advice: list(advice, { max: maxPolicyEntries }, 'What might be worth changing.').exactOptional(),
    simulatedSeconds: count(
      'Simulated seconds that the numbers cover: the least of the nodes involved.',
    ).exactOptional(),
    lastSampleTime: time('When the numbers were taken, wall clock.').exactOptional(),
  })
  .meta({ description: 'What the simulation shows. All numbers are simulated.' });

export type NumaBalancingPolicySpec = DeepReadonly<z.output<typeof numaBalancingPolicySpec>>;
export type NumaBalancingPolicyStatus = DeepReadonly<z.output<typeof numaBalancingPolicyStatus>>;

/** A policy as the API server stores it: static defaults are in place. */
export interface NumaBalancingPolicy {
  readonly apiVersion: typeof apiVersion;
  readonly kind: 'NumaBalancingPolicy';
  readonly metadata: V1ObjectMeta;
  readonly spec: NumaBalancingPolicySpec;
  readonly status?: NumaBalancingPolicyStatus;
}
