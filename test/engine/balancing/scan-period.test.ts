import { expect } from 'chai';
import fc from 'fast-check';

import { NumaGroup } from '../../../src/engine/balancing/numa-group.ts';
import {
  adaptPeriod,
  scanMax,
  scanMin,
  scanStart,
  scanWindows,
} from '../../../src/engine/balancing/scan-period.ts';
import type { FaultWindow } from '../../../src/engine/balancing/scan-period.ts';
import { KernelError } from '../../../src/engine/kernel-error.ts';
import { DEFAULT_TUNABLES } from '../../../src/engine/machine/tunables.ts';
import type { Task } from '../../../src/engine/sched/task.ts';

const GIB = 262_144;
const withScanSize = (scanSizeMb: number): typeof DEFAULT_TUNABLES => ({ ...DEFAULT_TUNABLES, scanSizeMb });

describe('REF §20.1 scan windows and periods', () => {
  for (const [pages, windows, min, max] of [
    [0, 1, 1000, 60_000],
    [25_600, 1, 1000, 60_000],
    [65_536, 1, 1000, 60_000],
    [65_537, 2, 500, 30_000],
    [GIB, 4, 250, 15_000],
    [655_360, 10, 100, 6000],
    [4 * GIB, 16, 100, 3750],
    [10 * GIB, 40, 100, 1500],
    [100 * GIB, 400, 100, 150],
    [1024 * GIB, 4096, 100, 100],
  ] as const) {
    it(`${pages} resident pages: ${windows} windows, ${min} to ${max} ms`, () => {
      expect(scanWindows(pages, 256)).to.equal(windows);
      expect(scanMin(pages, DEFAULT_TUNABLES)).to.equal(min);
      expect(scanStart(pages, DEFAULT_TUNABLES)).to.equal(min);
      expect(scanMax(pages, DEFAULT_TUNABLES)).to.equal(max);
    });
  }

  for (const [pages, scanSize, windows, min, max] of [
    [GIB, 64, 16, 62, 3750],
    [GIB, 4096, 1, 1000, 60_000],
    [10 * GIB, 1024, 10, 500, 6000],
  ] as const) {
    it(`${pages} resident pages with a scan size of ${scanSize} MiB`, () => {
      expect(scanWindows(pages, scanSize)).to.equal(windows);
      expect(scanMin(pages, withScanSize(scanSize))).to.equal(min);
      expect(scanMax(pages, withScanSize(scanSize))).to.equal(max);
    });
  }

  for (const [size, shared, ofPrivate, start, max] of [
    [4, 3000, 1000, 750, 45_003],
    [4, 100, 3900, 250, 15_000],
    [8, 0, 0, 2000, 120_000],
  ] as const) {
    it(`a group of ${size} with ${shared} shared and ${ofPrivate} private faults over 1 GiB`, () => {
      const group = new NumaGroup(1, 0, 2);
      for (let i = 0; i < size; i++) group.members.add({ pid: i } as Task);
      group.mem.set([shared, 0, 0, ofPrivate]);
      expect(scanStart(GIB, DEFAULT_TUNABLES, group)).to.equal(start);
      expect(scanMax(GIB, DEFAULT_TUNABLES, group)).to.equal(max);
    });
  }

  it('a scan size of 0 is refused instead of dividing by zero', () => {
    expect(() => scanWindows(1, 0)).to.throw(KernelError, 'EINVAL');
  });
});

describe('REF §20.2 scan-period adaptation', () => {
  const bounds = { min: 100, max: 60_000, cachedMax: 60_000 };

  for (const [row, period, remote, local, failed, shared, ofPrivate, slowed, after] of [
    [1, 1000, 0, 0, 0, 0, 0, true, 2000],
    [2, 1000, 500, 0, 0, 0, 500, true, 2000],
    [3, 1000, 1, 0, 0, 1, 0, false, 300],
    [4, 1000, 300, 700, 5, 400, 600, true, 2000],
    [5, 1000, 100, 900, 0, 200, 800, false, 1100],
    [6, 1000, 100, 900, 0, 0, 1000, false, 1300],
    [7, 1000, 1000, 10, 0, 10, 1000, false, 1200],
    [8, 1000, 100, 900, 0, 900, 100, false, 1200],
    [9, 1000, 300, 700, 0, 700, 300, false, 1100],
    [10, 1000, 0, 1000, 0, 1000, 0, false, 1300],
    [11, 1000, 500, 500, 0, 500, 500, false, 800],
    [12, 1000, 900, 100, 0, 900, 100, false, 400],
    [13, 1005, 999, 1, 0, 999, 1, false, 298],
    [14, 40_000, 500, 500, 0, 50, 950, false, 48_000],
    [15, 55_000, 0, 1000, 0, 0, 1000, false, 60_000],
  ] as const) {
    it(`row ${row}: ${period} becomes ${after}`, () => {
      expect(
        adaptPeriod(period, { remote, local, failed, shared, private: ofPrivate }, bounds),
      ).to.deep.equal({
        periodMs: after,
        slowed,
      });
    });
  }

  const after1000 = (window: Omit<FaultWindow, 'failed'>): number =>
    adaptPeriod(1000, { ...window, failed: 0 }, bounds).periodMs;

  it('a private ratio of 7 takes the private branch, which adds at least one slot', () => {
    expect(after1000({ remote: 1000, local: 0, shared: 300, private: 700 })).to.equal(1100);
  });

  it('the speed-up is as small as the larger ratio makes it', () => {
    expect(after1000({ remote: 800, local: 200, shared: 500, private: 500 })).to.equal(800);
    expect(after1000({ remote: 500, local: 500, shared: 800, private: 200 })).to.equal(800);
  });

  // Sticky failures (§12.4 [ver]) keep the remote faults of a window that was slowed down.
  it('faults kept from a window before count in the local ratio, not in the private one', () => {
    expect(after1000({ remote: 500, local: 600, shared: 500, private: 100 })).to.equal(800);
    expect(after1000({ remote: 500, local: 600, shared: 150, private: 450 })).to.equal(1100);
  });

  it('all shared and all remote: from 60000 down to the shortest', () => {
    const window = { remote: 1000, local: 0, failed: 0, shared: 1000, private: 0 };
    const periods: number[] = [];
    for (let period = 60_000; periods.length < 7;) {
      period = adaptPeriod(period, window, bounds).periodMs;
      periods.push(period);
    }
    expect(periods).to.deep.equal([18_000, 5400, 1620, 486, 143, 100, 100]);
  });

  it('the slow branch stops at the maximum cached at the placement, not at the present one', () => {
    const window = { remote: 1, local: 0, failed: 0, shared: 0, private: 1 };
    expect(adaptPeriod(4000, window, { min: 100, max: 60_000, cachedMax: 5000 }).periodMs).to.equal(5000);
  });

  it('the other branches stop at the present maximum, not at the cached one', () => {
    const window = { remote: 0, local: 1, failed: 0, shared: 0, private: 1 };
    expect(adaptPeriod(4000, window, { min: 100, max: 5000, cachedMax: 60_000 }).periodMs).to.equal(5000);
  });
});

/** Windows as tasks have them: each fault is local or remote, and private or shared. */
const WINDOW = fc
  .record({ remote: fc.nat(100_000), local: fc.nat(100_000), failed: fc.nat(1) })
  .chain((window) => {
    const total = window.remote + window.local;
    return fc.nat(total).map((shared) => ({ ...window, shared, private: total - shared }));
  });

describe('REF §18.5 I13', () => {
  it('a fast adaptation stays within the bounds, a slow one within the cached maximum and twice the period', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120_000 }),
        WINDOW,
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 2000, max: 120_000 }),
        (period, faults, min, max) => {
          const { periodMs, slowed } = adaptPeriod(period, faults, { min, max, cachedMax: max });
          expect(slowed).to.equal(faults.failed > 0 || faults.local + faults.shared === 0);
          if (slowed) expect(periodMs).to.equal(Math.min(max, 2 * period));
          else expect(periodMs).to.be.within(min, max);
        },
      ),
    );
  });
});
