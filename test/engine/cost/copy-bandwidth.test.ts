import { expect } from 'chai';

import { CopyBandwidth } from '../../../src/engine/cost/copy-bandwidth.ts';

const MS = 1_000_000;
const MIB = 2 ** 20;

describe('design §2.3 copy bandwidth of a pair of nodes', () => {
  it('lets through what a millisecond has room for; the next waits for the next one', () => {
    const copies = new CopyBandwidth(2);
    // 2 GB/s: two megabytes in a millisecond, so two copies of a mebibyte begin, the second not in full.
    expect([0, 0.2, 0.4].map((at) => copies.waitNs(at * MS, [0, 1], MIB, 2000))).to.deep.equal([
      0,
      0,
      0.6 * MS,
    ]);
  });

  it('never exceeds the limit over a longer time', () => {
    const copies = new CopyBandwidth(2);
    let [now, bytes] = [0, 0];
    while (now < 1000 * MS) {
      now += copies.waitNs(now, [0, 1], 4096, 100) + 1000;
      bytes += 4096;
    }
    expect(bytes / 1e6).to.be.within(99, 100.2);
  });

  it('is one for each direction of each pair, and is forgotten when its time has passed', () => {
    const copies = new CopyBandwidth(3);
    copies.waitNs(0, [0, 1], 10 * MIB, 1000);
    expect(copies.waitNs(0, [1, 0], MIB, 1000)).to.equal(0);
    expect(copies.waitNs(0, [0, 2], MIB, 1000)).to.equal(0);
    expect(copies.waitNs(0, [0, 1], MIB, 1000)).to.equal(10 * MS);
    expect(copies.waitNs(20 * MS, [0, 1], MIB, 1000)).to.equal(0);
  });

  it('no limit is no wait', () => {
    const copies = new CopyBandwidth(2);
    expect([1, 2, 3].map(() => copies.waitNs(0, [0, 1], 100 * MIB, Infinity))).to.deep.equal([0, 0, 0]);
    expect(copies.state(0)).to.deep.equal([]);
  });
});
