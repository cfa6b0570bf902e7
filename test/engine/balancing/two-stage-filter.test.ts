import { expect } from 'chai';

import { NumaGroup } from '../../../src/engine/balancing/numa-group.ts';
import { twoStageFilter } from '../../../src/engine/balancing/two-stage-filter.ts';
import type { KernelVariant } from '../../../src/engine/machine/variant.ts';
import { UNSET_CPUPID, packCpupid } from '../../../src/engine/memory/cpupid.ts';
import { MemoryObject } from '../../../src/engine/memory/memory-object.ts';
import { NO_NODE } from '../../../src/engine/units.ts';
import { bootState, machine, startOn } from '../boot.ts';

/** Decayed faults of the task's group on nodes 0 (source) and 1 (destination). */
interface GroupFaults {
  readonly cpu: readonly [source: number, destination: number];
  readonly mem: readonly [source: number, destination: number];
}

/** Task of pid 100 on CPU 5 of node 1; the folio is on node 0 (the set-up of the table). */
function filter(
  old: number,
  preferredNode: number,
  scanSeq: number,
  group?: GroupFaults,
  variant: Partial<KernelVariant> = {},
) {
  const state = bootState({ machine: machine({ nodes: 2, cpusPerNode: 4 }), variant });
  state.nextPid = 100;
  const { task } = startOn(state, 5, 0);
  task.preferredNode = preferredNode;
  task.scanSeq = scanSeq;
  if (group) {
    task.group = new NumaGroup(100, 0, 2);
    task.group.cpu.set([group.cpu[0], 0, 0, group.cpu[1]]);
    task.group.mem.set([group.mem[0], 0, 0, group.mem[1]]);
  }
  const object = new MemoryObject(1, 2, state.root);
  object.lastCpupid[0] = old;
  const verdict = twoStageFilter(state, task, object, 0, 0);
  return { ...verdict, stored: object.lastCpupid[0] };
}

describe('REF §20.4 two-stage filter', () => {
  const someone = packCpupid(6, 101);
  const cpu = (source: number, destination: number, mem: GroupFaults['mem'] = [1000, 1000]): GroupFaults => ({
    cpu: [source, destination],
    mem,
  });

  for (const [row, old, preferred, scanSeq, group, migrate, step] of [
    [1, UNSET_CPUPID, NO_NODE, 0, undefined, true, 4],
    [2, UNSET_CPUPID, 1, 9, undefined, true, 7],
    [3, packCpupid(6, 100), 1, 9, undefined, true, 6],
    [4, packCpupid(2, 100), 1, 9, undefined, false, 5],
    [5, packCpupid(2, 100), 1, 4, undefined, true, 4],
    [6, packCpupid(2, 101), NO_NODE, 0, undefined, false, 5],
    [7, someone, 1, 9, undefined, true, 7],
    [8, someone, 1, 9, cpu(100, 301), true, 8],
    [9, someone, 1, 9, cpu(100, 300), true, 9],
    [10, someone, 1, 9, cpu(100, 134), true, 9],
    [11, someone, 1, 9, cpu(100, 133), false, 9],
    [12, someone, 1, 9, cpu(100, 100, [1000, 500]), true, 9],
    [13, someone, 1, 9, cpu(100, 100, [1000, 750]), false, 9],
    [14, someone, 1, 9, cpu(100, 100, [1000, 749]), true, 9],
    [15, packCpupid(6, 356), 1, 9, cpu(100, 100), true, 6],
  ] as const) {
    it(`row ${row}: ${migrate ? 'migrates' : 'stays'} at step ${step}`, () => {
      expect(filter(old, preferred, scanSeq, group)).to.deep.equal({
        migrate,
        step,
        stored: packCpupid(5, 100),
      });
    });
  }

  it('step 5 holds in early life too when the pid is another one', () => {
    expect(filter(packCpupid(2, 101), 1, 3)).to.include({ migrate: false, step: 5 });
  });

  it('pass 5 is late: the same page that moves in pass 4 stays', () => {
    expect(filter(packCpupid(2, 100), 1, 5)).to.include({ migrate: false, step: 5 });
  });

  it('step 4 holds for late passes too while no node is preferred', () => {
    expect(filter(packCpupid(2, 100), NO_NODE, 9)).to.include({ migrate: true, step: 4 });
    expect(filter(UNSET_CPUPID, NO_NODE, 9)).to.include({ migrate: true, step: 4 });
  });

  it('step 3: without tiering, a value of slow memory that names no CPU is a stale time stamp', () => {
    const { nodes, distances } = machine({ nodes: 2 });
    const slow = { cpus: [], pages: 1000, tier: 'Slow' } as const;
    const state = bootState({
      machine: {
        nodes: [...nodes, slow],
        distances: [...distances.map((row) => [...row, 20]), [20, 20, 10]],
      },
    });
    const { task } = startOn(state, 1, 0);
    const object = new MemoryObject(1, 3, state.root);
    const fault = () => twoStageFilter(state, task, object, 0, 2);
    expect(fault()).to.deep.equal({ migrate: false, step: 3 });
    expect(object.lastCpupid[0]).to.equal(packCpupid(1, task.pid));
    expect(fault()).to.deep.equal({ migrate: true, step: 4 });
  });

  it('step 0: a node without memory takes nothing, and the folio forgets nothing', () => {
    const { nodes, distances } = machine({ nodes: 2 });
    const state = bootState({ machine: { nodes: [nodes[0]!, { cpus: [1], pages: 0 }], distances } });
    const { task } = startOn(state, 1, 0);
    const object = new MemoryObject(1, 2, state.root);
    expect(twoStageFilter(state, task, object, 0, 0)).to.deep.equal({ migrate: false, step: 0 });
    expect(object.lastCpupid[0]).to.equal(UNSET_CPUPID);
  });
});

describe('without pseudo-interleaving, as before Linux 3.15', () => {
  const old = { pseudoInterleaving: false };
  const lopsided: GroupFaults = { cpu: [1000, 0], mem: [0, 1000] };

  it("a shared page that was last touched from here moves, whatever the group's faults", () => {
    for (const last of [packCpupid(6, 101), UNSET_CPUPID]) {
      expect(filter(last, 1, 9, lopsided)).to.include({ migrate: false, step: 9 });
      expect(filter(last, 1, 9, lopsided, old)).to.include({ migrate: true, step: 5 });
    }
  });

  it('nor is it asked whether the group is mostly here', () => {
    const here: GroupFaults = { cpu: [0, 1000], mem: [1000, 0] };
    expect(filter(packCpupid(6, 101), 1, 9, here, old)).to.include({ migrate: true, step: 5 });
  });

  it('a page that was last touched from another node stays', () => {
    expect(filter(packCpupid(2, 101), 1, 9, lopsided, old)).to.include({ migrate: false, step: 5 });
  });

  it('private pages and those of tasks without a group move for the same reasons as later', () => {
    expect(filter(packCpupid(6, 100), 1, 9, lopsided, old)).to.include({ migrate: true, step: 6 });
    expect(filter(packCpupid(6, 101), 1, 9, undefined, old)).to.include({ migrate: true, step: 7 });
  });
});
