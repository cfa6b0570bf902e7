/** The command line of `npm run --silent traces`. */
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { NumasimError } from '../../src/errors.ts';
import { cellTable, show, withTable } from './cell-table.ts';
import { compareRecording, totalsOf } from './compare.ts';
import type { Cell } from './compare.ts';
import { readRecording } from './record.ts';

const HELP = `npm run --silent traces -- [DIR…] [-o table|json|markdown] [--seeds N] [--write FILE]

Replays recordings of a real kernel through the engine and compares them, cell by cell. Without DIR, those in
test/kernel-traces/records. Every repetition is replayed with N seeds (default 5).
spread: the simulated median lies within the kernel's own range; band: within that range widened by 10 % of the median
or an absolute floor; out: otherwise. --write puts the Markdown table between its marks in a document. Exit code 0 whatever the verdicts, 2 for bad usage or a bad file.
`;

/**
 * Taken per repetition. README §9 of the recordings names all but the times of events, which are the workload's, and the
 * bursts that failed migrations fall into: it allows their number.
 */
const INPUTS = [
  'forkToStartMs of the repetition',
  'eventsApplied: when events took effect',
  "runtimeMs of each thread at the first sample: the main thread's duty before the start, the others' head start",
  "sampler_us: the sampler's time on CPU 0 at each sample",
  'free memory of each node at the first sample',
  'the effective min_free_kbytes where a node was filled, read off where moves stopped',
  'failed migrations of each thread (faultsLocality[2]) by burst of PTE updates, up to the 30 that wait in a batch',
];

/** Not in the README: chosen once for all recordings, by what these recordings show (docs/fidelity.md). */
const ASSUMPTIONS = [
  'on which node each small page of a process lies, and which of them are touched on',
  'which small page fails to move first',
  'the gap in the address space that regions are mapped into',
  'threads begin 8 ms after t = 0',
];

interface Report {
  readonly cells: readonly Cell[];
}

const FORMATS = {
  table: ({ cells }: Report): string => table(cells),
  json: (report: Report): string => `${JSON.stringify(report, null, 2)}\n`,
  markdown: ({ cells }: Report): string => `${cellTable(cells)}\n`,
} as const;

function isFormat(name: string): name is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, name);
}

export interface Output {
  readonly out: (text: string) => unknown;
  readonly error: (text: string) => unknown;
}

/** Runs the command; returns the exit code. */
export function run(args: readonly string[], { out, error }: Output): number {
  try {
    const options = parse(args);
    if (options.help) {
      out(HELP);
      return 0;
    }
    const files = options.directories.flatMap(recordingsIn);
    const cells = files.flatMap((file) => compareRecording(readRecording(file), options.seeds));
    const report = { cells, totals: totalsOf(cells), inputs: INPUTS, assumptions: ASSUMPTIONS };
    if (options.write !== undefined) writeTable(options.write, cells);
    out(FORMATS[options.output](report));
    return 0;
  } catch (cause) {
    if (!(cause instanceof NumasimError)) throw cause;
    error(`traces: ${cause.message}\n  ${cause.remedy}\n`);
    return 2;
  }
}

function parse(args: readonly string[]): {
  readonly directories: readonly string[];
  readonly output: keyof typeof FORMATS;
  /** A document to put the table into. */
  readonly write: string | undefined;
  readonly seeds: readonly number[];
  readonly help: boolean;
} {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o', default: 'table' },
        seeds: { type: 'string', default: '5' },
        write: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const seedCount = Number(values.seeds);
    if (!isFormat(values.output))
      throw new Error(`-o ${values.output}: must be ${Object.keys(FORMATS).join(', ')}`);
    if (!Number.isInteger(seedCount) || seedCount < 1)
      throw new Error(`--seeds ${values.seeds}: must be 1 or more`);
    const own = fileURLToPath(new URL('records', import.meta.url));
    return {
      directories: positionals.length > 0 ? positionals : [own],
      output: values.output,
      write: values.write,
      seeds: Array.from({ length: seedCount }, (_, index) => index + 1),
      help: values.help,
    };
  } catch (cause) {
    throw new NumasimError(
      'NUMASIM_USAGE',
      cause instanceof Error ? cause.message : String(cause),
      undefined,
      { cause },
    );
  }
}

function recordingsIn(path: string): readonly string[] {
  try {
    if (statSync(path).isFile()) return [path];
    const files = readdirSync(path).filter((name) => name.endsWith('.json'));
    if (files.length === 0) throw new Error('no recordings (*.json) in it');
    return files.sort().map((name) => join(path, name));
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new NumasimError('NUMASIM_FILE_UNREADABLE', what, path, { cause });
  }
}

function writeTable(file: string, cells: readonly Cell[]): void {
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), cellTable(cells)));
}

function table(cells: readonly Cell[]): string {
  const { spread, band, out } = totalsOf(cells);
  const percent = (count: number): string => `${((100 * count) / cells.length).toFixed(1)} %`;
  const rows = cells
    .filter(({ verdict }) => verdict !== 'spread')
    .map(
      ({ scenario, metric, simulated, kernel, verdict }) =>
        `${verdict.padEnd(5)} ${scenario.padEnd(6)} ${metric.padEnd(26)} ${show(simulated).padEnd(30)} ${show(kernel)}`,
    );
  return [
    `${'verd.'.padEnd(5)} ${'scen.'.padEnd(6)} ${'metric'.padEnd(26)} ${'simulated median [min..max]'.padEnd(30)} kernel`,
    ...rows,
    '',
    `${cells.length} cells: ${spread} spread (${percent(spread)}), ${band} band, ${out} out; band or better ${percent(spread + band)}`,
    `Inputs taken from the recordings, per repetition: ${INPUTS.join('; ')}.`,
    `Assumed of all recordings, from what they show: ${ASSUMPTIONS.join('; ')}.`,
    '',
  ].join('\n');
}
