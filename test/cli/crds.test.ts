import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

import { crdFiles } from '../../src/api/crds.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function numasim(...args: readonly string[]): Promise<Outcome> {
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('numasim crds', () => {
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'numasim-crds-'))));
  afterEach(async () => await rm(directory, { recursive: true }));

  it('prints all CRDs as one YAML stream', async () => {
    const { code, stdout } = await numasim('crds');
    expect(code).to.equal(0);
    const names = parseAllDocuments(stdout).map((document) => document.getIn(['spec', 'names', 'kind']));
    expect(names).to.deep.equal(['NumaBalancingPolicy', 'NumaNodeConfig', 'MemoryProfile', 'SimulatedNode']);
  });

  it('writes one file per kind, making the directory', async () => {
    const target = join(directory, 'a', 'b');
    const { code, stdout } = await numasim('crds', '--write', target);
    expect(code).to.equal(0);
    expect(await readdir(target)).to.have.members(crdFiles().map(({ name }) => name));
    for (const { name, content } of crdFiles()) {
      expect(await readFile(join(target, name), 'utf8')).to.equal(content);
      expect(stdout).to.include(join(target, name));
    }
  });

  it('ends with 1 and says what to do when the directory cannot be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const { code, stderr } = await numasim('crds', '--write', file);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^numasim: .*file.*: cannot be written\n {2}Check that the directory exists/u);
  });

  it('ends with 2 for an option that does not exist', async () => {
    const { code, stderr } = await numasim('crds', '--wirte', directory);
    expect(code).to.equal(2);
    expect(stderr).to.include("unknown option '--wirte'").and.include('--write');
  });

  it('explains itself', async () => {
    const { code, stdout } = await numasim('crds', '--help');
    expect(code).to.equal(0);
    expect(stdout).to.include('--write <dir>').and.include('kubectl apply');
  });
});
