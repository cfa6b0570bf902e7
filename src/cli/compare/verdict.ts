import type { CostSet } from '../../api/costs.ts';
import { gainPercent } from './work.ts';
import type { Work } from './work.ts';
import { spreadOf } from './spread.ts';
import type { Spread } from './spread.ts';

/** What a pod did in one run. */
export interface WorkRun {
  readonly costSet: CostSet;
  readonly seed: number;
  readonly work: Work;
}

/** Whether a pod does better under a variant than under another, the first. */
export interface Verdict {
  readonly verdict: 'gains' | 'loses' | 'unchanged' | 'undecided';
  /** By set of costs: less time for fixed work, or more work done, over the seeds, in percent. */
  readonly gainPercent: Readonly<Partial<Record<CostSet, Spread>>>;
  /** What moved, what it cost, and where runs disagree, in words. */
  readonly reason: string;
}

/** If no pair of runs differs by more, in percent, nothing has changed; a pair that differs by less than the second says nothing. */
const NOTHING = 0.5;
const ROUNDING = 0.05;

interface Gain {
  readonly costSet: CostSet;
  readonly seed: number;
  readonly percent: number;
}

/**
 * Compares run by run, each with the one of the same costs and seed. Where runs disagree whether it gains or loses, nothing is
 * decided: the costs are known that far only.
 */
export function verdictOf(base: readonly WorkRun[], other: readonly WorkRun[]): Verdict {
  const gains = other.flatMap(({ costSet, seed, work }): readonly Gain[] => {
    const before = base.find((run) => run.costSet === costSet && run.seed === seed);
    return before ? [{ costSet, seed, percent: gainPercent(before.work, work) }] : [];
  });
  const verdict = decide(gains);
  const parts = [...(verdict === 'undecided' ? [disagreement(gains)] : []), ...changes(base, other)];
  return { verdict, gainPercent: bySet(gains), reason: parts.join('; ') };
}

function decide(gains: readonly Gain[]): Verdict['verdict'] {
  if (gains.every(({ percent }) => Math.abs(percent) < NOTHING)) return 'unchanged';
  const signs = new Set(gains.map(({ percent }) => signOf(percent)));
  if (signs.has(1) && signs.has(-1)) return 'undecided';
  return signs.has(1) ? 'gains' : 'loses';
}

function signOf(percent: number): -1 | 0 | 1 {
  if (Math.abs(percent) < ROUNDING) return 0;
  return percent > 0 ? 1 : -1;
}

function bySet(gains: readonly Gain[]): Verdict['gainPercent'] {
  const sets = [...new Set(gains.map(({ costSet }) => costSet))];
  return Object.fromEntries(
    sets.map((set) => [
      set,
      spreadOf(gains.filter(({ costSet }) => costSet === set).map(({ percent }) => percent)),
    ]),
  );
}

/** Which costs speak for what, and how many seeds where those disagree. */
function disagreement(gains: readonly Gain[]): string {
  const sets = [...new Set(gains.map(({ costSet }) => costSet))];
  return sets
    .map((set) => {
      const signs = gains.filter(({ costSet }) => costSet === set).map(({ percent }) => signOf(percent));
      const [gaining, losing] = [1, -1].map((sign) => signs.filter((each) => each === sign).length);
      const costs = `with ${set.toLowerCase()} costs`;
      if (gaining === signs.length) return `it gains ${costs}`;
      if (losing === signs.length) return `it loses ${costs}`;
      return `${costs} it gains with ${gaining ?? 0} and loses with ${losing ?? 0} of ${signs.length} seeds`;
    })
    .join(', ');
}

/** What moved, and what it cost, by the medians of the runs with the default costs, or of all. */
function changes(base: readonly WorkRun[], other: readonly WorkRun[]): readonly string[] {
  const [before, after] = [base, other].map(defaults);
  if (!before || !after) return [];
  const median = (runs: readonly WorkRun[], of: (work: Work) => number | undefined): number | undefined =>
    spreadOf(runs.map(({ work }) => of(work)))?.median;
  const shift = (
    label: string,
    of: (work: Work) => number | undefined,
    unit: string,
    digits: number,
  ): string => {
    const [from, to] = [median(before, of), median(after, of)].map(
      (value) => value?.toFixed(digits) ?? 'none',
    );
    return from === to ? `${label} ${from ?? ''}${unit}` : `${label} ${from ?? ''} → ${to ?? ''}${unit}`;
  };
  const cpu = (work: Work): number | undefined => {
    const all = work.user + work.system;
    return all === 0 ? undefined : (100 * work.balancing) / all;
  };
  return [
    shift('local accesses', ({ localPercent }) => localPercent, ' %', 1),
    shift('pages moved', ({ pagesMigrated }) => pagesMigrated, '', 0),
    shift('threads moved', ({ tasksMoved }) => tasksMoved, '', 0),
    shift('CPU time for balancing', cpu, ' %', 2),
  ];
}

function defaults(runs: readonly WorkRun[]): readonly WorkRun[] {
  const chosen = runs.filter(({ costSet }) => costSet === 'Default');
  return chosen.length > 0 ? chosen : runs;
}
