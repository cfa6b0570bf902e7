import { expect } from 'chai';

import type { CostSet } from '../../../src/api/costs.ts';
import { verdictOf } from '../../../src/cli/compare/verdict.ts';
import type { WorkRun } from '../../../src/cli/compare/verdict.ts';
import { gainPercent } from '../../../src/cli/compare/work.ts';
import type { Work } from '../../../src/cli/compare/work.ts';

function work(throughput: number, more: Partial<Work> = {}): Work {
  return {
    elapsed: undefined,
    user: 90,
    system: 10,
    balancing: 0,
    throughput,
    localPercent: 50,
    pagesMigrated: 0,
    tasksMoved: 0,
    ...more,
  };
}

/** Throughputs by set of costs, one per seed. */
function runs(throughputs: Partial<Record<CostSet, readonly number[]>>, more: Partial<Work> = {}): WorkRun[] {
  return Object.entries(throughputs).flatMap(([costSet, values]) =>
    values.map((value, seed) => ({ costSet: costSet as CostSet, seed, work: work(value, more) })),
  );
}

const BASE = runs({ Low: [100, 100], Default: [100, 100], High: [100, 100] });

describe('the gain of a run over another', () => {
  it('is the share of the time that fixed work takes less', () => {
    expect(gainPercent(work(1, { elapsed: 200 }), work(9, { elapsed: 100 }))).to.equal(50);
  });

  it('is the work done more where the work has no end', () => {
    expect(gainPercent(work(100), work(120))).to.equal(20);
    expect(gainPercent(work(100, { elapsed: 5 }), work(80))).to.equal(-20);
  });
});

describe('a verdict', () => {
  it('is gains or loses when all costs and seeds say so', () => {
    const gains = verdictOf(BASE, runs({ Low: [130, 129], Default: [120, 119], High: [101, 100.1] }));
    expect(gains.verdict).to.equal('gains');
    expect(gains.gainPercent.Default).to.deep.equal({ min: 19, median: 19, max: 20 });
    const loses = verdictOf(BASE, runs({ Low: [99, 99], Default: [98, 98], High: [90, 91] }));
    expect(loses.verdict).to.equal('loses');
  });

  it('is unchanged when no pair differs by half a percent, whatever the signs', () => {
    expect(
      verdictOf(BASE, runs({ Low: [100.4, 99.6], Default: [100, 100], High: [100, 100] })).verdict,
    ).to.equal('unchanged');
  });

  it('is undecided when costs disagree, and says which', () => {
    const { verdict, reason } = verdictOf(
      BASE,
      runs({ Low: [103, 104], Default: [101, 101], High: [97, 96] }),
    );
    expect(verdict).to.equal('undecided');
    expect(reason).to.match(
      /^it gains with low costs, it gains with default costs, it loses with high costs; /u,
    );
  });

  it('is undecided when seeds disagree, and says how many', () => {
    const { verdict, reason } = verdictOf(BASE, runs({ Default: [103, 97] }));
    expect(verdict).to.equal('undecided');
    expect(reason).to.match(/^with default costs it gains with 1 and loses with 1 of 2 seeds; /u);
  });

  it('says what moved and what it cost, by the default costs', () => {
    const moved = { localPercent: 99, pagesMigrated: 512, tasksMoved: 2, balancing: 1 };
    const { reason } = verdictOf(BASE, runs({ Low: [110, 110], Default: [110, 110] }, moved));
    expect(reason).to.equal(
      'local accesses 50.0 → 99.0 %; pages moved 0 → 512; threads moved 0 → 2; CPU time for balancing 0.00 → 1.00 %',
    );
  });
});
