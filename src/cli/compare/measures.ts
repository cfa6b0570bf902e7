import { balancingNs } from '../../engine/access/usage.ts';
import { autonumaCost, rangeUpdates } from '../../engine/cost/autonuma-cost.ts';
import type { Vmstat } from '../../engine/cost/autonuma-cost.ts';
import type { ContainerSample } from '../../fleet/node-sample.ts';

/** One number of a run, undefined where it has no meaning. */
export interface Measure<Subject> {
  /** In JSON. */
  readonly key: string;
  /** In a table. */
  readonly label: string;
  /** Digits after the point. */
  readonly digits: number;
  readonly of: (subject: Subject) => number | undefined;
}

const PAGES_PER_HUGE = 512;

/** A row read from one counter. */
function counter(key: string, label: string, name: string): Measure<Vmstat> {
  return { key, label, digits: 0, of: (vmstat) => vmstat[name] ?? 0 };
}

/** `numa_pte_updates` counts a huge page as 512; mmtests shows the two apart. */
function baseUpdates({ numa_pte_updates: updates = 0, numa_huge_pte_updates: huge = 0 }: Vmstat): number {
  return updates - PAGES_PER_HUGE * huge;
}

/** The rows, by name and order, of the table that mmtests prints from /proc/vmstat; then the proposal's counters. */
export const CLUSTER_MEASURES: readonly Measure<Vmstat>[] = [
  counter('allocHit', 'NUMA alloc hit', 'numa_hit'),
  counter('allocMiss', 'NUMA alloc miss', 'numa_miss'),
  counter('interleaveHit', 'NUMA interleave hit', 'numa_interleave'),
  counter('allocLocal', 'NUMA alloc local', 'numa_local'),
  {
    key: 'basePageRangeUpdates',
    label: 'NUMA base-page range updates',
    digits: 0,
    of: (vmstat) => rangeUpdates(baseUpdates(vmstat), vmstat.numa_huge_pte_updates ?? 0),
  },
  { key: 'pteUpdates', label: 'NUMA PTE updates', digits: 0, of: baseUpdates },
  counter('pmdUpdates', 'NUMA PMD updates', 'numa_huge_pte_updates'),
  counter('hintFaults', 'NUMA hint faults', 'numa_hint_faults'),
  counter('hintLocalFaults', 'NUMA hint local faults', 'numa_hint_faults_local'),
  {
    key: 'hintLocalPercent',
    label: 'NUMA hint local percent',
    digits: 2,
    of: (vmstat) => percent(vmstat.numa_hint_faults_local ?? 0, vmstat.numa_hint_faults ?? 0),
  },
  counter('pagesMigrated', 'NUMA pages migrated', 'numa_pages_migrated'),
  { key: 'autonumaCost', label: 'AutoNUMA cost', digits: 2, of: autonumaCost },
  counter('taskMigrated', 'NUMA task migrated', 'numa_task_migrated'),
  counter('taskSwapped', 'NUMA task swapped', 'numa_task_swapped'),
];

/** What became of a container. */
export const CONTAINER_MEASURES: readonly Measure<ContainerSample>[] = [
  { key: 'numaLoadBalance', label: 'Flag', digits: 0, of: ({ numaLoadBalance }) => numaLoadBalance },
  {
    key: 'localMemoryPercent',
    label: 'Local Memory %',
    digits: 1,
    of: ({ localPages, remotePages }) => percent(localPages, localPages + remotePages),
  },
  {
    key: 'balancingCpuPercent',
    label: 'Balancing CPU %',
    digits: 2,
    of: ({ usage }) => percent(balancingNs(usage), usage.runtimeNs),
  },
  { key: 'hintFaults', label: 'Hint Faults', digits: 0, of: ({ counters }) => counters.numaHintFaults },
  {
    key: 'pagesMigrated',
    label: 'Pages Migrated',
    digits: 0,
    of: ({ counters }) => counters.numaPagesMigrated,
  },
  { key: 'taskMigrated', label: 'Task Moves', digits: 0, of: ({ counters }) => counters.numaTaskMigrated },
  { key: 'taskSwapped', label: 'Task Swaps', digits: 0, of: ({ counters }) => counters.numaTaskSwapped },
];

function percent(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : (100 * part) / whole;
}
