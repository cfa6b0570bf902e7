import { expect } from 'chai';
import fc from 'fast-check';

import { RandomStream, hashText, naturalExp, naturalLog } from '../../src/engine/random.ts';

describe('random streams', () => {
  const first = (seed: number, name: string): readonly number[] => {
    const stream = new RandomStream(seed, name);
    return Array.from({ length: 8 }, () => stream.nextUint32());
  };

  it('equal seeds and names draw the same; another seed or name draws something else', () => {
    expect(first(1, 'a')).to.deep.equal(first(1, 'a'));
    const streams = [
      first(1, 'a'),
      first(2, 'a'),
      first(1, 'b'),
      first(2 ** 40 + 1, 'a'),
      first(-1, 'a'),
      first(1, ''),
    ];
    expect(new Set(streams.map(String)).size).to.equal(streams.length);
  });

  it('the sequence is pinned: a change would change every recorded digest', () => {
    expect(first(42, 'pinned').slice(0, 3)).to.deep.equal([4236204169, 1363724772, 1012465922]);
  });

  it('nextUint32 is uniform (chi-square over 256 bins, fixed seed)', () => {
    const stream = new RandomStream(7, 'uniform');
    const bins = new Float64Array(256);
    for (let i = 0; i < 256_000; i++) bins[stream.nextUint32() >>> 24]!++;
    const chi = bins.reduce((sum, seen) => sum + (seen - 1000) ** 2 / 1000, 0);
    expect(chi).to.be.within(170, 350);
  });

  it('nextBelow stays below its bound and reaches every value', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(), (bound, seed) => {
        const stream = new RandomStream(seed, 'below');
        const seen = new Set(Array.from({ length: 40 * bound }, () => stream.nextBelow(bound)));
        expect(seen.size).to.equal(bound);
        expect(Math.max(...seen)).to.equal(bound - 1);
      }),
      { numRuns: 50 },
    );
  });

  it('nextExponential has mean 1 and the right tail', () => {
    const stream = new RandomStream(3, 'exponential');
    const draws = Array.from({ length: 100_000 }, () => stream.nextExponential());
    expect(draws.reduce((a, b) => a + b) / draws.length).to.be.closeTo(1, 0.02);
    expect(draws.filter((draw) => draw > 3).length / draws.length).to.be.closeTo(Math.exp(-3), 0.003);
    expect(Math.min(...draws)).to.be.at.least(0);
  });

  it('names that differ little hash far apart', () => {
    const hashes = Array.from({ length: 1000 }, (_, index) => hashText(`stream/${index}`));
    expect(new Set(hashes).size).to.equal(1000);
    expect(new Set(hashes.map((hash) => hash >>> 28)).size).to.equal(16);
  });
});

describe('logarithm and exponential without Math', () => {
  it('naturalLog is within 1e-13 of Math.log, relative or absolute', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), (x) => {
        const exact = Math.log(x);
        expect(Math.abs(naturalLog(x) - exact)).to.be.at.most(1e-13 * Math.max(1, Math.abs(exact)));
      }),
      { numRuns: 2000 },
    );
    expect(naturalLog(1)).to.equal(0);
  });

  it('naturalExp is within 1e-12 of Math.exp', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(Math.abs(naturalExp(x) / Math.exp(x) - 1)).to.be.at.most(1e-12);
      }),
      { numRuns: 2000 },
    );
    expect(naturalExp(0)).to.equal(1);
  });
});
