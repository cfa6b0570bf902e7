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

/** Smaller changes are none, in percent. */
const NOTHING = 0.5;

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
  const signs = new Set(gains.map(({ percent }) => signOf(percent)));
  if (signs.has(1) && signs.has(-1)) return 'undecided';
  if (signs.has(0) && signs.size > 1) return 'undecided';
  if (signs.has(1)) return 'gains';
  return signs.has(-1) ? 'loses' : 'unchanged';
}

function signOf(percent: number): -1 | 0 | 1 {
  if (Math.abs(percent) < NOTHING) return 0;
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

/** Which costs or seeds speak for what. */
function disagreement(gains: readonly Gain[]): string {
  const names = ['it loses', 'nothing changes', 'it gains'];
  const sets = [...new Set(gains.map(({ costSet }) => costSet))];
  const perSet = sets.map(
    (set) => new Set(gains.filter((gain) => gain.costSet === set).map(({ percent }) => signOf(percent))),
  );
  if (perSet.every(({ size }) => size === 1)) {
    const said = perSet.map(
      ([sign = 0], index) => `${names[sign + 1] ?? ''} with ${(sets[index] ?? '').toLowerCase()} costs`,
    );
    return said.join(', ');
  }
  const seeds = [...new Set(gains.map(({ seed }) => seed))];
  const said = [-1, 0, 1].flatMap((sign) => {
    const which = seeds.filter((seed) =>
      gains.some((gain) => gain.seed === seed && signOf(gain.percent) === sign),
    );
    return which.length === 0 ? [] : [`${names[sign + 1] ?? ''} with seed ${which.join(', ')}`];
  });
  return said.join(', ');
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
