import { expect } from 'chai';
import fc from 'fast-check';

import { LoadCurve, loadedLatency } from '../../../src/engine/cost/load-curve.ts';
import type { LoadCurveSpec } from '../../../src/engine/cost/load-curve.ts';

/** The curve of the default costs (design §2.3). */
const GENERIC: LoadCurveSpec = { linearPermille: 490, queuePermille: 10, maxPermille: 3450 };
const MEASURED: LoadCurveSpec = {
  points: [
    { trafficPermille: 100, latencyPermille: 1050 },
    { trafficPermille: 500, latencyPermille: 1250 },
    { trafficPermille: 900, latencyPermille: 2250 },
  ],
};

describe('design §2.3 latency under load', () => {
  it('is min(max, 1 + linear · r + queue · r/(1 − r)) of the idle latency', () => {
    expect(loadedLatency(GENERIC, 0)).to.equal(1);
    expect(loadedLatency(GENERIC, 0.5)).to.be.closeTo(1 + 0.245 + 0.01, 1e-12);
    expect(loadedLatency(GENERIC, 0.99)).to.be.closeTo(1 + 0.4851 + 0.99, 1e-12);
    expect(loadedLatency(GENERIC, 0.9999)).to.equal(3.45);
  });

  it('follows a measured curve: from idle latency straight to its points, level after them', () => {
    const at = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99].map((r) => loadedLatency(MEASURED, r));
    [1, 1.05, 1.15, 1.25, 1.75, 2.25, 2.25].forEach((latency, index) =>
      expect(at[index]).to.be.closeTo(latency, 1e-12),
    );
  });
});

describe('the balance of traffic and latency', () => {
  for (const [what, spec] of [
    ['the formula', GENERIC],
    ['a measured curve', MEASURED],
  ] as const) {
    const curve = new LoadCurve(spec);

    it(`${what}: what is asked for at idle latency, over the factor, is the traffic that has that factor`, () =>
      fc.assert(
        fc.property(fc.double({ min: 0, max: 1.3, noNaN: true }), (demand) => {
          const factor = curve.factorAt(demand);
          expect(factor).to.be.closeTo(loadedLatency(spec, demand / factor), 2e-3);
        }),
      ));

    it(`${what}: more demand is never faster, nor brings less traffic`, () =>
      fc.assert(
        fc.property(
          fc.double({ min: 0, max: 9, noNaN: true }),
          fc.double({ min: 0, max: 9, noNaN: true }),
          (a, b) => {
            const [low, high] = [Math.min(a, b), Math.max(a, b)];
            const [few, many] = [curve.factorAt(low), curve.factorAt(high)];
            expect(many).to.be.at.least(few);
            expect(high / many).to.be.at.least(low / few - 1e-9);
          },
        ),
      ));

    it(`${what}: traffic never exceeds the peak, and reaches it`, () => {
      for (const demand of [0.5, 1, 2, 4, 100, 1e6]) expect(demand / curve.factorAt(demand)).to.be.at.most(1);
      expect(100 / curve.factorAt(100)).to.equal(1);
    });
  }

  it('without demand latency is idle', () => expect(new LoadCurve(GENERIC).factorAt(0)).to.equal(1));

  it('a curve that descends somewhere is taken as level there', () => {
    const points = [
      { trafficPermille: 200, latencyPermille: 1500 },
      { trafficPermille: 400, latencyPermille: 1100 },
    ];
    const curve = new LoadCurve({ points });
    for (const demand of [0.35, 0.5, 0.9]) expect(curve.factorAt(demand)).to.be.closeTo(1.5, 2e-3);
  });
});
