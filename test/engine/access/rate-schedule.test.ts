import { expect } from 'chai';
import fc from 'fast-check';

import { RateSchedule } from '../../../src/engine/access/rate-schedule.ts';

const SECOND = 1_000_000_000;
const first = { touchesPerSecond: 100, writePercent: 30 };

/** Made 5 s after boot; 10 per second from its second 1, 1000 and no writes from its second 3. */
const schedule = new RateSchedule(
  first,
  [
    { afterNs: SECOND, touchesPerSecond: 10 },
    { afterNs: 3 * SECOND, touchesPerSecond: 1000, writePercent: 0 },
  ],
  5 * SECOND,
);

describe('a schedule of access rates', () => {
  it('counts from when the stream was made, and changes exactly then', () => {
    const at = (time: number) => schedule.at(time);
    expect(at(6 * SECOND - 1)).to.include(first);
    expect(at(6 * SECOND)).to.include({ touchesPerSecond: 10, writePercent: 30 });
    expect(at(8 * SECOND - 1)).to.include({ touchesPerSecond: 10, writePercent: 30 });
    expect(at(8 * SECOND)).to.include({ touchesPerSecond: 1000, writePercent: 0 });
  });

  it('adds up over changes', () => {
    expect(schedule.touches(5 * SECOND, SECOND)).to.equal(100);
    expect(schedule.touches(5.5 * SECOND, 4 * SECOND)).to.equal(50 + 20 + 1500);
  });

  it('however time is cut, the touches are the same', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: SECOND }), { maxLength: 20 }), (cuts) => {
        let time = 5 * SECOND;
        let sum = 0;
        for (const cut of cuts) {
          sum += schedule.touches(time, cut);
          time += cut;
        }
        expect(sum).to.be.closeTo(schedule.touches(5 * SECOND, time - 5 * SECOND), 1e-6);
      }),
    );
  });

  it('of two changes at one time the last counts', () => {
    const changes = [1, 2].map((touchesPerSecond) => ({ afterNs: 7, touchesPerSecond }));
    expect(new RateSchedule(first, changes, 0).at(7).touchesPerSecond).to.equal(2);
  });
});
