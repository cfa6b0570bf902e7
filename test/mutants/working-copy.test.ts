import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { killerIn } from './killer.ts';
import type { Killer } from './killer.ts';
import { WorkingCopy } from './working-copy.ts';

/** The verdict on a mistake in `limit.ts`, of an engine whose only test is the given one. */
async function verdict(assertion: string, replace = '2'): Promise<Killer> {
  const root = mkdtempSync(join(tmpdir(), 'numasim-mutants-test-'));
  for (const folder of ['src/engine', 'test/engine']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(root, 'tsconfig.json'), '{}');
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'src/engine/limit.ts'), 'export const limit = 1;\n');
  const test = `
    import { expect } from 'chai';
    import { limit } from '../../src/engine/limit.ts';
    it('keeps the limit', () => ${assertion});
  `;
  writeFileSync(join(root, 'test/engine/limit.test.ts'), test);
  writeFileSync(join(root, 'test/engine/properties.test.ts'), '');
  const copy = new WorkingCopy(root);
  try {
    return await copy.killerOf({
      id: 'x',
      ref: '§0',
      file: 'limit.ts',
      find: '= 1',
      replace: `= ${replace}`,
    });
  } finally {
    copy.remove();
    rmSync(root, { recursive: true });
  }
}

describe('trying a mutant', () => {
  it('names the test that noticed', async () => {
    expect(await verdict('expect(limit).to.equal(1)')).to.equal('keeps the limit');
  });

  it('notices a failure whose values JSON cannot hold', async () => {
    expect(await verdict('expect({ limit: BigInt(limit) }).to.equal("stop")')).to.equal('keeps the limit');
  });

  it('says so when no test does', async () => {
    expect(await verdict('expect(limit).to.be.above(0)')).to.equal(undefined);
  });

  it('counts an engine that no longer loads as noticed', async () => {
    expect(await verdict('expect(limit).to.equal(1)', '(')).to.match(/^the tests do not load: /);
  });
});

describe('the result of a test run', () => {
  it('that ends well without a summary proves nothing', () => {
    expect(() => killerIn({ code: 0, out: 'ok 1 keeps the limit\n', error: '' })).to.throw(
      'without a summary',
    );
  });
});
