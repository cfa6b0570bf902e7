/**
 * How many pages a thread failed to migrate, and when: what README §9 allows as an input, as chance decided it on the
 * recorded machine. In this kernel the locality array is not cleared after a failure, so the increase counts.
 */
import type { Repetition } from './record.ts';

/** From some time on, so many pages of a thread fail. */
export interface Failures {
  readonly fromMs: number;
  readonly pages: number;
}

/** A CPU's batch holds at most so many pages that wait (REF §10.1 row 4); more failures have another cause. */
const MOST_WAITING = 30;
/** PTE updates after so long without any begin another pass: within one, scans follow each other faster (m1). */
const QUIET_MS = 500;

/** Pages that had failed by the first sample: where the first touches took long, a first pass was before it. */
export function failuresBeforeStart({ samples }: Repetition, thread: string): number {
  return samples[0]?.tasks?.[thread]?.faultsLocality?.[2] ?? 0;
}

/** Failures of each burst of PTE updates, from the last sample before it on. */
export function failuresByBurst(repetition: Repetition, thread: string): readonly Failures[] {
  const bursts: { fromMs: number; pages: number }[] = [];
  let failedBefore = failuresBeforeStart(repetition, thread);
  let lastUpdateMs = -Infinity;
  let lastSampleMs = 0;
  for (const { t_ms: timeMs, vmstat, tasks } of repetition.samples) {
    if (vmstat?.numa_pte_updates !== undefined) {
      if (timeMs - lastUpdateMs > QUIET_MS) bursts.push({ fromMs: lastSampleMs, pages: 0 });
      lastUpdateMs = timeMs;
    }
    const failed = tasks?.[thread]?.faultsLocality?.[2] ?? failedBefore;
    const burst = bursts.at(-1);
    if (burst) burst.pages += failed - failedBefore;
    failedBefore = failed;
    lastSampleMs = timeMs;
  }
  return bursts.map(({ fromMs, pages }) => ({ fromMs, pages: pages > MOST_WAITING ? 1 : pages }));
}
