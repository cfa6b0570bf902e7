/** What got done, in the shape in which mmtests compares runs: a mean, and how much better it is than the first one. */
import { costSets } from '../../api/costs.ts';
import type { CostSet } from '../../api/costs.ts';
import type { ComparedVariant } from '../compare/comparison.ts';
import type { WorkRun } from '../compare/verdict.ts';
import type { Work } from '../compare/work.ts';
import { textTable } from './text-table.ts';

interface Row {
  readonly label: string;
  /** Of all seeds' values; undefined where one is missing. */
  readonly of: (runs: readonly WorkRun[]) => number | undefined;
  /** Whether more is better; undefined for numbers that are neither. */
  readonly moreIsBetter?: boolean;
}

type Statistic = (values: readonly number[]) => number;

const least: Statistic = (values) => Math.min(...values);
const most: Statistic = (values) => Math.max(...values);
const mean: Statistic = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function row(
  label: string,
  statistic: Statistic,
  of: (work: Work) => number | undefined,
  moreIsBetter: boolean,
): Row {
  return {
    label,
    moreIsBetter,
    of: (runs) => {
      const values = ofMainCosts(runs).flatMap(({ work }) => of(work) ?? []);
      return values.length === ofMainCosts(runs).length && values.length > 0 ? statistic(values) : undefined;
    },
  };
}

/** Rows with the default costs; then what balancing took by the full model, with each set of costs. */
const ROWS: readonly Row[] = [
  row('Min elapsed s', least, ({ elapsed }) => elapsed, false),
  row('Amean elapsed s', mean, ({ elapsed }) => elapsed, false),
  row('Max elapsed s', most, ({ elapsed }) => elapsed, false),
  row('Amean user s', mean, ({ user }) => user, false),
  row('Amean system s', mean, ({ system }) => system, false),
  row('Min work per s', least, ({ throughput }) => throughput, true),
  row('Amean work per s', mean, ({ throughput }) => throughput, true),
  row('Max work per s', most, ({ throughput }) => throughput, true),
  ...costSets.map((set): Row => ({
    label: `Balancing CPU s, ${set.toLowerCase()} costs`,
    of: balancingWith(set),
  })),
];

export function workTable(variants: readonly ComparedVariant[], width: number): string {
  const [first] = variants;
  const rows = ROWS.filter(({ of }) => variants.some(({ work }) => of(work) !== undefined));
  const cell = (row: Row, { work }: ComparedVariant): string => {
    const value = row.of(work);
    return value === undefined ? '-' : `${value.toFixed(2)}${gain(row, value, first && row.of(first.work))}`;
  };
  return textTable(
    [
      { header: '', cells: rows.map(({ label }) => label) },
      ...variants.map((variant) => ({
        header: variant.name,
        cells: rows.map((each) => cell(each, variant)),
        isNumber: true,
      })),
    ],
    width,
  );
}

/** As mmtests prints it: positive is better. */
function gain({ moreIsBetter }: Row, value: number, base: number | undefined): string {
  if (moreIsBetter === undefined) return '';
  if (base === undefined || base === 0) return ' (      - )';
  const percent = (100 * (moreIsBetter ? value - base : base - value)) / base;
  return ` (${percent.toFixed(2).padStart(7)}%)`;
}

function balancingWith(set: CostSet): Row['of'] {
  return (runs) => {
    const values = runs.filter(({ costSet }) => costSet === set).map(({ work }) => work.balancing);
    return values.length === 0 ? undefined : mean(values);
  };
}

function ofMainCosts(runs: readonly WorkRun[]): readonly WorkRun[] {
  const ofDefault = runs.filter(({ costSet }) => costSet === 'Default');
  return ofDefault.length > 0 ? ofDefault : runs.filter(({ costSet }) => costSet === runs[0]?.costSet);
}
