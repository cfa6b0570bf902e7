import { expect } from 'chai';

import type { MemoryPolicySpec } from '../../../src/engine/memory/memory-policy.ts';
import type { NumaStat } from '../../../src/engine/memory/node-memory.ts';
import { spawnProcess } from '../../../src/engine/process.ts';
import type { KernelState } from '../../../src/engine/state.ts';
import { bootState, machine, processSpec, region, start, thread } from '../boot.ts';

/** Four nodes of 16 MiB; distances grow with the difference of the ids. */
const MACHINE = machine({
  nodes: 4,
  mib: 16,
  distances: [
    [10, 20, 30, 40],
    [20, 10, 20, 30],
    [30, 20, 10, 20],
    [40, 30, 20, 10],
  ],
});

function allocated(
  policy: MemoryPolicySpec | undefined,
  cpu: number,
  mib: number,
): { pages: readonly number[]; state: KernelState } {
  const state = bootState({ machine: MACHINE });
  const { mm } = start(state, {
    regions: [region('r', mib, policy ? { policy } : {})],
    threads: [thread({ affinity: [cpu] })],
  });
  return { pages: [...mm.vmas[0]!.object.residentPerNode], state };
}

const spec = (mode: MemoryPolicySpec['mode'], ...nodes: readonly number[]): MemoryPolicySpec => ({
  mode,
  nodes,
  numaBalancing: false,
});

describe('REF §17.6 allocation by policy', () => {
  for (const [what, policy, expected] of [
    ['default: here', undefined, [0, 0, 256, 0]],
    ['LOCAL: here', spec('Local'), [0, 0, 256, 0]],
    ['PREFERRED: its node', spec('Preferred', 0), [256, 0, 0, 0]],
    ['BIND: the nearest of its nodes', spec('Bind', 0, 3), [0, 0, 0, 256]],
    ['PREFERRED_MANY: the nearest of its nodes', spec('PreferredMany', 0, 1), [0, 256, 0, 0]],
    ['INTERLEAVE: page by page', spec('Interleave', 0, 3), [128, 0, 0, 128]],
    ['WEIGHTED_INTERLEAVE: by weight, here 1 each', spec('WeightedInterleave', 1, 2), [0, 128, 128, 0]],
  ] as const) {
    it(what, () => {
      expect(allocated(policy, 2, 1).pages).to.deep.equal(expected);
    });
  }

  it('what does not fit goes to the next nearest node', () => {
    const { pages } = allocated(undefined, 3, 20);
    expect(pages[3]! + pages[2]!).to.equal(20 * 256);
    expect(pages[3]).to.be.within(15 * 256, 16 * 256 - 1);
  });

  it('PREFERRED_MANY goes outside when its nodes are full, BIND does not', () => {
    expect(allocated(spec('PreferredMany', 0), 3, 20).pages[3]).to.be.greaterThan(0);
    const state = bootState({ machine: MACHINE });
    const free = [...state.memory.free];
    const result = spawnProcess(
      state,
      processSpec({ regions: [region('r', 20, { policy: spec('Bind', 0) })] }),
      state.root,
    );
    expect(result).to.deep.equal({ ended: 'node memory is full', region: 'r' });
    expect([...state.memory.free]).to.deep.equal(free);
    expect(state.tasks.size).to.equal(0);
  });

  it('cpuset.mems limits every policy', () => {
    const state = bootState({ machine: MACHINE });
    state.root.subtreeControl.add('cpuset');
    state.root.mems = [1, 2];
    for (const [policy, expected] of [
      [undefined, [0, 256, 0, 0]],
      [spec('Preferred', 3), [0, 0, 256, 0]],
      [spec('Bind', 0), [0, 256, 0, 0]],
      [spec('Interleave', 0, 2), [0, 128, 128, 0]],
    ] as const) {
      const { mm } = start(state, {
        regions: [region('r', 1, policy ? { policy } : {})],
        threads: [thread({ affinity: [0] })],
      });
      expect([...mm.vmas[0]!.object.residentPerNode]).to.deep.equal(expected);
    }
  });
});

describe('REF §18.3 allocation statistics', () => {
  const stats = (state: KernelState, key: keyof NumaStat): readonly number[] =>
    state.memory.stat.map((stat) => stat[key]);

  it('BIND to a remote node is a hit there, on another node than the CPU', () => {
    const { state } = allocated(spec('Bind', 3), 0, 1);
    expect(stats(state, 'numaHit')).to.deep.equal([0, 0, 0, 256]);
    expect(stats(state, 'otherNode')).to.deep.equal([0, 0, 0, 256]);
    expect(stats(state, 'localNode')).to.deep.equal([0, 0, 0, 0]);
  });

  it('interleaving counts where the chosen node served', () => {
    const { state } = allocated(spec('Interleave', 0, 1), 0, 1);
    expect(stats(state, 'interleaveHit')).to.deep.equal([128, 128, 0, 0]);
    expect(stats(state, 'numaHit')).to.deep.equal([128, 128, 0, 0]);
    expect(stats(state, 'localNode')).to.deep.equal([128, 0, 0, 0]);
    expect(stats(state, 'otherNode')).to.deep.equal([0, 128, 0, 0]);
  });

  it('fallback is a miss where the page is, foreign where it was wanted', () => {
    const { state, pages } = allocated(undefined, 3, 20);
    expect(stats(state, 'numaMiss')).to.deep.equal([0, 0, pages[2], 0]);
    expect(stats(state, 'numaForeign')).to.deep.equal([0, 0, 0, pages[2]]);
    expect(stats(state, 'numaHit')).to.deep.equal([0, 0, 0, pages[3]]);
  });
});
