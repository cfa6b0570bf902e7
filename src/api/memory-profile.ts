/** MemoryProfile: what the pods it selects do with memory (design §3). */
import type { V1ObjectMeta } from '@kubernetes/client-node';
import { z } from 'zod';

import { conditions } from './condition.ts';
import { cpuList } from './cpu-list.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { duration } from './duration.ts';
import { choice, count, flag, int32, int64, keyedList, list } from './fields.ts';
import { dnsLabelName, observedGeneration } from './fragments.ts';
import { labelSelector } from './label-selector.ts';
import { memoryPolicy } from './memory-policy.ts';
import type { apiVersion } from './names.ts';
import { maxNodeId } from './node-list.ts';
import { memoryQuantity } from './quantity.ts';
import { withRules } from './rule.ts';

const touchRate = { min: 0, max: 1_000_000_000_000 };
const percent = { min: 0, max: 100 };

const region = z
  .strictObject({
    name: dnsLabelName('Name of the region, unique in its process.'),
    size: memoryQuantity(
      '1',
      'Size, such as 64Mi; rounded up to whole pages. A private region exists once per thread.',
    ),
    shared: flag(
      'Whether all threads of the process use the same region. Otherwise each thread has one of its own of that size.',
    ).default(false),
    pattern: choice(
      ['Uniform', 'Sequential', 'Strided', 'Zipf'],
      'Which pages are touched next. Uniform: any, with equal chance. Sequential: one after the other, round and round. Strided: every eighth, round and round. Zipf: few pages most of the time.',
    ).default('Uniform'),
    touchesPerSecond: int64(touchRate, 'Page touches per second of each thread while it runs.').default(1000),
    writePercent: int32(percent, 'Share of the touches that write, in percent.').default(50),
    firstTouchNode: int32(
      { min: 0, max: maxNodeId },
      'NUMA node the pages start on (the nearest with room if it is full). Without it, the node of the thread that touches a page first.',
    ).exactOptional(),
    memoryPolicy: memoryPolicy(
      'Memory policy of the region, as mbind would set it. Without it, the one of the NumaBalancingPolicy, else the default.',
    ).exactOptional(),
    hugePages: choice(
      ['Never', 'Advise', 'Always'],
      'Transparent huge pages. Never: 4 KiB pages only. Advise: 2 MiB pages, as after madvise. Always: 2 MiB pages wherever one fits.',
    ).default('Never'),
  })
  .meta({ description: 'A stretch of memory that is used in one way.' });

const phase = z
  .strictObject({
    after: duration('When the phase begins, counted from the start of the process, such as 30s or 2m.'),
    regions: keyedList(
      z
        .strictObject({
          name: dnsLabelName('Name of a region of this process.'),
          touchesPerSecond: int64(touchRate, 'Page touches per second of each thread from then on.'),
          writePercent: int32(
            percent,
            'Share of the touches that write, in percent. Without it, as before.',
          ).exactOptional(),
        })
        .meta({ description: 'New access rate of one region.' }),
      ['name'],
      { min: 1, max: 8 },
      'Regions whose access rate changes; others go on as before.',
    ),
  })
  .meta({ description: 'A change of the access rates.' });

const processObject = withRules(
  z.strictObject({
    threads: int32({ min: 1, max: 1024 }, 'Number of threads.').default(1),
    cpuPercent: int32(
      { min: 1, max: 100 },
      'How much of one CPU each thread wants, in percent; it sleeps the rest of the time.',
    ).default(100),
    regions: keyedList(region, ['name'], { max: 8 }, 'The memory of the process.').exactOptional(),
    phases: keyedList(
      phase,
      ['after'],
      { max: 8 },
      'Changes of the access rates in the course of time.',
    ).exactOptional(),
  }),
  'A process: threads that share an address space.',
  [
    {
      cel: '!has(self.phases) || self.phases.all(p, p.regions.all(r, has(self.regions) && self.regions.exists(q, q.name == r.name)))',
      message: 'phases must name regions of the same process',
      field: 'phases',
      check: ({ phases = [], regions = [] }) =>
        phases.every((each) =>
          each.regions.every(({ name }) => regions.some((known) => known.name === name)),
        ),
    },
  ],
);

const container = z
  .strictObject({
    name: dnsLabelName('Name of the container in the pod.'),
    cpus: cpuList(
      "CPUs the container may use (cpuset.cpus), in the kernel's list format, such as 0-3,8. Without it, all CPUs of the node.",
    ).exactOptional(),
    processes: list(processObject, { min: 1, max: 8 }, 'The processes of the container.'),
  })
  .meta({ description: 'What one container does.' });

export const memoryProfileSpec = z
  .strictObject({
    podSelector: labelSelector(
      'The pods this profile is for, in its own namespace. {} selects all pods of the namespace. Of several the oldest wins, then by name.',
    ),
    containers: keyedList(
      container,
      ['name'],
      { min: 1, max: 16 },
      'What the containers do. A container that is not named here does what its requests suggest: threads from the CPU request, memory from the memory request.',
    ),
  })
  .meta({ description: 'What is asked for.' });

export const memoryProfileStatus = z
  .strictObject({
    observedGeneration: observedGeneration(),
    conditions: conditions(),
    pods: z
      .strictObject({
        matched: count('Pods that the selector matches.'),
        applied: count('Of these, pods that behave as this profile says.'),
        overridden: count('Of these, pods that an older profile decides.'),
      })
      .meta({ description: 'How many pods this profile is about.' })
      .exactOptional(),
  })
  .meta({ description: 'What became of it.' });

export type MemoryProfileSpec = DeepReadonly<z.output<typeof memoryProfileSpec>>;
export type MemoryProfileStatus = DeepReadonly<z.output<typeof memoryProfileStatus>>;
export type ContainerProfile = MemoryProfileSpec['containers'][number];
export type ProcessProfile = ContainerProfile['processes'][number];
export type RegionProfile = NonNullable<ProcessProfile['regions']>[number];
export type PhaseProfile = NonNullable<ProcessProfile['phases']>[number];

/** A profile as the API server stores it: static defaults are in place. */
export interface MemoryProfile {
  readonly apiVersion: typeof apiVersion;
  readonly kind: 'MemoryProfile';
  readonly metadata: V1ObjectMeta;
  readonly spec: MemoryProfileSpec;
  readonly status?: MemoryProfileStatus;
}
