import { expect } from 'chai';

import { hintFault } from '../../../src/engine/balancing/hint-fault.ts';
import { markPages } from '../../../src/engine/balancing/mark.ts';
import { usesTimeStamp } from '../../../src/engine/balancing/tiering.ts';
import { makeCgroup } from '../../../src/engine/cgroup-tree.ts';
import type { KernelVariant } from '../../../src/engine/machine/variant.ts';
import { bootState, drainBatches, machine, region, start, thread } from '../boot.ts';
import type { StateOptions } from '../boot.ts';

const BASE = machine({ nodes: 3 });
/** Nodes 0 and 1 have CPUs and fast memory, node 2 has slow memory only. */
const MACHINE = {
  ...BASE,
  nodes: [...BASE.nodes.slice(0, 2), { cpus: [], pages: BASE.nodes[2]!.pages, tier: 'Slow' as const }],
};
const [TOP, SLOW] = [1, 2];

interface Case {
  readonly mode: number;
  readonly rfc?: KernelVariant['rfc'];
  readonly flag?: boolean;
  readonly node: number;
  readonly huge?: boolean;
  readonly tunables?: StateOptions['tunables'];
}

/** A task on node 0 in a cgroup, with 2 MiB on another node that nobody has faulted on. */
function setUp({ mode, rfc = 'V1', flag = false, node, huge = false, tunables = {} }: Case) {
  const state = bootState({ machine: MACHINE, mode, variant: { rfc }, tunables });
  state.root.subtreeControl.add('cpu');
  const group = makeCgroup(state, '/g');
  group.numaLoadBalance = flag ? 1n : 0n;
  const regions = [region('heap', 2, { firstTouchNode: node, hugePages: huge })];
  const { mm, tasks } = start(state, { regions, threads: [thread({ affinity: [0] })] }, group);
  state.now = 2e9;
  drainBatches(mm.vmas[0]!);
  return { state, task: tasks[0]!, vma: mm.vmas[0]! };
}

const marks = (one: Case): boolean => {
  const { state, task, vma } = setUp(one);
  return markPages(state, task, vma, 0, 512).pages === 512;
};

/** What a touch 10 ms after the mark does; pages are armed by hand, as leftovers are. */
function touched(one: Case): string {
  const { state, task, vma } = setUp(one);
  if (markPages(state, task, vma, 0, 512).pages === 0) vma.armFolio(0, 512);
  state.now += 10e6;
  hintFault(state, task, vma, 0, false);
  const moved = vma.object.node[0] === 0 ? 'moves' : 'stays';
  return `${moved}, ${task.faults ? 'recorded' : 'not recorded'}`;
}

describe('REF §17.4 truth table: what is marked', () => {
  for (const [what, options, top, topHuge, slow] of [
    ['mode 1', { mode: 1 }, true, true, true],
    ['mode 2', { mode: 2 }, false, false, true],
    ['mode 3', { mode: 3 }, true, true, true],
    ['mode 3, unpatched', { mode: 3, rfc: 'Off' }, true, true, true],
    ['mode 3 whatever the flag', { mode: 3, flag: true }, true, true, true],
    ['mode 4, unpatched', { mode: 4, rfc: 'Off' }, false, false, true],
    ['mode 4, V1 with the flag', { mode: 4, flag: true }, true, false, true],
    ['mode 4, V2 with the flag', { mode: 4, rfc: 'V2', flag: true }, true, false, true],
  ] as const) {
    it(`${what}: top ${top}, huge ${topHuge}, slow ${slow} of either size`, () => {
      expect(marks({ ...options, node: TOP })).to.equal(top);
      expect(marks({ ...options, node: TOP, huge: true })).to.equal(topHuge);
      expect(marks({ ...options, node: SLOW })).to.equal(slow);
      expect(marks({ ...options, node: SLOW, huge: true })).to.equal(slow);
    });
  }
});

describe('REF §17.4 truth table: slow memory holds time stamps with the tiering bit only', () => {
  for (const [mode, stamps] of [
    [0, false],
    [1, false],
    [2, true],
    [3, true],
    [4, false],
  ] as const) {
    it(`mode ${mode}: ${stamps}`, () => {
      const { state } = setUp({ mode, node: SLOW });
      expect([TOP, SLOW].map((node) => usesTimeStamp(state, node))).to.deep.equal([false, stamps]);
    });
  }
});

describe('REF §17.4 truth table: what a touch of a marked page does', () => {
  const NO_LIMIT_LEFT = { promoteRateLimitMBps: 0 };

  for (const huge of [false, true]) {
    const size = huge ? 'huge' : 'base';

    it(`top-tier ${size} pages move and are recorded in modes 1, 3 and 4`, () => {
      for (const mode of [1, 3]) expect(touched({ mode, node: TOP, huge })).to.equal('moves, recorded');
      for (const rfc of ['V1', 'V2'] as const)
        expect(touched({ mode: 4, rfc, flag: true, node: TOP, huge })).to.equal('moves, recorded');
    });

    it(`top-tier ${size} pages move unrecorded in mode 0, and in mode 4 with the flag off`, () => {
      expect(touched({ mode: 0, node: TOP, huge })).to.equal('moves, not recorded');
      for (const rfc of ['V1', 'V2'] as const)
        expect(touched({ mode: 4, rfc, node: TOP, huge })).to.equal('moves, not recorded');
    });

    it(`hot slow ${size} pages are promoted, and recorded then, in modes 2 and 3`, () => {
      for (const mode of [2, 3]) expect(touched({ mode, node: SLOW, huge })).to.equal('moves, recorded');
    });

    it(`slow ${size} pages that are not promoted stay, and are not recorded, in modes 2 and 3`, () => {
      for (const mode of [2, 3]) {
        const one = { mode, node: SLOW, huge };
        expect(touched({ ...one, tunables: NO_LIMIT_LEFT })).to.equal('stays, not recorded');
        expect(touched({ ...one, tunables: { hotThresholdMs: 10 } }), 'cold').to.equal('stays, not recorded');
      }
    });

    it(`slow ${size} pages without the tiering bit stay at their first fault, and go by who touched them then`, () => {
      for (const one of [
        { mode: 1, node: SLOW, huge },
        { mode: 4, rfc: 'Off', node: SLOW, huge },
      ] as const) {
        expect(touched(one)).to.equal('stays, not recorded');
        const { state, task, vma } = setUp(one);
        for (let fault = 0; fault < 2; fault++) {
          vma.armFolio(0, 512);
          hintFault(state, task, vma, 0, false);
        }
        expect([vma.object.node[0], task.faults !== undefined]).to.deep.equal([0, true]);
      }
    });
  }
});
