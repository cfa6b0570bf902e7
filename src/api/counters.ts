/**
 * The NUMA balancing counters in the API: the kernel's counters (REF §18.1) in camelCase, one table for both
 * spellings.
 */
import { z } from 'zod';

import type { DeepReadonly } from './deep-readonly.ts';
import { count } from './fields.ts';

const counterObject = z.strictObject({
  numaPteUpdates: count(
    'Base pages that scans marked for hint faults (numa_pte_updates). A huge page counts 512.',
  ),
  numaHugePteUpdates: count('Huge mappings that scans marked (numa_huge_pte_updates).').exactOptional(),
  numaHintFaults: count('Hint faults: first touches of marked pages (numa_hint_faults).'),
  numaHintFaultsLocal: count(
    'Hint faults whose page was on the node of the faulting CPU already (numa_hint_faults_local).',
  ),
  numaPagesMigrated: count('Base pages that hint faults moved to another node (numa_pages_migrated).'),
  numaTaskMigrated: count('Moves of threads to a CPU of their preferred node (numa_task_migrated).'),
  numaTaskSwapped: count('Threads that changed places with another, 2 per swap (numa_task_swapped).'),
  pgmigrateSuccess: count('Base pages moved for any reason (pgmigrate_success).').exactOptional(),
  pgmigrateFail: count('Base pages whose move failed, for any reason (pgmigrate_fail).').exactOptional(),
  thpMigrationSuccess: count('Huge pages moved whole (thp_migration_success).').exactOptional(),
  thpMigrationFail: count('Huge pages whose move as a whole failed (thp_migration_fail).').exactOptional(),
  pgpromoteSuccess: count(
    'Base pages promoted from slow to fast memory (pgpromote_success).',
  ).exactOptional(),
  pgpromoteCandidate: count('Base pages found hot enough to promote (pgpromote_candidate).').exactOptional(),
  pgpromoteCandidateNrl: count(
    'Base pages promoted without rate limit, as fast memory had room (pgpromote_candidate_nrl).',
  ).exactOptional(),
});

/** Schema of a set of counters. */
export function counters(description: string): typeof counterObject {
  return counterObject.meta({ description });
}

/** Counters of a container, or the totals of several. Counts since the simulation of the node started. */
export type Counters = DeepReadonly<z.output<typeof counterObject>>;

/** A counter's name in the API. */
export type CounterName = keyof Counters;

/** Every counter in the API → its name in `/proc/vmstat` and `memory.stat`. */
export const kernelCounterNames = {
  numaPteUpdates: 'numa_pte_updates',
  numaHugePteUpdates: 'numa_huge_pte_updates',
  numaHintFaults: 'numa_hint_faults',
  numaHintFaultsLocal: 'numa_hint_faults_local',
  numaPagesMigrated: 'numa_pages_migrated',
  numaTaskMigrated: 'numa_task_migrated',
  numaTaskSwapped: 'numa_task_swapped',
  pgmigrateSuccess: 'pgmigrate_success',
  pgmigrateFail: 'pgmigrate_fail',
  thpMigrationSuccess: 'thp_migration_success',
  thpMigrationFail: 'thp_migration_fail',
  pgpromoteSuccess: 'pgpromote_success',
  pgpromoteCandidate: 'pgpromote_candidate',
  pgpromoteCandidateNrl: 'pgpromote_candidate_nrl',
} as const satisfies Record<CounterName, string>;

/** All names, in the table's order. */
export const counterNames = Object.keys(kernelCounterNames) as readonly CounterName[];

/** The counters the kernel also keeps per cgroup; the others exist for the machine as a whole only. */
export const cgroupCounterNames = [
  'numaPteUpdates',
  'numaHintFaults',
  'numaHintFaultsLocal',
  'numaPagesMigrated',
  'numaTaskMigrated',
  'numaTaskSwapped',
  'pgpromoteSuccess',
] as const satisfies readonly CounterName[];

/** The counters every set has, at 0. */
export const noCounts: Counters = Object.freeze({
  numaPteUpdates: 0,
  numaHintFaults: 0,
  numaHintFaultsLocal: 0,
  numaPagesMigrated: 0,
  numaTaskMigrated: 0,
  numaTaskSwapped: 0,
});

/** The sum, counter by counter; one that is absent on a side counts 0 there, one absent on both stays so. */
export function addCounters(a: Counters, b: Counters): Counters {
  const names = counterNames.filter((name) => a[name] !== undefined || b[name] !== undefined);
  return Object.fromEntries(
    names.map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]),
  ) as unknown as Counters;
}
