import { expect } from 'chai';
import fc from 'fast-check';

import { isOnWholeSecond, wholeSeconds } from '../../src/fleet/whole-second.ts';

const second = 1_000_000_000;
const ticks = [100, 250, 300, 1000].map((hz) => Math.floor(second / hz));

describe('whole simulated seconds', () => {
  it('have passed when no further tick fits before their end', () =>
    fc.assert(
      fc.property(fc.constantFrom(...ticks), fc.integer({ min: 0, max: 100_000 }), (tick, seconds) => {
        const now = Math.floor((seconds * second) / tick) * tick;
        expect(wholeSeconds(now, tick)).to.equal(seconds);
        expect(isOnWholeSecond(now, tick)).to.equal(true);
      }),
    ));

  it('have not while one does', () => {
    for (const tick of ticks) {
      const now = (Math.floor(second / tick) - 1) * tick;
      expect([wholeSeconds(now, tick), isOnWholeSecond(now, tick)]).to.deep.equal([0, false]);
    }
  });

  it('a tick further time stands on none any more', () => {
    for (const tick of ticks) {
      const now = (Math.floor(second / tick) + 1) * tick;
      expect([wholeSeconds(now, tick), isOnWholeSecond(now, tick)]).to.deep.equal([1, false]);
    }
  });

  it('without a kernel time stands at 0', () =>
    expect([wholeSeconds(0, 0), isOnWholeSecond(0, 0)]).to.deep.equal([0, true]));
});
