import { expect } from 'chai';

import { autonumaCost, rangeUpdates } from '../../../src/engine/cost/autonuma-cost.ts';
import { COST_ROWS } from './published-costs.ts';

describe("mmtests' AutoNUMA cost: the published figures", () => {
  for (const [what, updates, faults, migrated, cost] of COST_ROWS) {
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
