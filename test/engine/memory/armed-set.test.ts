import { expect } from 'chai';
import fc from 'fast-check';

import { ArmedSet } from '../../../src/engine/memory/armed-set.ts';

const sorted = (pages: ReadonlySet<number>): readonly number[] => [...pages].sort((a, b) => a - b);

describe('ArmedSet', () => {
  it('is a set of pages with order statistics', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.nat(9999), { maxLength: 300 }),
        fc.array(fc.tuple(fc.nat(9999), fc.nat(9999)), { maxLength: 30 }),
        (size, toggles, ranges) => {
          const set = new ArmedSet(size);
          const model = new Set<number>();
          for (const toggle of toggles) {
            const page = toggle % size;
            if (model.has(page)) {
              set.delete(page);
              model.delete(page);
            } else {
              set.add(page);
              model.add(page);
            }
            expect(set.has(page)).to.equal(model.has(page));
          }
          const pages = sorted(model);
          expect(set.count).to.equal(pages.length);
          for (const [a, b] of ranges) {
            const [low, high] = [Math.min(a, b) % (size + 1), Math.max(a, b)];
            const inRange = pages.filter((page) => page >= low && page < high);
            if (low <= high) expect(set.countRange(low, high)).to.equal(inRange.length);
            const after = pages.filter((page) => page >= low);
            expect(set.nextFrom(low)).to.equal(after[0] ?? -1);
            after.slice(0, 5).forEach((page, k) => expect(set.select(k, low)).to.equal(page));
          }
          pages.forEach((page, k) => expect(set.select(k)).to.equal(page));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('the same in large and nearly empty memory, across groups and stretches of blocks', () => {
    const size = 3 * 2 ** 20 + 77;
    const pages = [5, 1023, 2 ** 15 - 1, 2 ** 15, 2 ** 20 + 3 * 2 ** 15 + 40, 3 * 2 ** 20, size - 1];
    const set = new ArmedSet(size);
    for (const page of pages) set.add(page);
    pages.forEach((page, k) => {
      expect(set.select(k)).to.equal(page);
      expect(set.select(0, page)).to.equal(page);
      expect(set.countRange(0, page)).to.equal(k);
      expect(set.countRange(page, size)).to.equal(pages.length - k);
      expect(set.nextFrom(page)).to.equal(page);
      expect(set.nextFrom(page + 1)).to.equal(pages[k + 1] ?? -1);
    });
    const copy = set.copy();
    for (const page of pages) set.delete(page);
    expect([set.nextFrom(0), set.count, copy.select(6)]).to.deep.equal([-1, 0, size - 1]);
  });

  it('every page of a full set, across words and blocks', () => {
    const set = new ArmedSet(2100);
    for (let page = 0; page < 2100; page++) set.add(page);
    for (const page of [0, 31, 32, 1023, 1024, 2047, 2048, 2099]) {
      expect(set.nextFrom(page)).to.equal(page);
      expect(set.select(page)).to.equal(page);
      expect(set.countRange(0, page)).to.equal(page);
    }
    expect(set.nextFrom(2100)).to.equal(-1);
  });
});
