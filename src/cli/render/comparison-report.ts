/** What `numasim compare` prints for people: the table that mmtests makes, then what became of each container. */
import type { CostSet } from '../../api/costs.ts';
import type { ComparedContainer, ComparedVariant, PodVerdict, Spreads } from '../compare/comparison.ts';
import { CLUSTER_MEASURES, CONTAINER_MEASURES } from '../compare/measures.ts';
import type { Measure } from '../compare/measures.ts';
import { verdictLines } from './verdict-lines.ts';
import { workTable } from './work-table.ts';
import type { TextColumn } from './text-table.ts';
import { textTable } from './text-table.ts';

export interface Comparison {
  /** Simulated, at most. */
  readonly seconds: number;
  readonly seeds: readonly number[];
  readonly costs: readonly CostSet[];
  readonly variants: readonly ComparedVariant[];
  /** Each later variant against the first, pod by pod. */
  readonly verdicts: readonly PodVerdict[];
}

export interface ComparisonReportOptions {
  /** Characters per line. */
  readonly width: number;
  readonly heading: (text: string) => string;
}

/** More than this many containers are left to `-o json`. */
const maxContainers = 20;

/** The whole report; every line ends with a newline. */
export function comparisonReport(
  comparison: Comparison,
  { width, heading }: ComparisonReportOptions,
): string {
  const { variants, verdicts } = comparison;
  const names = [...new Set(variants.flatMap(({ containers }) => containers.map(nameOf)))];
  const shown = names.slice(0, maxContainers);
  const more = names.length - shown.length;
  const omitted = more === 0 ? '' : `(and ${more} more containers: -o json shows all)\n`;
  const sections: readonly (readonly [string, string])[] = [
    ['Work', workTable(variants, width)],
    ['All nodes', clusterTable(variants, width)],
    ['Containers', shown.length === 0 ? '' : containerTable(variants, shown, width) + omitted],
    ['Verdict', verdictLines(verdicts, width)],
  ];
  return (
    sections
      .filter(([, content]) => content !== '')
      .map(([title, content]) => `${heading(title)}\n${content}\n`)
      .join('') + footer(comparison)
  );
}

/** A column of medians for each variant, and one of ranges if its seeds differ. */
function clusterTable(variants: readonly ComparedVariant[], width: number): string {
  const columns = variants.flatMap(({ name, measures }): readonly TextColumn[] => {
    const ranges = CLUSTER_MEASURES.map((measure) => rangeOf(measures, measure));
    const medians = CLUSTER_MEASURES.map((measure) => medianOf(measures, measure));
    const median = { header: name, cells: medians, isNumber: true };
    return ranges.every((range) => range === '') ? [median] : [median, { header: 'Range', cells: ranges }];
  });
  return textTable([{ header: '', cells: CLUSTER_MEASURES.map(({ label }) => label) }, ...columns], width);
}

/** One row per container and variant. */
function containerTable(
  variants: readonly ComparedVariant[],
  names: readonly string[],
  width: number,
): string {
  const rows = names.flatMap((name) =>
    variants.flatMap((variant) =>
      variant.containers
        .filter((container) => nameOf(container) === name)
        .map((container) => ({ name, variant: variant.name, node: container.node, container })),
    ),
  );
  return textTable(
    [
      { header: 'Container', cells: rows.map(({ name }) => name) },
      { header: 'Node', cells: rows.map(({ node }) => node) },
      { header: 'Variant', cells: rows.map(({ variant }) => variant) },
      ...CONTAINER_MEASURES.map((measure) => ({
        header: measure.label,
        cells: rows.map(({ container }) => medianOf(container.measures, measure)),
        isNumber: true,
      })),
    ],
    width,
  );
}

function nameOf({ namespace, pod, container }: ComparedContainer): string {
  return `${namespace}/${pod}/${container}`;
}

function medianOf(measures: Spreads, { key, digits }: Measure<never>): string {
  return measures[key]?.median.toFixed(digits) ?? '-';
}

function rangeOf(measures: Spreads, { key, digits }: Measure<never>): string {
  const spread = measures[key];
  if (!spread || spread.min === spread.max) return '';
  return `${spread.min.toFixed(digits)}–${spread.max.toFixed(digits)}`;
}

function footer({ seconds, seeds, costs, variants }: Comparison): string {
  const range = seeds.length === 1 ? `seed ${seeds.join()}` : `medians of seeds ${seeds.join(', ')}`;
  const main = costs.includes('Default') ? 'Default' : costs[0];
  const sets = costs.map((set) => set.toLowerCase()).join(', ');
  const unfinished = variants.some(({ work }) => work.some((run) => run.work.elapsed === undefined));
  return (
    `All numbers are simulated: ${seconds} s each${unfinished ? '' : ' at most, to the end of the work'}, ${range}.\n` +
    `Tables: ${(main ?? '').toLowerCase()} costs. Verdicts: ${sets} costs.\n` +
    'How to read them: docs/understanding-results.md.\n'
  );
}
