import { expect } from 'chai';

import { MUTANTS } from './list.ts';
import { applyMutant } from './mutant.ts';
import { misfits } from './run.ts';

const MUTANT = { id: 'x', ref: '§0', file: 'a.ts', find: 'a < b', replace: '$& b' };

describe('mutants', () => {
  it('fit the source: each finds its text exactly once', () => {
    expect(misfits(process.cwd())).to.deep.equal([]);
  });

  it('have ids of their own, and change something', () => {
    expect(new Set(MUTANTS.map(({ id }) => id)).size).to.equal(MUTANTS.length);
    for (const { find, replace } of MUTANTS) expect(replace).not.to.equal(find);
  });

  it('are put in literally', () => {
    expect(applyMutant('if (a < b)', MUTANT)).to.equal('if ($& b)');
  });

  it('say so when the source has moved', () => {
    for (const [source, count] of [
      ['if (a > b)', 0],
      ['a < b || a < b', 2],
    ] as const) {
      expect(() => applyMutant(source, MUTANT)).to.throw(`occurs ${count} times in src/engine/a.ts`);
    }
  });
});
