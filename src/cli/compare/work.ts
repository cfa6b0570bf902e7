import { balancingNs } from '../../engine/access/usage.ts';
import { NS_PER_S } from '../../engine/units.ts';
import type { ContainerSample } from '../../fleet/node-sample.ts';

/** What some containers got done in a run, and what it took. Times in seconds. */
export interface Work {
  /** To the end of fixed work; undefined if some work has no end or has not reached it. */
  readonly elapsed: number | undefined;
  /** CPU time in programs, and in the kernel: the programs' own, and what balancing took. */
  readonly user: number;
  readonly system: number;
  /** Of system: scans, hint faults, and moves of pages. */
  readonly balancing: number;
  /** Work per second: the CPU time it would take with all memory local and idle, and no balancing. */
  readonly throughput: number;
  /** Share of touches that were of pages on the own node, in percent; undefined without touches. */
  readonly localPercent: number | undefined;
  readonly pagesMigrated: number;
  /** Threads moved or swapped by the balancer. */
  readonly tasksMoved: number;
}

/** @param seconds simulated */
export function workOf(samples: readonly ContainerSample[], seconds: number): Work {
  const sums = { user: 0, system: 0, balancing: 0, progress: 0, touches: 0, local: 0, pages: 0, tasks: 0 };
  for (const { usage, counters } of samples) {
    const balancing = balancingNs(usage) / NS_PER_S;
    const system = usage.systemNs / NS_PER_S + balancing;
    sums.user += usage.runtimeNs / NS_PER_S - system;
    sums.system += system;
    sums.balancing += balancing;
    sums.progress += usage.progressNs / NS_PER_S;
    sums.touches += usage.touches;
    sums.local += usage.localTouches;
    sums.pages += counters.numaPagesMigrated;
    sums.tasks += counters.numaTaskMigrated + counters.numaTaskSwapped;
  }
  const elapsed = Math.max(...samples.map(({ elapsedNs }) => (elapsedNs ?? Infinity) / NS_PER_S));
  const isDone = samples.length > 0 && elapsed < Infinity;
  return {
    elapsed: isDone ? elapsed : undefined,
    user: sums.user,
    system: sums.system,
    balancing: sums.balancing,
    throughput: sums.progress / (isDone ? elapsed : seconds),
    localPercent: sums.touches === 0 ? undefined : (100 * sums.local) / sums.touches,
    pagesMigrated: sums.pages,
    tasksMoved: sums.tasks,
  };
}

/** How much better a run did than another, in percent: of the time that fixed work takes less, else of the work done more. */
export function gainPercent(base: Work, other: Work): number {
  if (base.elapsed !== undefined && other.elapsed !== undefined)
    return base.elapsed === 0 ? 0 : (100 * (base.elapsed - other.elapsed)) / base.elapsed;
  return base.throughput === 0 ? 0 : (100 * (other.throughput - base.throughput)) / base.throughput;
}
