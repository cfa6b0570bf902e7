import { durationMs } from '../api/duration.ts';
import type { ContainerProfile, ProcessProfile, RegionProfile } from '../api/memory-profile.ts';
import type { MemoryPolicy } from '../api/memory-policy.ts';
import { parseNodeList } from '../api/node-list.ts';
import { quantityValue } from '../api/quantity.ts';
import type { RateChange } from '../engine/access/rate-schedule.ts';
import type { ProcessSpec, RegionSpec, ThreadAccess, ThreadSpec } from '../engine/process.ts';
import type { MemoryPolicySpec } from '../engine/memory/memory-policy.ts';
import { NS_PER_MS, PAGE_BYTES } from '../engine/units.ts';

/** A process without the cgroup it will be started in. */
export type ProcessPlan = Omit<ProcessSpec, 'cgroup'>;

/**
 * The processes of a container, as the engine starts them.
 *
 * @param streamName names the random streams: `namespace/pod/container`, not the uid, so that the same manifests draw
 *   the same numbers wherever they run
 * @param policy memory policy of all its processes
 */
export function containerProcesses(
  profile: ContainerProfile,
  streamName: string,
  policy: MemoryPolicySpec | undefined,
): readonly ProcessPlan[] {
  return profile.processes.map((process, index) => ({
    comm: profile.name,
    streamName: `${streamName}/${index}`,
    regions: (process.regions ?? []).flatMap((region) => mappings(process, region)),
    threads: threadIndexes(process).map((thread) => threadOf(process, thread)),
    policy,
    ...(process.runs === 1 ? {} : { runs: process.runs }),
  }));
}

/** The API's memory policy as the engine takes it; Default is the absence of a policy. */
export function memoryPolicySpec(policy: MemoryPolicy | undefined): MemoryPolicySpec | undefined {
  if (!policy || policy.mode === 'Default') return undefined;
  return {
    mode: policy.mode,
    nodes: policy.nodes === undefined ? [] : parseNodeList(policy.nodes),
    numaBalancing: policy.numaBalancing,
  };
}

/** A shared region is mapped once, a private one once per thread, which touches it first. */
function mappings(process: ProcessProfile, region: RegionProfile): readonly RegionSpec[] {
  const mapping = {
    pages: pagesOf(region),
    firstTouchNode: region.firstTouchNode,
    policy: memoryPolicySpec(region.memoryPolicy),
    hugePages: region.hugePages !== 'Never',
  };
  if (region.shared) return [{ name: region.name, ...mapping }];
  return threadIndexes(process).map((thread) => ({
    name: mappingName(region, thread),
    firstToucher: thread,
    ...mapping,
  }));
}

function mappingName(region: RegionProfile, thread: number): string {
  return region.shared ? region.name : `${region.name}.${thread}`;
}

function threadOf(process: ProcessProfile, thread: number): ThreadSpec {
  return {
    dutyPercent: process.cpuPercent,
    dutyJitter: true,
    accesses: accessesOf(process, thread),
    ...(process.startupSystemMs === 0 ? {} : { startupSystemNs: process.startupSystemMs * NS_PER_MS }),
  };
}

/** All regions at once; with fixed work, one step after the other. */
function accessesOf(process: ProcessProfile, thread: number): readonly ThreadAccess[] {
  const { regions = [], work } = process;
  if (!work) return regions.map((region) => accessOf(process, region, thread));
  return work.flatMap((step) =>
    regions
      .filter(({ name }) => name === step.region)
      .map((region) => {
        const access = accessOf(process, region, thread);
        const isPart = step.part === 'Own' && region.shared;
        const part = isPart ? ownPart(region, access, { thread, of: process.threads }) : access;
        const { cacheLinesPerTouch: linesPerTouch = region.cacheLinesPerTouch } = step;
        return { ...part, linesPerTouch, touches: step.passes * touchedPages(region, part) };
      }),
  );
}

/** A thread's own part of a shared region: the pages of an access, cut into as many stretches as there are threads. */
function ownPart(
  region: RegionProfile,
  access: ThreadAccess,
  { thread, of: threads }: { readonly thread: number; readonly of: number },
): ThreadAccess {
  const { stridePages = 1 } = access;
  const touched = touchedPages(region, access);
  const first = Math.floor((touched * thread) / threads);
  const end = Math.floor((touched * (thread + 1)) / threads);
  return {
    ...access,
    offsetPages: first * stridePages,
    lengthPages: Math.max(1, end - first),
    startIndex: 0,
  };
}

/** Pages that one pass of an access touches. */
function touchedPages(region: RegionProfile, { stridePages = 1, lengthPages }: ThreadAccess): number {
  return lengthPages ?? Math.ceil(pagesOf(region) / stridePages);
}

function pagesOf({ size }: RegionProfile): number {
  return Math.ceil(quantityValue(size) / PAGE_BYTES);
}

/** Threads that sweep a shared region start evenly spread over it. */
function accessOf(process: ProcessProfile, region: RegionProfile, thread: number): ThreadAccess {
  const pages = pagesOf(region);
  const stridePages = region.pattern === 'Strided' ? region.stridePages : 1;
  const touched = Math.ceil(pages / stridePages);
  return {
    region: mappingName(region, thread),
    pattern: region.pattern,
    touchesPerSecond: region.touchesPerSecond,
    writePercent: region.writePercent,
    linesPerTouch: region.cacheLinesPerTouch,
    memoryLevelParallelism: region.memoryLevelParallelism,
    rateChanges: rateChanges(process, region),
    stridePages,
    startIndex: region.shared ? Math.floor((touched * thread) / process.threads) : 0,
  };
}

/** What the phases say of a region, by time; of several at one time the last counts. */
function rateChanges({ phases = [] }: ProcessProfile, { name }: RegionProfile): readonly RateChange[] {
  return phases
    .flatMap(({ after, regions }) =>
      regions
        .filter((region) => region.name === name)
        .map(({ touchesPerSecond, writePercent }) => ({
          afterNs: durationMs(after) * NS_PER_MS,
          touchesPerSecond,
          writePercent,
        })),
    )
    .sort((a, b) => a.afterNs - b.afterNs);
}

function threadIndexes({ threads }: ProcessProfile): readonly number[] {
  return Array.from({ length: threads }, (_, thread) => thread);
}
