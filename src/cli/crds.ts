/** `numasim crds`: the CustomResourceDefinitions, for `kubectl apply -f -` or as files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Command } from 'commander';

import { crdFiles } from '../api/crds.ts';
import { NumasimError } from '../errors.ts';

/** Adds the command to the program. */
export function registerCrds(program: Command): void {
  program
    .command('crds')
    .description('print the CustomResourceDefinitions as YAML, or write them as files')
    .option('--write <dir>', 'write one file per kind into this directory instead of printing')
    .addHelpText(
      'after',
      '\nExamples:\n  numasim crds | kubectl apply --server-side -f -\n  numasim crds --write ./crds',
    )
    .action(async ({ write }: { readonly write?: string }) => {
      if (write === undefined) printCrds();
      else await writeCrds(write);
    });
}

function printCrds(): void {
  process.stdout.write(
    crdFiles()
      .map(({ content }) => content)
      .join('---\n'),
  );
}

async function writeCrds(directory: string): Promise<void> {
  for (const { name, content } of crdFiles()) {
    const path = join(directory, name);
    try {
      await mkdir(directory, { recursive: true });
      await writeFile(path, content);
    } catch (cause) {
      throw new NumasimError('NUMASIM_FILE_UNWRITABLE', 'cannot be written', path, { cause });
    }
    process.stdout.write(`${path}\n`);
  }
}
