import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { killerIn } from './killer.ts';
import type { Killer } from './killer.ts';
import { applyMutant } from './mutant.ts';
import type { Mutant } from './mutant.ts';

const COPIED = ['package.json', 'tsconfig.json', 'src', 'test/engine'];
/** Some mistakes make a loop endless. */
const RUN_LIMIT_MS = 90_000;
const PROPERTIES = 'test/engine/properties.test.ts';
/** Few runs of them, and the same for every mistake. */
const PROPERTIES_ENV = { NUMASIM_PROPERTY_RUNS: '200', NUMASIM_PROPERTY_SEED: '1' };

/** A copy of the engine and its tests in a temporary directory, for one mistake at a time. */
export class WorkingCopy {
  readonly #directory = mkdtempSync(join(tmpdir(), 'numasim-mutants-'));

  constructor(root: string) {
    for (const path of COPIED) cpSync(join(root, path), join(this.#directory, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.#directory, 'node_modules'));
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Runs the tests with a mistake in the engine, and takes it out again. */
  async killerOf(mutant: Mutant): Promise<Killer> {
    const path = join(this.#directory, 'src/engine', mutant.file);
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, applyMutant(source, mutant));
    try {
      return await this.firstFailure();
    } finally {
      writeFileSync(path, source);
    }
  }

  /** The tests of single rules first; the slow ones of random runs only if those pass. */
  async firstFailure(): Promise<Killer> {
    const files = globSync('test/engine/**/*.test.ts', { cwd: this.#directory })
      .filter((file) => file !== PROPERTIES)
      .sort();
    return (await this.#runTests(files)) ?? (await this.#runTests([PROPERTIES]));
  }

  async #runTests(files: readonly string[]): Promise<Killer> {
    const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--bail', '--reporter', 'tap'];
    const child = spawn(process.execPath, [...mocha, '--timeout', '60000', ...files], {
      cwd: this.#directory,
      env: { ...process.env, ...PROPERTIES_ENV },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_LIMIT_MS,
    });
    let out = '';
    let error = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return signal ? `no end within ${RUN_LIMIT_MS / 1000} s` : killerIn({ code, out, error });
  }
}
