/** Names of `/proc/vmstat` → values; what is missing is 0. */
export type Vmstat = Readonly<Partial<Record<string, number>>>;

/** The costs mmtests charges for one event of each kind. */
const PTE_UPDATE = 7;
const HINT_FAULT = 5000;
const PAGE_MIGRATED = 19;

/**
 * "AutoNUMA cost" as mmtests' vmstat monitor prints it: a fixed price per event, in millions of its unit. It compares runs of
 * one workload; it is no time.
 */
export function autonumaCost(counters: Vmstat): number {
  const { numa_pte_updates: updates = 0, numa_hint_faults: faults = 0 } = counters;
  const { numa_pages_migrated: migrated = 0 } = counters;
  return (PTE_UPDATE * updates + HINT_FAULT * faults + PAGE_MIGRATED * migrated) / 1e6;
}

/** "NUMA base-page range updates" of the same tables: a huge page counts 512. */
export function rangeUpdates(baseUpdates: number, hugeUpdates: number): number {
  return baseUpdates + 512 * hugeUpdates;
}
