import { expect } from 'chai';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readSources } from '../../../src/cli/manifests/read-sources.ts';
import type { ReadSources } from '../../../src/cli/manifests/read-sources.ts';

describe('what -f reads', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'numasim-sources-'));
    for (const name of ['b.yaml', 'a.yml', 'c.json', 'README.md', 'kustomization.yaml']) {
      await writeFile(join(directory, name), name);
    }
    await mkdir(join(directory, 'deeper'));
    await writeFile(join(directory, 'deeper', 'd.yaml'), 'd');
  });
  afterEach(async () => await rm(directory, { recursive: true }));

  const read = async (...paths: readonly string[]): Promise<ReadSources> =>
    await readSources(paths, async () => await Promise.resolve('piped'));

  it('takes the manifests directly in a directory, by name', async () => {
    const { sources, errors } = await read(directory);
    expect(errors).to.deep.equal([]);
    expect(sources.map(({ text }) => text)).to.deep.equal(['a.yml', 'b.yaml', 'c.json']);
  });

  it('names a file as the user did', async () => {
    const { sources } = await read(join(directory, 'README.md'));
    expect(sources).to.deep.equal([{ name: join(directory, 'README.md'), text: 'README.md' }]);
  });

  it('takes - for standard input', async () => {
    expect((await read('-')).sources).to.deep.equal([{ name: 'stdin', text: 'piped' }]);
  });

  it('reads a file once that is named twice', async () => {
    expect((await read(directory, join(directory, 'b.yaml'), '-', '-')).sources).to.have.length(4);
  });

  it('says which paths cannot be read, and reads the others', async () => {
    const { sources, errors } = await read(join(directory, 'none.yaml'), join(directory, 'b.yaml'));
    expect(sources).to.have.length(1);
    expect(errors.map(({ code, message }) => [code, message])).to.deep.equal([
      ['NUMASIM_FILE_UNREADABLE', `${join(directory, 'none.yaml')}: does not exist`],
    ]);
  });

  it('refuses a directory without manifests', async () => {
    const empty = join(directory, 'empty');
    await mkdir(empty);
    const [error] = (await read(empty)).errors;
    expect(error?.code).to.equal('NUMASIM_NO_MANIFESTS');
    expect(error?.message).to.include(empty);
  });
});
