import { expect } from 'chai';

import { bootState, startOn } from '../boot.ts';
import { endProcess } from '../../../src/engine/process.ts';

describe('REF §10.1 row 4: the last pages allocated on a CPU', () => {
  const batched = (pages: number): readonly number[] => {
    const state = bootState();
    const { vma } = startOn(state, 0, 0, { pages });
    return [...vma.object.batched.keys()].filter((page) => vma.object.batched[page] === 1);
  };

  it('30 pages stay in the batch, the 31st drains it', () => {
    expect(batched(30)).to.have.length(30);
    expect(batched(31)).to.deep.equal([]);
    expect(batched(1024)).to.deep.equal([1023]);
  });

  it('another process on the same CPU drains them, one on another CPU does not', () => {
    const state = bootState();
    const { vma } = startOn(state, 0, 0, { pages: 20 });
    startOn(state, 1, 1, { pages: 20 });
    expect(vma.object.batched.includes(1)).to.equal(true);
    startOn(state, 0, 0, { pages: 11 });
    expect(vma.object.batched.includes(1)).to.equal(false);
  });

  it('the pages of a process that ended no longer fill it', () => {
    const state = bootState();
    const { process } = startOn(state, 0, 0, { pages: 30 });
    endProcess(state, process);
    const { vma } = startOn(state, 0, 0, { pages: 30 });
    expect(vma.object.batched.includes(1)).to.equal(true);
  });
});
