/** What an error looks like on a terminal, and the exit code it ends the program with. */
import { CommanderError } from 'commander';

import { NumasimError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';

/** The user's input or command line is wrong (2), as opposed to something that failed (1). */
const badInput: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'NUMASIM_USAGE',
  'NUMASIM_FILE_UNREADABLE',
  'NUMASIM_NO_MANIFESTS',
  'NUMASIM_YAML_SYNTAX',
  'NUMASIM_KIND_UNSUPPORTED',
  'NUMASIM_OBJECT_INVALID',
  'NUMASIM_OBJECT_DUPLICATE',
  'NUMASIM_RECORD_INVALID',
]);

/** 0 for help and version, 2 for bad usage or input, 1 for everything else. */
export function exitCodeOf(error: unknown): 0 | 1 | 2 {
  if (error instanceof AggregateError) return error.errors.every((each) => exitCodeOf(each) === 2) ? 2 : 1;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof NumasimError) return badInput.has(error.code) ? 2 : 1;
  return 1;
}

/** More errors than this are only counted: nobody reads them all before correcting the first. */
const maxErrors = 50;

/**
 * `numasim: <where>: <what>`, then indented what to do; of several errors (an AggregateError) all of them, then what to do
 * about each kind. An error without a code is a defect of numasim: its stack is
 * what a report needs.
 */
export function formatError(error: unknown): string {
  if (error instanceof NumasimError) return `numasim: ${error.message}\n  ${error.remedy} (${error.code})`;
  if (error instanceof AggregateError && error.errors.every((each) => each instanceof NumasimError)) {
    return formatErrors(error.errors);
  }
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `numasim: ${what}\n  This is a defect in numasim: please report it with the lines above.`;
}

function formatErrors(errors: readonly NumasimError[]): string {
  const lines = errors.slice(0, maxErrors).map(({ message }) => `numasim: ${message}`);
  const more = errors.length > maxErrors ? [`numasim: and ${errors.length - maxErrors} more errors`] : [];
  const remedies = new Set(errors.map(({ remedy, code }) => `  ${remedy} (${code})`));
  return [...lines, ...more, ...remedies].join('\n');
}
