/** Text in columns, as kubectl prints them: headers in capitals, numbers to the right. */

/** A column: its header and its cells' text, top to bottom. */
export interface TextColumn {
  readonly header: string;
  readonly cells: readonly string[];
  /** Numbers are easier to compare flush right. */
  readonly isNumber?: boolean;
}

const gap = '  ';

/**
 * One line per row, under one header line; headers of several words are broken into lines if the table were wider than
 * `width` characters otherwise.
 */
export function textTable(columns: readonly TextColumn[], width: number): string {
  const oneLine = columns.map(({ header }) => [header.toUpperCase()]);
  const isTooWide = totalWidth(columns, oneLine) > width;
  const headers = isTooWide ? oneLine.map(([header = '']) => header.split(' ')) : oneLine;
  const height = Math.max(...headers.map((lines) => lines.length));
  const rows = Math.max(...columns.map(({ cells }) => cells.length));
  const widths = columnWidths(columns, headers);
  const line = (textOf: (column: number) => string): string =>
    columns
      .map(({ isNumber }, index) => pad(textOf(index), widths[index] ?? 0, isNumber ?? false))
      .join(gap)
      .trimEnd();
  const headerLines = range(height).map((at) =>
    line((index) => {
      const lines = headers[index] ?? [];
      return lines[at - (height - lines.length)] ?? '';
    }),
  );
  const body = range(rows).map((row) => line((index) => columns[index]?.cells[row] ?? ''));
  return [...headerLines, ...body].map((each) => `${each}\n`).join('');
}

type Headers = readonly (readonly string[])[];

function columnWidths(columns: readonly TextColumn[], headers: Headers): readonly number[] {
  return columns.map(({ cells }, index) =>
    Math.max(...[...cells, ...(headers[index] ?? [])].map((text) => text.length)),
  );
}

function totalWidth(columns: readonly TextColumn[], headers: Headers): number {
  return columnWidths(columns, headers).reduce((sum, width) => sum + width + gap.length, -gap.length);
}

function pad(text: string, width: number, toTheRight: boolean): string {
  return toTheRight ? text.padStart(width) : text.padEnd(width);
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}
