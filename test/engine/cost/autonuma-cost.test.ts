import { expect } from 'chai';

import { autonumaCost, rangeUpdates } from '../../../src/engine/cost/autonuma-cost.ts';

describe("mmtests' AutoNUMA cost: the published figures", () => {
  for (const [what, updates, faults, migrated, cost] of [
    ['6.6-rc6 base', 394429, 1001, 288, 7.77],
    ['6.6-rc6 with fix', 11121044, 8906404, 2998694, 44666.84],
    ['kernbench', 1041416, 263296, 258021, 1328.67],
    ['v6.1 suite', 97494921, 98707853, 7552783, 494365.23],
    ['NAS bt.D', 354977260, 354078577, 284339, 1772883.13],
    ['IBS RFC base', 74310268, 110504178, 11399016, 553257.64],
    ['dbench', 83253, 81229, 41282, 407.51],
  ] as const) {
    it(`${what}: ${cost}`, () => {
      const counters = {
        numa_pte_updates: updates,
        numa_hint_faults: faults,
        numa_pages_migrated: migrated,
      };
      expect(autonumaCost(counters).toFixed(2)).to.equal(cost.toFixed(2));
    });
  }

  it('range updates count a huge page as its base pages', () => {
    expect(rangeUpdates(100, 3)).to.equal(1636);
  });
});
