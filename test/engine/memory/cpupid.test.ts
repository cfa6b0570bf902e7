import { expect } from 'chai';

import {
  UNSET_CPUPID,
  cpuOfCpupid,
  isPidUnset,
  packCpupid,
  pidBit,
  pidMatches,
} from '../../../src/engine/memory/cpupid.ts';

describe('REF §20.4 packing of lastCpupid', () => {
  for (const [cpu, pid, packed] of [
    [0, 1, 0x1],
    [5, 1234, 0x5d2],
    [95, 4660, 0x5f34],
    [5, 1490, 0x5d2],
    [3, 511, 0x3ff],
  ] as const) {
    it(`CPU ${cpu} and pid ${pid} give 0x${packed.toString(16)}`, () => {
      expect(packCpupid(cpu, pid)).to.equal(packed);
      expect(cpuOfCpupid(packed)).to.equal(cpu);
      expect(pidMatches(pid, packed)).to.equal(true);
    });
  }

  it('unset is all bits 1', () => {
    expect(UNSET_CPUPID).to.equal(0x1fffff);
    expect(isPidUnset(UNSET_CPUPID)).to.equal(true);
    expect(isPidUnset(packCpupid(0, 0))).to.equal(false);
  });

  it('a pid of 255 mod 256 looks unset', () => {
    expect(isPidUnset(packCpupid(3, 511))).to.equal(true);
    expect(isPidUnset(packCpupid(3, 510))).to.equal(false);
  });

  it('pids that are equal mod 256 collide, others do not', () => {
    expect(pidMatches(1490, packCpupid(5, 1234))).to.equal(true);
    expect(pidMatches(1491, packCpupid(5, 1234))).to.equal(false);
  });
});

describe('REF §20.9 pid bit', () => {
  for (const [pid, bit] of [
    [1, 24],
    [2, 48],
    [3, 9],
    [100, 12],
    [1000, 61],
    [1001, 22],
    [1234, 22],
    [4660, 61],
    [65_535, 9],
  ] as const) {
    it(`pid ${pid} is bit ${bit}`, () => {
      expect(pidBit(pid)).to.equal(bit);
    });
  }
});
