/** The `cgroup-trees` command without its process: arguments in, text and exit code out. */
import { parseArgs } from 'node:util';

import { NumasimError } from '../../src/errors.ts';
import { compareRecording } from './compare-recording.ts';
import type { Cell } from './compare.ts';
import { readRecording } from './record.ts';
import { jsonReport, tableReport } from './report.ts';

/** Where the command writes. */
export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

const usage = 'usage: npm run --silent cgroup-trees -- FILE… [-o table|json]';

/** Exit code 0: compared, equal or not. 2: bad usage or input, told on the error stream. */
export function run(args: readonly string[], { out, error }: Output): number {
  try {
    const { files, format } = parse(args);
    const cells = files.flatMap(cellsOf);
    out(`${format === 'json' ? jsonReport(cells) : tableReport(cells)}\n`);
    return 0;
  } catch (cause) {
    if (!(cause instanceof NumasimError)) throw cause;
    error(`${cause.code}: ${cause.message}\n${cause.remedy}\n`);
    return 2;
  }
}

function cellsOf(file: string): readonly Cell[] {
  const recording = readRecording(file);
  try {
    return compareRecording(file, recording);
  } catch (cause) {
    if (!(cause instanceof NumasimError)) throw cause;
    throw new NumasimError('NUMASIM_RECORD_INVALID', cause.message, file, { cause });
  }
}

function parse(args: readonly string[]): { readonly files: readonly string[]; readonly format: string } {
  const { positionals, values } = parsed(args);
  const format = values.output ?? 'table';
  if (!['table', 'json'].includes(format)) {
    throw new NumasimError('NUMASIM_USAGE', `-o must be table or json, is "${format}"; ${usage}`);
  }
  if (positionals.length === 0) throw new NumasimError('NUMASIM_USAGE', `no FILE; ${usage}`);
  return { files: positionals, format };
}

function parsed(args: readonly string[]): { positionals: string[]; values: { output?: string | undefined } } {
  try {
    const options = { output: { type: 'string', short: 'o' } } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NumasimError('NUMASIM_USAGE', `${reason}; ${usage}`);
  }
}
