/**
 * The kernel of a simulated node: tunables (REF §4.1), the variant of the proposal (REF §17.3, §17.7), and the switches
 * by which kernel versions differ (REF §21). Defaults are the kernel's own, or the proposal as posted and as meant.
 */
import { z } from 'zod';

import type { DeepReadonly } from './deep-readonly.ts';
import { choice, flag, int64 } from './fields.ts';

/** The debugfs knobs and the promotion limit are 32-bit unsigned in the kernel. */
const u32 = { min: 0, max: 4_294_967_295 };
const debugfs = '/sys/kernel/debug/sched/numa_balancing';

/** Schema of `spec.tunables`. */
export const tunables = z.strictObject({
  scanDelayMs: int64(
    u32,
    `Run time of a new task before its first scan, in ms (${debugfs}/scan_delay_ms).`,
  ).default(1000),
  scanPeriodMinMs: int64(
    u32,
    `Shortest time between two scans of an address space, in ms (${debugfs}/scan_period_min_ms).`,
  ).default(1000),
  scanPeriodMaxMs: int64(
    u32,
    `Longest time between two scans of an address space, in ms (${debugfs}/scan_period_max_ms).`,
  ).default(60_000),
  scanSizeMb: int64(
    { ...u32, min: 1 },
    `Memory marked by one scan, in MiB (${debugfs}/scan_size_mb). 0 would divide by zero in the kernel and is refused.`,
  ).default(256),
  hotThresholdMs: int64(
    u32,
    `A page of slow memory touched within this many ms after it was marked counts as hot (${debugfs}/hot_threshold_ms; memory tiering only).`,
  ).default(1000),
  promoteRateLimitMBps: int64(
    u32,
    'Most memory promoted to one node per second, in MiB (kernel.numa_balancing_promote_rate_limit_MBps; memory tiering only).',
  ).default(65_536),
});

/** Tunables, all present. */
export type Tunables = DeepReadonly<z.output<typeof tunables>>;

/** Schema of `spec.rfc`. */
export const rfc = z.strictObject({
  version: choice(
    ['V1', 'V2', 'AllAncestors'],
    'Which proposal decides what cpu.numa_load_balance does. V1: the series of February 2025. V2: the series of June 2025. AllAncestors: never posted as code; a cgroup is on only if it and all its ancestors are.',
  ).default('V1'),
  interleave: flag(
    'Whether the interleave patch is applied: Interleave with numaBalancing is accepted, moves tasks and never pages; not on an unpatched kernel (version Off). Without it, true with V1 (whose series has the patch) and false otherwise.',
  ).exactOptional(),
  thpMarking: choice(
    ['AsPosted', 'Fixed'],
    'Whether mode 4 marks huge pages. AsPosted: it does not, as the posted patches leave their test as it was. Fixed: as base pages.',
  ).default('AsPosted'),
  sentinel: choice(
    ['Intended', 'AsPosted'],
    'The "tasks only" value of the interleave patch. Intended: different from every node. AsPosted: the value 1, so that node 1 is mistaken for it.',
  ).default('Intended'),
});

/** Schema of `spec.kernel`. */
export const kernelSwitches = z.strictObject({
  hz: z
    .literal([100, 250, 300, 1000])
    .meta({
      description: 'Scheduler ticks per second (CONFIG_HZ): 100, 250, 300 or 1000.',
      format: 'int32',
      type: 'integer',
    })
    .default(250),
  stickyMigrationFailure: flag(
    'Whether failed migrations keep slowing scans down in later windows, as in Linux 6.12 to 7.2; 7.3 forgets them after each window.',
  ).default(false),
  singleNodeCpusetSkip: flag(
    'Whether tasks whose memory a cpuset confines to one node are not scanned, as in Linux 7.3; 6.12 scans them.',
  ).default(true),
  swapSkipsMmLess: flag(
    'Whether threads without an address space of their own are no partners for a swap, as in Linux 7.3; in 6.12 they are.',
  ).default(true),
  taskCounters: flag(
    'Whether the counters numa_task_migrated and numa_task_swapped exist, as in the proposal; Linux 7.3 has neither.',
  ).default(true),
  pidFilter: choice(
    ['None', 'Skip', 'Complete'],
    'Which mappings a thread scans. None: all, as before Linux 6.4. Skip: after two passes only those it touched lately, as in 6.4 to 6.6, so that what no scanning thread touches is never scanned again. Complete: those first, then the rest, as since 6.7.',
  ).default('Complete'),
  pseudoInterleaving: flag(
    "Whether the shared memory of a group of threads is spread over nodes as the group's CPU time is, as since Linux 3.15; before, a shared page follows whoever touches it twice in a row from one node.",
  ).default(true),
});

/** Switches by which kernel versions differ, all present. */
export type KernelSwitches = DeepReadonly<z.output<typeof kernelSwitches>>;
