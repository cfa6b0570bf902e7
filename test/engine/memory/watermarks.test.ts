import { expect } from 'chai';

import { Topology } from '../../../src/engine/machine/topology.ts';
import { NodeMemory } from '../../../src/engine/memory/node-memory.ts';
import { automaticMinFreeKbytes, watermarks } from '../../../src/engine/memory/watermarks.ts';
import { machine } from '../boot.ts';

const GIB = 262_144;

describe('REF §20.8 watermarks', () => {
  for (const [managed, total, min, low, high, promo] of [
    [16, 16, 4096, 8290, 12_484, 16_678],
    [16, 64, 2048, 6242, 10_436, 14_630],
    [64, 256, 4096, 20_873, 37_650, 54_427],
  ] as const) {
    it(`a node of ${managed} GiB in a machine of ${total} GiB`, () => {
      expect(watermarks(managed * GIB, total * GIB)).to.deep.equal({ min, low, high, promo });
    });
  }

  it('min_free_kbytes grows with the root of memory, within 128 KiB and 256 MiB', () => {
    expect(automaticMinFreeKbytes(1)).to.equal(128);
    expect(automaticMinFreeKbytes(GIB)).to.equal(4096);
    expect(automaticMinFreeKbytes(2 ** 40)).to.equal(262_144);
  });

  it('an effective min_free_kbytes replaces the formula', () => {
    expect(watermarks(GIB, GIB, 40_000)).to.deep.equal({
      min: 10_000,
      low: 12_500,
      high: 15_000,
      promo: 17_500,
    });
  });

  it('a page migrates in while more than high + 1 is free, a huge page while more than high + 512 is', () => {
    const memory = new NodeMemory(new Topology(machine({ nodes: 4 })), [
      64 * GIB,
      64 * GIB,
      64 * GIB,
      64 * GIB,
    ]);
    const room = (free: number, pages: number): boolean => {
      memory.free[1] = free;
      return memory.hasRoomForMigration(1, pages);
    };
    expect([room(37_651, 1), room(37_652, 1)]).to.deep.equal([false, true]);
    expect([room(38_162, 512), room(38_163, 512)]).to.deep.equal([false, true]);
  });
});
