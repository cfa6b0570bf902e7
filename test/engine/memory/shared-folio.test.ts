import { expect } from 'chai';

import { mapRegion } from '../../../src/engine/memory/map-region.ts';
import { isMappedByMany } from '../../../src/engine/memory/shared-folio.ts';
import { touchPages } from '../../../src/engine/memory/allocate.ts';
import { ANONYMOUS } from '../../../src/engine/memory/vma.ts';
import type { Process } from '../../../src/engine/process.ts';
import { bootState, start, thread } from '../boot.ts';

describe('REF §7.4 c, §8, §10.1 row 1 a folio that more than one address space maps', () => {
  const setUp = (hugePages = false) => {
    const state = bootState();
    const processes = [0, 1].map(() => start(state, { threads: [thread()] }));
    const mapping = { name: 's', pages: 1024, flags: { ...ANONYMOUS, shared: true }, hugePages };
    const first = mapRegion(state, processes[0]!, mapping, null);
    const map = ({ mm, tasks }: Process, [low, high]: readonly [number, number], name = 's') => {
      const shared = { ...mapping, name, object: first.object };
      const vma = low === 0 && name === 's' ? first : mapRegion(state, { mm, tasks }, shared, null);
      touchPages(state, vma, [low, high], { task: tasks[0]!, cpu: 0, node: 0 });
    };
    map(processes[0]!, [0, 1024]);
    return {
      a: processes[0]!,
      b: processes[1]!,
      map,
      isShared: (page: number) => isMappedByMany(first.object, page),
    };
  };

  it('counts only those that map that very page', () => {
    const { b, map, isShared } = setUp();
    map(b, [700, 701]);
    expect([699, 700, 701].map(isShared)).to.deep.equal([false, true, false]);
  });

  it('counts two mappings in one address space once', () => {
    const { a, map, isShared } = setUp();
    map(a, [0, 1024], 'again');
    expect(isShared(5)).to.equal(false);
  });

  it('of a huge page any part counts', () => {
    const { b, map, isShared } = setUp(true);
    map(b, [700, 701]);
    expect([isShared(0), isShared(512)]).to.deep.equal([false, true]);
  });
});
