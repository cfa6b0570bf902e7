/**
 * The metrics a replay is compared by, from the samples of one run, recorded or simulated (README of the recordings,
 * section 4). Both sides go through the same code.
 */

/** One thread at the moment of a sample. */
export interface ThreadState {
  /** `process/thread`. */
  readonly name: string;
  readonly node: number;
  /** −1 for none. */
  readonly preferredNode: number;
  readonly mmScanSeq: number;
  readonly scanPeriodMs: number;
}

/** One moment of a run. Counters are the increase since the first sample. */
export interface RunSample {
  readonly timeMs: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly threads: readonly ThreadState[];
  /** Nodes of the pages of each access entry's slice: `process/thread/access` → pages by node. */
  readonly placement: ReadonlyMap<string, readonly number[]>;
}

/** Rate of each access entry, for weighting. */
export type AccessRates = ReadonlyMap<string, number>;

export const COUNTER_METRICS = [
  'numa_pte_updates',
  'numa_huge_pte_updates',
  'numa_hint_faults',
  'numa_hint_faults_local',
  'numa_pages_migrated',
  'pgmigrate_fail',
  'numa_task_migrated',
  'numa_task_swapped',
] as const;

/** Metric → value; undefined where the run never got there. */
export type RunMetrics = ReadonlyMap<string, number | undefined>;

const LOCAL_ENOUGH = 0.9;
const FIRST_PTE_UPDATES = 64;

export function metricsOf(samples: readonly RunSample[], rates: AccessRates): RunMetrics {
  const last = samples.at(-1)!;
  const metrics = new Map<string, number | undefined>();
  for (const name of COUNTER_METRICS) metrics.set(name, last.counters[name] ?? 0);
  metrics.set('mmScanSeq', Math.max(...last.threads.map(({ mmScanSeq }) => mmScanSeq)));
  metrics.set(
    'firstPteUpdateMs',
    samples.find(({ counters }) => (counters.numa_pte_updates ?? 0) > FIRST_PTE_UPDATES)?.timeMs,
  );
  metrics.set('local90Ms', local90(samples, rates));
  metrics.set('localEnd', localShare(last, rates));
  for (const { name, preferredNode, scanPeriodMs } of last.threads) {
    metrics.set(`preferredEnd ${name}`, preferredNode);
    metrics.set(`scanPeriodEndMs ${name}`, scanPeriodMs);
  }
  return metrics;
}

/** The first sample after which the local share stays at 0.9 or more. */
function local90(samples: readonly RunSample[], rates: AccessRates): number | undefined {
  let reached: number | undefined;
  for (const sample of samples) {
    const isLocal = localShare(sample, rates) >= LOCAL_ENOUGH;
    if (!isLocal) reached = undefined;
    else reached ??= sample.timeMs;
  }
  return reached;
}

/** Share of the pages in use that lie on the node of the thread that uses them, weighted by rate. */
export function localShare({ threads, placement }: RunSample, rates: AccessRates): number {
  let local = 0;
  let total = 0;
  for (const [entry, pages] of placement) {
    const rate = rates.get(entry) ?? 0;
    const thread = threads.find(({ name }) => entry.startsWith(`${name}/`));
    const count = pages.reduce((sum, each) => sum + each, 0);
    if (!thread || count === 0) continue;
    local += (rate * (pages[thread.node] ?? 0)) / count;
    total += rate;
  }
  return total === 0 ? 0 : local / total;
}
