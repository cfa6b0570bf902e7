/** Compares replays with their recording, cell by cell (one metric of one scenario). */
import { metricsOf } from './metrics.ts';
import type { RunMetrics } from './metrics.ts';
import { accessRates, recordedRun } from './recorded-run.ts';
import type { Recording } from './record.ts';
import { replay } from './replay.ts';

/** Where the simulated median lies: within what the kernel did, within the widened band, or outside. */
export type Verdict = 'spread' | 'band' | 'out';

export interface Range {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface Cell {
  readonly scenario: string;
  readonly metric: string;
  readonly simulated: Range;
  readonly kernel: Range & { readonly n: number };
  readonly verdict: Verdict;
}

/** Smallest widening of the band, by metric; pages or faults unless named. */
const FLOORS: readonly (readonly [RegExp, number])[] = [
  [/^numa_task_/, 2],
  [/^mmScanSeq$/, 1],
  [/Ms( |$)/, 400],
  [/^localEnd$/, 0.02],
  [/^preferredEnd/, 0],
  [/./, 64],
];
const BAND_SHARE = 0.1;

/** Replays every repetition with some seeds and compares all metrics. */
export function compareRecording(recording: Recording, seeds: readonly number[]): readonly Cell[] {
  const rates = accessRates(recording);
  const { repetitions } = recording;
  const kernel = repetitions.map((repetition) => metricsOf(recordedRun(repetition), rates));
  const simulated = repetitions.flatMap((repetition) =>
    seeds.map((seed) => metricsOf(replay(recording, repetition, seed).samples, rates)),
  );
  return [...kernel[0]!.keys()].map((metric) => compareMetric(recording, metric, { kernel, simulated }));
}

function compareMetric(
  { scenario, durationMs }: Recording,
  metric: string,
  runs: { readonly kernel: readonly RunMetrics[]; readonly simulated: readonly RunMetrics[] },
): Cell {
  // What a run never reached counts as the end of the run and a bit: "never" and "never" agree.
  const never = 2 * durationMs;
  const values = (metrics: readonly RunMetrics[]): number[] =>
    metrics.map((each) => each.get(metric) ?? never);
  const kernel = rangeOf(values(runs.kernel));
  const simulated = rangeOf(values(runs.simulated));
  return {
    scenario,
    metric,
    simulated,
    kernel: { ...kernel, n: runs.kernel.length },
    verdict: verdictOf(metric, simulated.median, kernel),
  };
}

function verdictOf(metric: string, value: number, { min, median, max }: Range): Verdict {
  if (value >= min && value <= max) return 'spread';
  const floor = FLOORS.find(([pattern]) => pattern.test(metric))?.[1] ?? 0;
  const slack = Math.max(BAND_SHARE * Math.abs(median), floor);
  const isCategory = metric.startsWith('preferredEnd');
  return !isCategory && value >= min - slack && value <= max + slack ? 'band' : 'out';
}

function rangeOf(values: readonly number[]): Range {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { min: sorted[0]!, median, max: sorted.at(-1)! };
}

export interface Totals {
  readonly cells: number;
  readonly spread: number;
  readonly band: number;
  readonly out: number;
}

export function totalsOf(cells: readonly Cell[]): Totals {
  const count = (verdict: Verdict): number => cells.filter((cell) => cell.verdict === verdict).length;
  return { cells: cells.length, spread: count('spread'), band: count('band'), out: count('out') };
}
