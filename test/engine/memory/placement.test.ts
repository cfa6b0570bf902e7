import { expect } from 'chai';
import fc from 'fast-check';

import { pageRange } from '../../../src/engine/access/page-range.ts';
import type { PageRange } from '../../../src/engine/access/page-range.ts';
import { zipfWeight } from '../../../src/engine/access/zipf-draw.ts';
import { MemoryObject, NOT_RESIDENT } from '../../../src/engine/memory/memory-object.ts';
import type { Placement, PlacementRange } from '../../../src/engine/memory/placement.ts';
import { HUGE_PAGES } from '../../../src/engine/units.ts';
import { bootState } from '../boot.ts';

const NODES = 3;
const PAGES = 1600;

function object(misalignment = 0): MemoryObject {
  return new MemoryObject(PAGES, NODES, bootState().root, { misalignment });
}

const even = (range: PageRange): PlacementRange => ({ ...range, law: 'Even' });
const zipf = (range: PageRange): PlacementRange => ({ ...range, law: 'Zipf', weightOf: zipfWeight(range) });

function rangeOf(offsetPages: number, stridePages: number, lengthPages?: number): PageRange {
  const rate = { pattern: 'Strided', touchesPerSecond: 1, writePercent: 0 } as const;
  return pageRange({ name: 'r', pages: PAGES }, { ...rate, offsetPages, stridePages, lengthPages });
}

const WHOLE = rangeOf(0, 1);

/** The weight of a range's pages by node, page by page. */
function recount({ range }: Placement, { node }: MemoryObject): readonly number[] {
  const perNode = Array.from({ length: NODES }, () => 0);
  for (let page = range.offset; page < range.end; page += range.stride) {
    const at = node[page]!;
    if (at !== NOT_RESIDENT) perNode[at]! += range.weightOf?.(page) ?? 1;
  }
  return perNode;
}

function expectCounted(placement: Placement, of: MemoryObject): void {
  recount(placement, of).forEach((weight, node) =>
    expect(placement.perNode[node], `node ${node}`).to.be.closeTo(weight, 1e-9),
  );
}

/** A folio comes, moves or goes. */
function change(memory: MemoryObject, what: 'place' | 'huge' | 'forget', page: number, node: number): void {
  const [start, pages] = [memory.folioStart(page), memory.folioPages(page)];
  if (what === 'place') memory.place(start, pages, node);
  else if (what === 'huge') placeHuge(memory, memory.blockStart(page), node);
  else if (memory.node[start] !== NOT_RESIDENT) memory.forget(start, pages);
}

function placeHuge(memory: MemoryObject, start: number, node: number): void {
  const end = start + HUGE_PAGES;
  if (start < 0 || end > PAGES || !memory.isFree(start, HUGE_PAGES)) return;
  memory.huge.fill(1, start, end);
  memory.place(start, HUGE_PAGES, node);
}

describe('over which nodes the touches of a range spread', () => {
  it('by its resident pages alone', () => {
    const memory = object();
    const placement = memory.follow(even(rangeOf(10, 1, 20)));
    memory.place(5, 1, 0);
    memory.place(10, 1, 1);
    memory.place(29, 1, 2);
    memory.place(30, 1, 2);
    expect([...placement.perNode]).to.deep.equal([0, 1, 1]);
    memory.place(29, 1, 1);
    expect([...placement.perNode]).to.deep.equal([0, 2, 0]);
    memory.forget(10, 1);
    expect([...placement.perNode]).to.deep.equal([0, 1, 0]);
  });

  it('with a stride, by every so many pages of it', () => {
    const memory = object();
    const placement = memory.follow(even(rangeOf(3, 8)));
    for (let page = 0; page < 20; page++) memory.place(page, 1, page < 12 ? 0 : 1);
    // Pages 3 and 11; 19.
    expect([...placement.perNode]).to.deep.equal([2, 1, 0]);
  });

  it('a huge page counts with all of its pages that are in the range', () => {
    const memory = object();
    const placement = memory.follow(even(rangeOf(500, 1, 100)));
    memory.place(0, HUGE_PAGES, 1);
    expect([...placement.perNode]).to.deep.equal([0, 12, 0]);
    memory.place(512, HUGE_PAGES, 2);
    expect([...placement.perNode]).to.deep.equal([0, 12, 88]);
  });

  it('weighted: the most touched page counts most', () => {
    const memory = object();
    const placement = memory.follow(zipf(WHOLE));
    memory.place(0, 1, 0);
    memory.place(40_503 % PAGES, 1, 1);
    expect(placement.perNode[0]).to.be.closeTo(1, 1e-9);
    expect(placement.perNode[1]).to.be.closeTo(2 ** -0.99, 1e-9);
  });

  it('begins with what is resident already', () => {
    const memory = object();
    memory.place(7, 1, 2);
    memory.place(8, 1, 1);
    expect([...memory.follow(even(WHOLE)).perNode]).to.deep.equal([0, 1, 1]);
  });

  it('is followed once for all that use a range alike', () => {
    const memory = object();
    const first = memory.follow(even(rangeOf(8, 2, 100)));
    expect(memory.follow(even(rangeOf(8, 2, 100)))).to.equal(first);
    for (const other of [even(rangeOf(9, 2, 100)), even(rangeOf(8, 1, 100)), even(rangeOf(8, 2, 99))])
      expect(memory.follow(other)).not.to.equal(first);
    expect(memory.follow(zipf(rangeOf(8, 2, 100)))).not.to.equal(first);
  });

  it('nothing is left, not by rounding either, when all weighted pages have gone', () => {
    const memory = object(0);
    const placement = memory.follow(zipf(WHOLE));
    for (let page = 0; page < PAGES; page++) memory.place(page, 1, 0);
    expect(placement.perNode[0]).to.be.greaterThan(0);
    for (let page = PAGES - 1; page >= 0; page--) memory.forget(page, 1);
    expect([...placement.perNode]).to.deep.equal(Array.from({ length: NODES }, () => 0));
  });

  it('the counts are those of a full recount, whatever comes, moves and goes', () => {
    const rangeArb = fc
      .record({
        offset: fc.nat(PAGES - 1),
        stride: fc.integer({ min: 1, max: 9 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .map(({ offset, stride, share }) => {
        const most = Math.ceil((PAGES - offset) / stride);
        return rangeOf(offset, stride, Math.max(1, Math.floor(most * share)));
      });
    const stepArb = fc.record({
      page: fc.nat(PAGES - 1),
      node: fc.nat(NODES - 1),
      what: fc.constantFrom('place', 'place', 'huge', 'forget', 'follow'),
    });
    fc.assert(
      fc.property(
        fc.array(rangeArb, { minLength: 1, maxLength: 4 }),
        fc.array(stepArb, { maxLength: 120 }),
        fc.nat(HUGE_PAGES - 1),
        (ranges, steps, misalignment) => {
          const memory = object(misalignment);
          const laws = ranges.map((range, index) => (index % 2 === 0 ? zipf(range) : even(range)));
          const placements = [memory.follow(laws[0]!)];
          for (const { what, page, node } of steps) {
            if (what === 'follow') placements.push(memory.follow(laws[node % laws.length]!));
            else change(memory, what, page, node);
          }
          for (const placement of placements) expectCounted(placement, memory);
          const whole = memory.follow(even(WHOLE));
          expect([...memory.residentPerNode]).to.deep.equal([...whole.perNode]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
