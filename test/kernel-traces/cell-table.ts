/** The cells as Markdown: what docs/fidelity.md shows between its markers. */
import type { Cell, Range, Verdict } from './compare.ts';
import { totalsOf } from './compare.ts';

const BEGIN = '<!-- cells, written by npm run traces -- --write docs/fidelity.md -->';
const END = '<!-- /cells -->';

/** Totals, totals by scenario, and every cell. */
export function cellTable(cells: readonly Cell[]): string {
  const scenarios = [...new Set(cells.map(({ scenario }) => scenario))];
  const rows = scenarios.map((scenario) => {
    const { spread, band, out } = totalsOf(cells.filter((cell) => cell.scenario === scenario));
    return `| ${scenario} | ${spread} | ${band} | ${out} |`;
  });
  return [
    ...totals(cells),
    '',
    '<details><summary>By scenario</summary>',
    '',
    '| scenario | spread | band | out |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '</details>',
    '',
    '<details><summary>Every cell: median [least..most]</summary>',
    '',
    '| scenario | metric | simulated | kernel | verdict |',
    '| --- | --- | --- | --- | --- |',
    ...cells.map(cellRow),
    '',
    '</details>',
  ].join('\n');
}

function totals(cells: readonly Cell[]): readonly string[] {
  const { cells: count, spread, band, out } = totalsOf(cells);
  const row = (name: string, of: number): string =>
    `| ${name} | ${of} | ${((100 * of) / count).toFixed(1)} % |`;
  return [
    `| of ${count} cells | cells | share |`,
    '| --- | --- | --- |',
    row('spread', spread),
    row('band or better', spread + band),
    row('out', out),
  ];
}

function cellRow({ scenario, metric, simulated, kernel, verdict }: Cell): string {
  return `| ${scenario} | \`${metric}\` | ${show(simulated)} | ${show(kernel)} | ${emphasized(verdict)} |`;
}

function emphasized(verdict: Verdict): string {
  return verdict === 'out' ? '**out**' : verdict;
}

/** A median with its range, where there is one. */
export function show({ min, median, max }: Range): string {
  const short = (value: number): string => String(Math.round(value * 1000) / 1000);
  return min === max ? short(median) : `${short(median)} [${short(min)}..${short(max)}]`;
}

/** What a document shows between the markers. @throws Error if it has none */
export function shownTable(document: string): string {
  const [begin, end] = bounds(document);
  return document.slice(begin, end).trim();
}

/** The document with another table between the markers. @throws Error if it has none */
export function withTable(document: string, table: string): string {
  const [begin, end] = bounds(document);
  return `${document.slice(0, begin)}\n\n${table}\n\n${document.slice(end)}`;
}

function bounds(document: string): readonly [number, number] {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the document has no lines ${BEGIN} and ${END}`);
  return [begin + BEGIN.length, end];
}
