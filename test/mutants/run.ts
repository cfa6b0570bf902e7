/** The command line of `npm run --silent mutants`. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { MUTANTS } from './list.ts';
import { applyMutant } from './mutant.ts';
import type { Mutant } from './mutant.ts';
import { WorkingCopy } from './working-copy.ts';

const HELP = `npm run --silent mutants [-- ID…]

Puts deliberate mistakes into copies of the engine, one at a time, and runs the engine's tests: at least one must fail.
Without ID, all mistakes; an ID that ends with a hyphen stands for all that begin with it (7.3-). Exit code 1 if a
mistake survives, 2 if the list does not fit the source, an ID is unknown, or the tests fail without any mistake.
`;

export interface Output {
  readonly out: (text: string) => unknown;
  readonly error: (text: string) => unknown;
}

/** Runs the command on the checkout at `root`; returns the exit code. */
export async function run(root: string, args: readonly string[], output: Output): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    output.out(HELP);
    return 0;
  }
  const problems = [...unknownIds(args), ...misfits(root)];
  if (problems.length > 0) {
    output.error(problems.map((problem) => `mutants: ${problem}\n`).join(''));
    return 2;
  }
  const mutants =
    args.length === 0 ? MUTANTS : MUTANTS.filter(({ id }) => args.some((arg) => isMeant(id, arg)));
  const count = Math.min(availableParallelism(), mutants.length);
  const copies = Array.from({ length: count }, () => new WorkingCopy(root));
  try {
    return await tryAll(copies, mutants, output);
  } finally {
    for (const copy of copies) copy.remove();
  }
}

function isMeant(id: string, arg: string): boolean {
  return id === arg || (arg.endsWith('-') && id.startsWith(arg));
}

function unknownIds(args: readonly string[]): readonly string[] {
  const unknown = args.filter((arg) => !MUTANTS.some(({ id }) => isMeant(id, arg)));
  return unknown.map((arg) => `no mutant ${arg}; the IDs are in test/mutants/rules`);
}

/** Mutants whose text the source no longer has. */
export function misfits(root: string): readonly string[] {
  return MUTANTS.flatMap((mutant) => {
    try {
      applyMutant(readFileSync(join(root, 'src/engine', mutant.file), 'utf8'), mutant);
      return [];
    } catch (cause) {
      return [(cause as Error).message];
    }
  });
}

async function tryAll(
  copies: readonly WorkingCopy[],
  mutants: readonly Mutant[],
  { out, error }: Output,
): Promise<number> {
  const failure = await copies[0]?.firstFailure();
  if (failure !== undefined) {
    error(
      `mutants: a test fails without any mistake, so failures prove nothing; mend it first: ${failure}\n`,
    );
    return 2;
  }
  const queue = [...mutants];
  let done = 0;
  let survived = 0;
  const work = async (copy: WorkingCopy): Promise<void> => {
    for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
      const killer = await copy.killerOf(mutant);
      if (killer === undefined) survived++;
      const verdict = killer === undefined ? 'SURVIVED' : `killed by: ${killer}`;
      out(`${++done}/${mutants.length}  ${mutant.id} (${mutant.ref})  ${verdict}\n`);
    }
  };
  await Promise.all(copies.map(work));
  out(`${mutants.length} mutants, ${mutants.length - survived} killed, ${survived} survived\n`);
  return survived > 0 ? 1 : 0;
}
