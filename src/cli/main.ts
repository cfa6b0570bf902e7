#!/usr/bin/env node
/** The `numasim` binary: one file per command, and one place where errors become messages and exit codes. */
import { Command, CommanderError } from 'commander';

import { registerCompare } from './compare.ts';
import { registerCrds } from './crds.ts';
import { exitCodeOf, formatError } from './exit.ts';
import { registerOperator } from './operator.ts';
import { registerRun } from './run.ts';

/** The program with all of its commands. Never exits by itself: errors are thrown. */
export function numasimProgram(): Command {
  const program = new Command('numasim')
    .description('Simulates Linux automatic NUMA balancing per pod. All numbers it shows are simulated.')
    .showHelpAfterError('See `numasim --help`.')
    .exitOverride();
  for (const register of [registerRun, registerCompare, registerOperator, registerCrds]) register(program);
  return program;
}

/** Runs one command line and returns its exit code: 0 done, 1 failed, 2 bad usage or input. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await numasimProgram().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already printed its own message.
    if (!(error instanceof CommanderError)) process.stderr.write(`${formatError(error)}\n`);
    return exitCodeOf(error);
  }
}

if (import.meta.main) {
  // Whoever reads the output has had enough of it (`numasim run … | head`): that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  process.exitCode = await main(process.argv.slice(2));
}
