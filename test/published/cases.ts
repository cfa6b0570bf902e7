/** The published results (docs/published-results.md) that simulations are held against. */
import { autonumaCost, rangeUpdates } from '../../src/engine/cost/autonuma-cost.ts';
import { COST_ROWS } from '../engine/cost/published-costs.ts';
import type { Outcome } from './outcome.ts';

/** What variants of one scenario gave from one seed, by variant. */
export type Outcomes = Readonly<Record<string, Outcome>>;

/** A published number and how a simulation gives the same one. */
export interface Case {
  readonly id: string;
  /** Section of the list of published results: "2.1" … */
  readonly table: string;
  readonly scenario: string;
  readonly variants: readonly string[];
  /** What is compared, in words. */
  readonly metric: string;
  /** The ratio, or for a case of sign only how it should compare with 1. */
  readonly published: number | Sign;
  readonly of: (outcomes: Outcomes) => number;
  /** Whether the parameters of the machine were chosen to meet it. */
  readonly calibrated: boolean;
}

/** How a ratio compares with 1; `same` is within 5 %. */
export type Sign = 'less' | 'more' | 'same' | 'at least';

/** An exact identity: the number published, and the same computed from published counters. */
export interface Identity {
  readonly id: string;
  readonly metric: string;
  readonly published: number;
  readonly computed: number;
}

type Measure = (outcome: Outcome) => number;

const elapsed: Measure = (outcome) => outcome.elapsed;
const user: Measure = (outcome) => outcome.user;
const system: Measure = (outcome) => outcome.system;
const counter =
  (name: string): Measure =>
  ({ vmstat }) =>
    vmstat[name] ?? 0;

const MEASURES = {
  elapsed,
  user,
  system,
  throughput: (outcome: Outcome) => outcome.throughput,
  migrated: counter('numa_pages_migrated'),
  promoted: counter('pgpromote_success'),
} as const;

/** A measure of one variant over that of another; both 0 are the same, anything over 0 is without bounds. */
function ratio(measure: Measure, over: string, under: string): (outcomes: Outcomes) => number {
  return (outcomes) => {
    const [above, below] = [over, under].map((variant) => measure(outcomes[variant]!));
    return above === below ? 1 : above! / below!;
  };
}

function autonuma(
  scenario: string,
  table: string,
  published: number,
  details: { readonly metric?: string; readonly measure?: Measure; readonly calibrated?: boolean } = {},
): Case {
  const { metric = 'elapsed', measure = elapsed, calibrated = false } = details;
  return {
    id: `${scenario}-${metric}`,
    table,
    scenario,
    variants: ['off', 'base'],
    metric: `${metric}, on over off`,
    published,
    of: ratio(measure, 'base', 'off'),
    calibrated,
  };
}

/** A measure of one variant over that of another. */
function between(
  scenario: string,
  table: string,
  measure: keyof typeof MEASURES,
  details: { readonly over: string; readonly under: string; readonly published: number | Sign },
): Case {
  const { over, under, published } = details;
  return {
    id: `${scenario}-${measure}-${over}-${under}`,
    table,
    scenario,
    variants: [under, over],
    metric: `${measure}, ${over} over ${under}`,
    published,
    of: ratio(MEASURES[measure], over, under),
    calibrated: false,
  };
}

/** HARD_BIND ≤ balanced ≤ INVERSE_BIND: the literature's bounds of the time. */
function bounds(scenario: string): readonly Case[] {
  const bound = (over: string, under: string, name: string): Case => ({
    id: `${scenario}-${name}`,
    table: 'bounds',
    scenario,
    variants: [over, under],
    metric: `elapsed, ${over === 'base' ? 'balanced' : over} over ${under === 'base' ? 'balanced' : under}`,
    published: 'at least',
    of: ratio(elapsed, over, under),
    calibrated: false,
  });
  return [bound('base', 'hard-bind', 'lower'), bound('inverse-bind', 'base', 'upper')];
}

const calibrated = { calibrated: true };

/** X3, X4: a counter that has to stay 0 in a variant. */
function staysZero(id: string, scenario: string, variant: string, name: string): Case {
  return {
    id,
    table: '1',
    scenario,
    variants: [variant],
    metric: `${name}, ${variant === 'base' ? 'on' : variant}`,
    published: 0,
    of: (outcomes) => counter(name)(outcomes[variant]!),
    calibrated: false,
  };
}

/** X2: of memory in huge pages alone, all range updates are those of huge entries. */
const RANGE_UPDATES: Case = {
  id: 'X2',
  table: '1',
  scenario: 'numa02-smt',
  variants: ['huge-pages'],
  metric: 'numa_pte_updates less 512 × numa_huge_pte_updates, huge pages',
  published: 0,
  of: ({ 'huge-pages': outcome }) => {
    const [updates, huge] = ['numa_pte_updates', 'numa_huge_pte_updates'].map((name) =>
      counter(name)(outcome!),
    );
    // Without any mark there is nothing to hold.
    return huge === 0 ? Number.NaN : updates! - rangeUpdates(0, huge!);
  },
  calibrated: false,
};

export const CASES: readonly Case[] = [
  RANGE_UPDATES,
  staysZero('X3', 'interleave', 'base', 'numa_pages_migrated'),
  staysZero('X4', 'percgroup-v2', 'off', 'numa_pte_updates'),
  autonuma('percgroup-v2', '2.1', 0.266, { metric: 'user', measure: user }),
  autonuma('percgroup-v2', '2.1', 1.031, { metric: 'system', measure: system }),
  autonuma('percgroup-v2', '2.1', 0.536),
  autonuma('percgroup-v1-24', '2.2', 106.73 / 69.65, { metric: 'system', measure: system }),
  autonuma('percgroup-v1-24', '2.2', 104.46 / 191.32),
  autonuma('percgroup-v1-40', '2.2', 8921.84 / 8356.05, { metric: 'system', measure: system }),
  autonuma('percgroup-v1-40', '2.2', 127.05 / 212.94),
  { ...autonuma('interleave', '2.3', 7267.28 / 7156.34, { metric: 'system', measure: system }) },
  { ...autonuma('interleave', '2.3', 90.88 / 90.73) },
  autonuma('numa01', '2.4', 143.48 / 224.7, calibrated),
  autonuma('numa01-threadlocal', '2.4', 47.43 / 118.05, calibrated),
  autonuma('numa02', '2.4', 9.29 / 13.45, calibrated),
  autonuma('numa02-smt', '2.4', 7.5 / 14.8, calibrated),
  ...['numa01', 'numa01-threadlocal', 'numa02', 'numa02-smt'].flatMap(bounds),
  between('skip-numa01', '2.5', 'system', { over: 'skip', under: 'base', published: 17.55 / 199.02 }),
  between('skip-numa01', '2.5', 'elapsed', { over: 'skip', under: 'base', published: 309.43 / 257.78 }),
  between('skip-thread-alloc', '2.5', 'elapsed', { over: 'skip', under: 'base', published: 84.2 / 63 }),
  between('skip-thread-alloc', '2.5', 'elapsed', { over: 'repaired', under: 'skip', published: 63.6 / 84.2 }),
  between('skip-thread-alloc', '2.5', 'system', { over: 'skip', under: 'base', published: 13.1 / 386.6 }),
  between('skip-thread-alloc', '2.5', 'system', { over: 'repaired', under: 'skip', published: 155.8 / 13.1 }),
  between('skip-thread-alloc', '2.5', 'migrated', { over: 'skip', under: 'base', published: 29 / 784_211 }),
  between('skip-thread-alloc', '2.5', 'migrated', {
    over: 'repaired',
    under: 'skip',
    published: 577_728 / 29,
  }),
  between('inactive-vma', '2.5', 'elapsed', { over: 'complete', under: 'base', published: 123.34 / 175.68 }),
  between('inactive-vma', '2.5', 'migrated', {
    over: 'complete',
    under: 'base',
    published: 6_469_222 / 1629,
  }),
  between('kbuild', '2.6', 'elapsed', { over: 'delay-0', under: 'base', published: 'more' }),
  between('kbuild', '2.6', 'elapsed', { over: 'delay-1000', under: 'base', published: 'same' }),
  between('bt-d', '2.6', 'elapsed', { over: 'base', under: 'off', published: 'more' }),
  {
    id: 'bt-d-local-faults',
    table: '2.6',
    scenario: 'bt-d',
    variants: ['base'],
    metric: 'local over all hint faults',
    published: 0.9988,
    of: ({ base }) => counter('numa_hint_faults_local')(base!) / counter('numa_hint_faults')(base!),
    calibrated: false,
  },
  between('sysbench', '2.6', 'throughput', { over: 'base', under: 'off', published: 'less' }),
  between('specjbb', '2.6', 'throughput', { over: 'base', under: 'pinned', published: 'less' }),
  between('specjbb', '2.6', 'throughput', { over: 'base', under: 'before-3.15', published: 'more' }),
  between('specjbb', '2.6', 'throughput', { over: 'before-3.15', under: 'off', published: 'more' }),
  between('pmbench', '2.6', 'promoted', { over: 'hot-selection', under: 'base', published: 'less' }),
  between('pmbench', '2.6', 'promoted', { over: 'rate-limit', under: 'hot-selection', published: 'less' }),
  between('pmbench', '2.6', 'promoted', { over: 'auto-threshold', under: 'rate-limit', published: 'less' }),
  between('pmbench', '2.6', 'throughput', { over: 'auto-threshold', under: 'base', published: 'more' }),
  { ...staysZero('hot-threshold', 'hot-threshold', 'base', 'pgpromote_success'), table: '2.6' },
];

/** X1: the cost mmtests prints follows from its counters. */
export const IDENTITIES: readonly Identity[] = COST_ROWS.map(([name, updates, faults, pages, cost]) => ({
  id: `X1 ${name}`,
  metric: 'AutoNUMA cost',
  published: cost,
  computed: autonumaCost({
    numa_pte_updates: updates,
    numa_hint_faults: faults,
    numa_pages_migrated: pages,
  }),
}));
