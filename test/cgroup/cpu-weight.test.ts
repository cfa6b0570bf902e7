import { createHash } from 'node:crypto';

import { expect } from 'chai';
import fc from 'fast-check';

import { cpuShares, linearWeight, logarithmicWeight } from '../../src/cgroup/cpu-weight.ts';

/** Thousandths of a CPU, weight of a pod (linear), of a container (logarithmic): seen in the recordings, most in both. */
const weights = [
  [0, 1, 1],
  [1, 1, 1],
  [10, 1, 4],
  [20, 1, 6],
  [50, 2, 11],
  [60, 3, 12],
  [70, 3, 13],
  [100, 4, 17],
  [200, 8, 29],
  [250, 10, 35],
  [300, 12, 40],
  [400, 16, 49],
  [500, 20, 59],
  [600, 24, 67],
  [1000, 39, 100],
  [1500, 59, 138],
  [2000, 79, 174],
  [7000, 274, 477],
] as const;

describe('cpu.weight of a CPU request', () => {
  for (const [millis, linear, logarithmic] of weights) {
    it(`${millis}m is ${linear} by the old formula and ${logarithmic} by the new one`, () => {
      const shares = cpuShares(millis);
      expect([linearWeight(shares), logarithmicWeight(shares)]).to.deep.equal([linear, logarithmic]);
    });
  }

  it('the whole allocatable of the recorded node, 7500m, is 293', () => {
    expect(linearWeight(cpuShares(7500))).to.equal(293);
  });

  it('ends at 1 and 10000 in both formulas', () => {
    for (const weight of [linearWeight, logarithmicWeight]) {
      expect([weight(2), weight(262_144)]).to.deep.equal([1, 10_000]);
    }
  });

  it('the new formula agrees with the same arithmetic in Go for every number of shares', () => {
    const digest = createHash('sha256');
    for (let shares = 2; shares <= 262_144; shares += 1) digest.update(`${logarithmicWeight(shares)}\n`);
    expect(digest.digest('hex')).to.equal('52e03bdb426f5f06ee618ff0f3531e51e7804362b7461084f95c1709b28123b9');
  });

  it('never falls as the request grows, and stays a weight the kernel accepts', () => {
    fc.assert(
      fc.property(fc.nat(400_000), fc.nat(1000), (millis, more) => {
        for (const weight of [linearWeight, logarithmicWeight]) {
          const less = weight(cpuShares(millis));
          expect(less).to.be.within(1, 10_000);
          expect(weight(cpuShares(millis + more))).to.be.at.least(less);
        }
      }),
    );
  });
});
