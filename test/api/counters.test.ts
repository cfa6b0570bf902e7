import { expect } from 'chai';

import { addCounters, counterNames, kernelCounterNames, noCounts } from '../../src/api/counters.ts';

describe('the counters of the API', () => {
  it("are the kernel's names in camelCase", () => {
    for (const name of counterNames) {
      const camel = kernelCounterNames[name].replaceAll(/_(?<letter>\w)/gu, (_, letter: string) =>
        letter.toUpperCase(),
      );
      expect(name).to.equal(camel);
    }
  });

  it('add up one by one; an absent one counts 0', () => {
    const least = {
      numaPteUpdates: 3,
      numaHintFaults: 0,
      numaHintFaultsLocal: 0,
      numaPagesMigrated: 0,
      numaTaskMigrated: 0,
      numaTaskSwapped: 2,
    };
    const more = { ...noCounts, numaPteUpdates: 512, numaHugePteUpdates: 1 };
    expect(addCounters(more, least)).to.deep.equal({
      ...noCounts,
      numaPteUpdates: 515,
      numaHugePteUpdates: 1,
      numaTaskSwapped: 2,
    });
  });
});
