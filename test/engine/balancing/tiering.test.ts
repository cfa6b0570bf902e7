import { expect } from 'chai';

import {
  adjustThreshold,
  newPromotionState,
  passesRateLimit,
  roomForAnyPromotion,
  stampAge,
} from '../../../src/engine/balancing/tiering.ts';
import type { Kernel } from '../../../src/engine/kernel.ts';
import { NUMA_BALANCING } from '../../../src/engine/kernel.ts';
import { presetMachine } from '../../../src/engine/machine/presets.ts';
import { watermarks } from '../../../src/engine/memory/watermarks.ts';
import { PAGES_PER_MIB } from '../../../src/engine/units.ts';
import { SECOND, boot, processSpec, region, sweep, thread } from '../boot.ts';

const PERIOD_MS = 60_000;

describe('REF §20.10 hot threshold (limit 100 MiB/s, hot_threshold 1000)', () => {
  const tunables = { hotThresholdMs: 1000, promoteRateLimitMBps: 100, scanPeriodMaxMs: PERIOD_MS };
  const REFERENCE = 1_536_000;

  /** The threshold after each of some longest scan periods with that many candidates. */
  function thresholds(candidates: readonly number[]): readonly number[] {
    const node = newPromotionState();
    return candidates.map((count, index) => {
      node.candidates += count;
      adjustThreshold(node, (index + 1) * (PERIOD_MS + 1), tunables);
      return node.hotThreshold;
    });
  }

  it('falls in steps of 125 ms while there are too many candidates, down to one step', () => {
    const many = Array.from({ length: 8 }, () => 1_689_601);
    expect(thresholds(many)).to.deep.equal([875, 750, 625, 500, 375, 250, 125, 125]);
  });

  it('rises while there are too few, up to twice the tunable', () => {
    const node = newPromotionState();
    node.hotThreshold = 125;
    const rising = Array.from({ length: 17 }, (_, index) => {
      adjustThreshold(node, (index + 1) * (PERIOD_MS + 1), tunables);
      return node.hotThreshold;
    });
    expect(rising.slice(0, 3)).to.deep.equal([250, 375, 500]);
    expect(rising.slice(-3)).to.deep.equal([2000, 2000, 2000]);
  });

  it('stays at the reference, and between 9/10 and 11/10 of it', () => {
    expect(thresholds([REFERENCE, 1_689_600, 1_382_400])).to.deep.equal([1000, 1000, 1000]);
  });

  it('is looked at once per longest scan period', () => {
    const node = newPromotionState();
    node.candidates = 10 * REFERENCE;
    adjustThreshold(node, PERIOD_MS, tunables);
    expect(node.hotThreshold).to.equal(0);
  });
});

describe('REF §16.3 promotion', () => {
  it('is unconditional above the promo watermark plus 1 GiB or 1/16 of the node (§20.8)', () => {
    const managed = 64 * 1024 * PAGES_PER_MIB;
    const { promo } = watermarks(managed, 4 * managed);
    expect(roomForAnyPromotion(managed, promo)).to.equal(54_427 + 1_048_576);
  });

  it('lets the first candidate of a window pass, then as many as the limit', () => {
    const node = newPromotionState();
    const limit = { promoteRateLimitMBps: 1 };
    expect(passesRateLimit(node, 2000, 512, limit)).to.equal(true);
    expect(passesRateLimit(node, 2001, 255, limit)).to.equal(true);
    expect(passesRateLimit(node, 2002, 1, limit)).to.equal(false);
    expect(passesRateLimit(node, 3001, 512, limit), 'the next window').to.equal(true);
  });

  it('never happens under a limit of 0', () => {
    expect(passesRateLimit(newPromotionState(), 2000, 1, { promoteRateLimitMBps: 0 })).to.equal(false);
  });

  it('reckons the age of a stamp modulo 2^21 ms', () => {
    expect(stampAge(5, 2 ** 21 - 5)).to.equal(10);
  });
});

/** 64 MiB on the slow node 2, swept by a thread on node 0. */
function tiered(mode: number, gib: number, tunables = {}): Kernel {
  const kernel = boot({ machine: presetMachine('DramCxl', 2, gib * 1024 * PAGES_PER_MIB), mode, tunables });
  kernel.spawn(
    processSpec({
      regions: [region('cold', 64, { firstTouchNode: 2 })],
      threads: [thread({ affinity: [0], accesses: [sweep('cold')] })],
    }),
  );
  return kernel;
}

const PAGES = 64 * PAGES_PER_MIB;

describe('memory tiering (REF §16, §17.4)', () => {
  it('promotes every page that is touched while the fast node has plenty of room, without a rate limit', () => {
    const kernel = tiered(2, 16, { promoteRateLimitMBps: 0 });
    kernel.run(4 * SECOND);
    const { pgpromote_success, pgpromote_candidate, pgpromote_candidate_nrl } = kernel.counters();
    expect(pgpromote_candidate).to.equal(0);
    expect(pgpromote_candidate_nrl).to.be.at.least(pgpromote_success);
    expect(pgpromote_success).to.be.above(0.95 * PAGES);
    expect(kernel.cgroupMemory('/')[0]).to.equal(pgpromote_success);
  });

  it('counts candidates and promotes none of them under a limit of 0, when room is short', () => {
    const kernel = tiered(2, 1, { promoteRateLimitMBps: 0 });
    kernel.run(4 * SECOND);
    const { pgpromote_success, pgpromote_candidate } = kernel.counters();
    expect(pgpromote_candidate).to.be.above(0);
    expect(pgpromote_success).to.equal(0);
  });

  it('takes pages whose fault comes later than the threshold for cold', () => {
    const kernel = tiered(2, 1, { hotThresholdMs: 1, scanPeriodMaxMs: 3_600_000 });
    kernel.run(4 * SECOND);
    const { numa_hint_faults, pgpromote_candidate } = kernel.counters();
    // A sweep of 64 MiB takes 164 ms: only what it meets within a millisecond of the mark is hot.
    expect(numa_hint_faults).to.be.above(0.9 * PAGES);
    expect(pgpromote_candidate).to.be.below(0.1 * PAGES);
  });

  it('marks nothing on fast nodes in mode 2, and promotes nothing by recency in mode 1', () => {
    const fast = boot({ machine: presetMachine('DramCxl', 2, 1024 * PAGES_PER_MIB), mode: 2 });
    fast.spawn(
      processSpec({
        regions: [region('warm', 16, { firstTouchNode: 1 })],
        threads: [thread({ affinity: [0], accesses: [sweep('warm')] })],
      }),
    );
    fast.run(4 * SECOND);
    expect(fast.counters().numa_pte_updates).to.equal(0);

    const normal = tiered(1, 16);
    normal.run(4 * SECOND);
    expect(normal.counters()).to.include({ pgpromote_success: 0, pgpromote_candidate_nrl: 0 });
  });

  it('does both in mode 3, and never promotes more than it found or moved (I19)', () => {
    const kernel = tiered(3, 16);
    kernel.run(4 * SECOND);
    const counters = kernel.counters();
    const found = counters.pgpromote_candidate + counters.pgpromote_candidate_nrl;
    expect(counters.pgpromote_success).to.be.above(0);
    expect(counters.pgpromote_success).to.be.at.most(found);
    expect(counters.pgpromote_success).to.be.at.most(counters.numa_pages_migrated);
  });

  it('shows promotions by node in memory.numa_stat', () => {
    const kernel = tiered(2, 16);
    kernel.run(4 * SECOND);
    const { pgpromote_success } = kernel.counters();
    expect(kernel.read('/sys/fs/cgroup/memory.numa_stat')).to.include(
      `pgpromote_success N0=${pgpromote_success} N1=0 N2=0`,
    );
  });

  it('starts thresholds anew when the bit comes on', () => {
    const kernel = tiered(0, 1);
    kernel.run(SECOND);
    const before = kernel.digest();
    kernel.write(NUMA_BALANCING, '2');
    expect(kernel.digest()).not.to.equal(before);
  });
});
