import { expect } from 'chai';

import { localityOf } from '../../src/fleet/locality.ts';
import type { ProcessPlaces } from '../../src/fleet/locality.ts';

interface Thread {
  readonly node: number;
  readonly rates: Readonly<Record<string, number>>;
}

function process(
  threads: readonly Thread[],
  regions: Readonly<Record<string, readonly number[]>>,
): ProcessPlaces {
  return {
    threads: threads.map(({ node, rates }) => ({
      node,
      accesses: Object.entries(rates).map(([region, touchesPerSecond]) => ({ region, touchesPerSecond })),
    })),
    regions: Object.entries(regions).map(([name, pagesPerNode]) => ({ name, pagesPerNode })),
  };
}

describe('locality', () => {
  it('of nothing is nothing', () => expect(localityOf([])).to.deep.equal({ localPages: 0, remotePages: 0 }));

  it('pages on the node of the thread that uses them are local', () =>
    expect(localityOf([process([{ node: 1, rates: { heap: 10 } }], { heap: [30, 70] })])).to.deep.equal({
      localPages: 70,
      remotePages: 30,
    }));

  it('pages used from two nodes count by the rates', () => {
    const threads = [
      { node: 0, rates: { heap: 30 } },
      { node: 1, rates: { heap: 10 } },
    ];
    expect(localityOf([process(threads, { heap: [100, 0] })])).to.deep.equal({
      localPages: 75,
      remotePages: 25,
    });
  });

  it('each region is seen from its own threads', () => {
    const threads = [
      { node: 0, rates: { a: 1 } },
      { node: 1, rates: { b: 1 } },
    ];
    expect(localityOf([process(threads, { a: [10, 0], b: [10, 0] })])).to.deep.equal({
      localPages: 10,
      remotePages: 10,
    });
  });

  it('a thread that uses a part of a region sees where that part is', () => {
    const use = (node: number, pagesPerNode: readonly number[]) => ({
      node,
      accesses: [{ region: 'heap', touchesPerSecond: 5, pagesPerNode }],
    });
    const halves = {
      threads: [use(0, [50, 0]), use(1, [0, 50])],
      regions: [{ name: 'heap', pagesPerNode: [50, 50] }],
    };
    expect(localityOf([halves])).to.deep.equal({ localPages: 100, remotePages: 0 });
    const crosswise = { ...halves, threads: [use(1, [50, 0]), use(0, [0, 50])] };
    expect(localityOf([crosswise])).to.deep.equal({ localPages: 0, remotePages: 100 });
  });

  it('memory that nobody touches is seen from all threads of the process', () => {
    const threads = [
      { node: 1, rates: { heap: 0 } },
      { node: 1, rates: {} },
    ];
    expect(localityOf([process(threads, { heap: [10, 30] })])).to.deep.equal({
      localPages: 30,
      remotePages: 10,
    });
  });

  it('pages of all processes add up', () => {
    const one = process([{ node: 0, rates: { heap: 1 } }], { heap: [5, 3] });
    expect(localityOf([one, one])).to.deep.equal({ localPages: 10, remotePages: 6 });
  });
});
