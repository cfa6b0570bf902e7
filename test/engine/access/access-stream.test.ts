import { expect } from 'chai';
import fc from 'fast-check';

import { AccessStream } from '../../../src/engine/access/access-stream.ts';
import type { AccessPattern, AccessSpec } from '../../../src/engine/access/access-stream.ts';
import { KernelError } from '../../../src/engine/kernel-error.ts';
import { AddressSpace } from '../../../src/engine/memory/address-space.ts';
import { MemoryObject } from '../../../src/engine/memory/memory-object.ts';
import { PageTable } from '../../../src/engine/memory/page-table.ts';
import { RandomStream } from '../../../src/engine/random.ts';
import { bootState } from '../boot.ts';

const TOUCH_NS = 100;
const SECOND = 1_000_000_000;

function stream(pages: number, spec: Partial<AccessSpec>, seed = 1) {
  const state = bootState();
  const objects = [new MemoryObject(pages, 2, state.root)];
  const vma = new PageTable({ mm: new AddressSpace(state.root), name: 'r', start: 0, objects });
  const access = { pattern: 'Sequential', touchesPerSecond: 1000, writePercent: 0, ...spec } as const;
  const hits: number[] = [];
  const writes: boolean[] = [];
  const made = new AccessStream(vma, access, new RandomStream(seed, 'test'), 0);
  let time = 0;
  return {
    vma,
    hits,
    writes,
    stream: made,
    arm: (...armed: readonly number[]) => armed.forEach((page) => vma.arm(page)),
    armAll: () => {
      for (let page = 0; page < pages; page++) if (!vma.armed.has(page)) vma.arm(page);
    },
    /** Runs for a time; every fault costs `faultNs` and may end the slice. */
    run: (dutyNs: number, faultNs = 0, stop = false): number => {
      if (made.isPaced) made.addPaced(time, dutyNs);
      else made.addDue(time, dutyNs);
      const used = made.run(dutyNs, TOUCH_NS, (at, page, write) => {
        at.disarm(page);
        hits.push(page);
        writes.push(write);
        return { ns: faultNs, stop };
      });
      time += dutyNs;
      return used;
    },
  };
}

describe('sequential sweeps', () => {
  it('touch page after page at their rate, around and around', () => {
    const one = stream(100, {});
    one.armAll();
    one.run(SECOND / 100);
    expect(one.hits).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    one.run(SECOND / 10);
    expect(one.hits).to.have.length(100);
    one.arm(12, 5);
    one.run(SECOND / 100);
    expect(one.hits.slice(100)).to.deep.equal([12]);
    one.run(SECOND / 10);
    expect(one.hits.slice(100)).to.deep.equal([12, 5]);
  });

  it('begin where they are told, within their part of the region', () => {
    const one = stream(100, { offsetPages: 10, lengthPages: 20, startIndex: 15 });
    one.armAll();
    one.run(SECOND / 100);
    expect(one.hits).to.deep.equal([25, 26, 27, 28, 29, 10, 11, 12, 13, 14]);
    one.run(SECOND);
    expect([...one.hits].sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 20 }, (_, i) => 10 + i));
  });

  it('with a stride touch only every so many pages', () => {
    const one = stream(100, { pattern: 'Strided', offsetPages: 1, stridePages: 7 });
    one.armAll();
    one.run(SECOND);
    expect(one.hits).to.deep.equal([1, 8, 15, 22, 29, 36, 43, 50, 57, 64, 71, 78, 85, 92, 99]);
  });

  it('how the time is cut into slices does not matter', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 7_000_000 }), { minLength: 1, maxLength: 60 }),
        (cuts) => {
          const whole = stream(64, {});
          const pieces = stream(64, {});
          whole.arm(3, 9, 33, 60);
          pieces.arm(3, 9, 33, 60);
          whole.run(cuts.reduce((a, b) => a + b));
          for (const cut of cuts) pieces.run(cut);
          // A touch on the very edge may fall to either side.
          expect(Math.abs(whole.hits.length - pieces.hits.length)).to.be.at.most(1);
          const common = Math.min(whole.hits.length, pieces.hits.length);
          expect(pieces.hits.slice(0, common)).to.deep.equal(whole.hits.slice(0, common));
        },
      ),
    );
  });
});

describe('changes of the rate', () => {
  const rateChanges = [{ afterNs: SECOND / 10, touchesPerSecond: 100, writePercent: 100 }];

  it('apply to touches and writes from their time on, cut as the slices may be', () => {
    for (const cuts of [[1], [0.5, 0.5], Array.from({ length: 100 }, () => 0.01)]) {
      const one = stream(1000, { rateChanges });
      one.armAll();
      for (const cut of cuts) one.run(cut * SECOND);
      expect(one.hits.length, `${cuts.length} slices`).to.be.within(189, 190);
    }
  });

  it('that write make the region a written one, when they begin', () => {
    const one = stream(1000, { rateChanges });
    one.armAll();
    one.run(SECOND / 10);
    expect([one.vma.written, one.writes.includes(true)]).to.deep.equal([false, false]);
    one.run(SECOND / 10);
    expect([one.vma.written, one.writes.slice(-10).includes(false)]).to.deep.equal([true, false]);
  });

  it('to 0 end the touches', () => {
    const one = stream(1000, { rateChanges: [{ afterNs: SECOND / 100, touchesPerSecond: 0 }] });
    one.armAll();
    one.run(SECOND);
    expect([
      one.hits.length,
      one.stream.touchesPerSecond(0),
      one.stream.touchesPerSecond(SECOND),
    ]).to.deep.equal([10, 1000, 0]);
  });
});

describe('a stream’s time', () => {
  it('touches cost, faults cost more, and what does not fit stays due', () => {
    const one = stream(1000, { touchesPerSecond: 1_000_000 });
    one.armAll();
    // 100 µs: 100 touches are due, but with 10 µs each for its fault only ten fit.
    expect(one.run(100_000, 10_000)).to.be.within(100_000, 111_000);
    expect(one.hits).to.have.length(10);
    expect(one.stream.due).to.equal(90);
    one.run(10_000);
    expect(one.hits).to.have.length(110);
    expect([one.stream.due, one.stream.touches]).to.deep.equal([0, 110]);
  });

  it('touches paced by the clock that do not fit are lost', () => {
    const one = stream(1000, { touchesPerSecond: 1_000_000, backlogNs: 0 });
    one.armAll();
    one.run(100_000, 10_000);
    one.run(10_000);
    expect(one.hits).to.have.length(20);
  });

  it('a touch waits for its cache lines, several at once where the program allows it', () => {
    const waits = (linesPerTouch?: number, memoryLevelParallelism?: number): number =>
      stream(10, { linesPerTouch, memoryLevelParallelism }).stream.latenciesPerTouch;
    expect([waits(), waits(64), waits(64, 8), waits(0, 4)]).to.deep.equal([1, 64, 8, 0]);
  });

  it('with a backlog the missed touches are made up, up to that much time', () => {
    const make = (backlogNs: number): number => {
      const one = stream(10_000, { touchesPerSecond: 1_000_000, backlogNs });
      one.armAll();
      one.run(1_000_000, 100_000);
      const missed = one.hits.length;
      one.run(1_000_000);
      return one.hits.length - missed;
    };
    expect(make(0)).to.equal(1000);
    expect(make(500_000)).to.equal(1500);
    expect(make(50_000_000)).to.be.within(1985, 1995);
  });

  it('a fault that moves the task away ends the slice', () => {
    const one = stream(100, {});
    one.armAll();
    one.run(SECOND, 0, true);
    expect(one.hits).to.deep.equal([0]);
  });

  it('a rate of 0 touches nothing', () => {
    for (const pattern of ['Sequential', 'Uniform', 'Zipf'] as const) {
      const one = stream(100, { pattern, touchesPerSecond: 0 });
      one.armAll();
      expect(one.run(SECOND)).to.equal(0);
      expect(one.hits).to.deep.equal([]);
    }
  });

  it('the share of writes is drawn', () => {
    const one = stream(10_000, { touchesPerSecond: 10_000, writePercent: 30 });
    one.armAll();
    one.run(SECOND);
    expect(one.writes.filter(Boolean).length).to.be.within(2800, 3200);
    expect(one.vma.written).to.equal(true);
  });
});

describe('random patterns', () => {
  /** Seconds until each of the armed pages was hit for the first time, on average, over many rounds. */
  function meanHitTimes(pattern: AccessPattern, pages: number, rounds: number): readonly number[] {
    const one = stream(pages, { pattern, touchesPerSecond: 1000 });
    const counts = new Float64Array(pages);
    for (let round = 0; round < rounds; round++) {
      one.armAll();
      one.hits.length = 0;
      one.run(SECOND / 1000);
      for (const page of one.hits) counts[page]!++;
    }
    return [...counts].map((count) => count / rounds);
  }

  it('uniform: every page is as likely (chi-square, fixed seed)', () => {
    const rounds = 50_000;
    const rates = meanHitTimes('Uniform', 50, rounds);
    const expected = rounds / 50;
    const chi = rates.reduce((sum, rate) => sum + (rate * rounds - expected) ** 2 / expected, 0);
    expect(chi).to.be.below(90);
    expect(rates.reduce((a, b) => a + b)).to.be.closeTo(1, 0.02);
  });

  it('uniform: of m pages, m·(1 − e^−1) have been hit after m touches', () => {
    const one = stream(4000, { pattern: 'Uniform', touchesPerSecond: 4000 });
    one.armAll();
    one.run(SECOND);
    expect(one.hits.length).to.be.closeTo(4000 * (1 - Math.exp(-1)), 60);
    expect(new Set(one.hits).size).to.equal(one.hits.length);
  });

  it('uniform: the wait for one page of 100 is exponential, whatever the slices', () => {
    const one = stream(100, { pattern: 'Uniform', touchesPerSecond: 1000 });
    let hit = 0;
    for (let round = 0; round < 4000; round++) {
      if (one.vma.armed.count === 0) one.arm(33);
      one.run(SECOND / 20);
      hit += one.hits.splice(0).length;
    }
    expect(hit / 4000).to.be.closeTo(1 - Math.exp(-0.5), 0.025);
  });

  it('uniform over a part with a stride hits only its pages, at their rate', () => {
    const one = stream(4000, {
      pattern: 'Uniform',
      offsetPages: 400,
      stridePages: 3,
      lengthPages: 1000,
      touchesPerSecond: 1000,
    });
    one.armAll();
    one.run(SECOND);
    expect(one.hits.every((page) => page >= 400 && page < 3400 && (page - 400) % 3 === 0)).to.equal(true);
    expect(one.hits.length).to.be.closeTo(1000 * (1 - Math.exp(-1)), 40);
  });

  it('zipf: rank r is hit with probability r^−0.99 over the sum, at page (r−1)·40503 mod m', () => {
    const pages = 100;
    const rounds = 100_000;
    const rates = meanHitTimes('Zipf', pages, rounds);
    const weights = Array.from({ length: pages }, (_, rank) => (rank + 1) ** -0.99);
    const total = weights.reduce((a, b) => a + b);
    let chi = 0;
    weights.forEach((weight, rank) => {
      // Armed pages are hit at most once in a round: 1 − e^−rate of them.
      const expected = rounds * (1 - Math.exp(-weight / total));
      chi += (rates[(rank * 40_503) % pages]! * rounds - expected) ** 2 / expected;
    });
    expect(chi).to.be.below(160);
  });

  it('zipf over many ranks: the tail has its share', () => {
    const one = stream(20_000, { pattern: 'Zipf', touchesPerSecond: 20_000 });
    const weights = Array.from({ length: 20_000 }, (_, rank) => (rank + 1) ** -0.99);
    const total = weights.reduce((a, b) => a + b);
    one.armAll();
    one.run(SECOND);
    const expected = weights.reduce((sum, weight) => sum + 1 - Math.exp((-20_000 * weight) / total), 0);
    expect(one.hits.length).to.be.closeTo(expected, 200);
  });
});

describe('a range of pages', () => {
  it('must lie within the region', () => {
    expect(() => stream(10, { offsetPages: 5, lengthPages: 6 })).to.throw(KernelError, 'EINVAL');
    expect(() => stream(10, { stridePages: 5, lengthPages: 3 })).to.throw(KernelError, 'EINVAL');
  });
});
