/**
 * Every event counter of the balancer, named once (REF §18.1, §18.4): the text files, the typed views, the cgroup
 * statistics and the digest all come from this table.
 */
export interface CounterSpec {
  /** The kernel's name in `/proc/vmstat` and `memory.stat`. */
  readonly name: string;
  /** Whether `/proc/vmstat` shows it. */
  readonly vmstat: boolean;
  /** Whether a cgroup's `memory.stat` shows it. */
  readonly memoryStat: boolean;
  /** Only kernels with the RFC's statistics have it. */
  readonly taskCounter?: boolean;
}

const GLOBAL = { vmstat: true, memoryStat: false };
const BOTH = { vmstat: true, memoryStat: true };

export const COUNTERS = [
  { name: 'numa_pte_updates', ...BOTH },
  { name: 'numa_huge_pte_updates', ...GLOBAL },
  { name: 'numa_hint_faults', ...BOTH },
  { name: 'numa_hint_faults_local', ...GLOBAL },
  { name: 'numa_pages_migrated', ...BOTH },
  { name: 'numa_task_migrated', ...BOTH, taskCounter: true },
  { name: 'numa_task_swapped', ...BOTH, taskCounter: true },
  { name: 'pgmigrate_success', ...GLOBAL },
  { name: 'pgmigrate_fail', ...GLOBAL },
  { name: 'thp_migration_success', ...GLOBAL },
  { name: 'thp_migration_fail', ...GLOBAL },
  { name: 'pgpromote_success', ...BOTH },
  { name: 'pgpromote_candidate', ...GLOBAL },
  { name: 'pgpromote_candidate_nrl', ...GLOBAL },
] as const satisfies readonly CounterSpec[];

export type CounterName = (typeof COUNTERS)[number]['name'];

/** Counts by the kernel's names, in the units of REF §18.1 (pages, faults, moves). */
export type CounterValues = Readonly<Record<CounterName, number>>;

/** Counter name → index in a `CounterArray`. */
export const COUNTER_INDEX = Object.fromEntries(COUNTERS.map(({ name }, index) => [name, index])) as Readonly<
  Record<CounterName, number>
>;

/** One value per counter, in the table's order. */
export type CounterArray = Float64Array;

export function newCounters(): CounterArray {
  return new Float64Array(COUNTERS.length);
}

export function counterValues(values: CounterArray): CounterValues {
  return Object.fromEntries(COUNTERS.map(({ name }, index) => [name, values[index]!])) as CounterValues;
}
