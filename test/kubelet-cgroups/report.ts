/** The comparison as a table for people or as JSON for programs. */
import type { Cell } from './compare.ts';
import { knownDifferences } from './differences.ts';

/** Cells counted. */
export interface Totals {
  /** Directories compared: cells without a file. */
  readonly paths: number;
  /** File contents compared. */
  readonly values: number;
  /** How many of both are equal. */
  readonly equal: number;
}

/** Counts cells. */
export function totalsOf(cells: readonly Cell[]): Totals {
  const paths = cells.filter(({ file }) => file === '').length;
  return { paths, values: cells.length - paths, equal: cells.filter(({ equal }) => equal).length };
}

/** One JSON document: `{cells, totals}`. */
export function jsonReport(cells: readonly Cell[]): string {
  return JSON.stringify({ cells, totals: totalsOf(cells) }, undefined, 2);
}

/** Totals per recording and file, then every cell that differs. */
export function tableReport(cells: readonly Cell[]): string {
  const unequal = cells.filter(({ equal }) => !equal);
  const names = new Set(unequal.flatMap(({ difference }) => (difference === undefined ? [] : [difference])));
  return [
    ...totalLines(cells),
    '',
    unequal.length === 0 ? 'All equal.' : `${unequal.length} differ:`,
    ...unequal.flatMap(cellLines),
    ...Object.entries(knownDifferences)
      .filter(([name]) => names.has(name))
      .map(([name, reason]) => `\n${name}: ${reason}`),
  ].join('\n');
}

function totalLines(cells: readonly Cell[]): readonly string[] {
  const rows = [['RECORD', 'COMPARED', 'EQUAL', 'CELLS']];
  for (const record of new Set(cells.map((cell) => cell.record))) {
    const own = cells.filter((cell) => cell.record === record);
    for (const file of new Set(own.map((cell) => cell.file))) {
      const some = own.filter((cell) => cell.file === file);
      const equal = some.filter((cell) => cell.equal).length;
      rows.push([record, file === '' ? 'paths' : file, String(equal), String(some.length)]);
    }
  }
  return aligned(rows);
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cellLines({
  pod,
  observation,
  path,
  file,
  predicted,
  recorded,
  difference,
}: Cell): readonly string[] {
  return [
    `  ${pod}, ${observation}`,
    `    ${path}${file === '' ? '' : `/${file}`}`,
    `    predicted ${predicted ?? 'nothing'}, recorded ${recorded ?? 'nothing'} (${difference ?? 'unexplained'})`,
  ];
}
