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
      'Which pages are touched next. Uniform: any, with equal chance. Sequential: one after the other, round and round. Strided: one of every stridePages, round and round. Zipf: few pages most of the time.',
    ).default('Uniform'),
    stridePages: int32(
      { min: 1, max: 512 },
      'With the pattern Strided: pages from one touch to the next.',
    ).default(8),
    touchesPerSecond: int64(
      touchRate,
      'Page touches per second that each thread makes while it runs, with all memory local and idle. Slower memory and the work of balancing leave less time, and so fewer touches.',
    ).default(1000),
    cacheLinesPerTouch: int32(
      { min: 0, max: 64 },
      'Cache lines (64 bytes) that a touch has to take from memory, as opposed to caches. A page has 64.',
    ).default(1),
    memoryLevelParallelism: int32(
      { min: 1, max: 64 },
      'How many of these lines are under way at once. 1: each waits for the one before, as along a chain of pointers; sweeps that hardware prefetches have 10 and more.',
    ).default(1),
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

const workStep = z
  .strictObject({
    region: dnsLabelName('Name of a region of this process.'),
    passes: int32({ min: 1, max: 1_000_000 }, 'How often each thread goes over it.'),
    part: choice(
      ['Whole', 'Own'],
      'What a pass goes over. Whole: all of the region. Own: of a shared region one part of as many as there are threads, each thread its own; a private region is its own.',
    ).default('Whole'),
    cacheLinesPerTouch: int32(
      { min: 0, max: 64 },
      "Cache lines a touch takes from memory in this step, instead of the region's number: fewer where threads that go over the same memory at one time find it in a cache they share.",
    ).exactOptional(),
  })
  .meta({ description: 'A part of the work: passes over a region, at its touchesPerSecond.' });

const processObject = withRules(
  z.strictObject({
    threads: int32({ min: 1, max: 1024 }, 'Number of threads.').default(1),
    cpuPercent: int32(
      { min: 1, max: 100 },
      'How much of one CPU each thread wants, in percent; it sleeps the rest of the time.',
    ).default(100),
    regions: keyedList(region, ['name'], { max: 8 }, 'The memory of the process.').exactOptional(),
    startupSystemMs: int32(
      { min: 0, max: 86_400_000 },
      'CPU time that each thread spends in the kernel before it does anything else, such as for the first touches of its memory, in ms. NUMA does not change it.',
    ).default(0),
    work: list(
      workStep,
      { min: 1, max: 8 },
      'Fixed work: what each thread does, one step after the other, before it ends; with its last thread the process ends. Regions that are not part of a step are not touched. Without it the process runs for ever and touches all of its regions at once.',
    ).exactOptional(),
    runs: int32(
      { min: 1, max: 1_000_000 },
      'How often the process runs, each time with a new address space, one run after the other. More than once needs work.',
    ).default(1),
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
    {
      cel: '!has(self.work) || self.work.all(w, has(self.regions) && self.regions.exists(q, q.name == w.region && q.touchesPerSecond > 0))',
      message: 'work must name regions of the same process, with touchesPerSecond above 0',
      field: 'work',
      check: ({ work = [], regions = [] }) =>
        work.every(({ region: name }) =>
          regions.some((known) => known.name === name && known.touchesPerSecond > 0),
        ),
    },
    {
      cel: '!(has(self.work) && has(self.phases))',
      message: 'must not be given with work, which has no course of time',
      field: 'phases',
      check: ({ work, phases }) => work === undefined || phases === undefined,
    },
    {
      cel: '!has(self.runs) || self.runs == 1 || has(self.work)',
      message: 'must be 1 without work, as the process never ends',
      field: 'runs',
      check: ({ work, runs }) => runs === 1 || work !== undefined,
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
