import { expect } from 'chai';

import { hintFaultCostNs } from '../../../src/engine/cost/fault-contention.ts';

const DEFAULT = { at128Permille: 20_000, maxPermille: 300_000 };

describe('design §2.3 hint faults of threads that share an address space', () => {
  for (const [threads, costNs] of [
    [1, 600],
    [2, 689],
    [64, 6255],
    [128, 12_000],
    [10_000, 180_000],
  ] as const) {
    it(`${threads} threads: ${costNs} ns each, of 600 alone`, () => {
      expect(hintFaultCostNs(600, threads, DEFAULT)).to.equal(costNs);
    });
  }

  it('cost the same without contention', () => {
    expect(hintFaultCostNs(600, 500, { at128Permille: 1000, maxPermille: 1000 })).to.equal(600);
  });
});
