import { expect } from 'chai';

import { hintFault } from '../../../src/engine/balancing/hint-fault.ts';
import { markPages } from '../../../src/engine/balancing/mark.ts';
import { makeCgroup } from '../../../src/engine/cgroup-tree.ts';
import { counterValues } from '../../../src/engine/counters.ts';
import { packCpupid } from '../../../src/engine/memory/cpupid.ts';
import { forkProcess } from '../../../src/engine/fork.ts';
import { ANONYMOUS } from '../../../src/engine/memory/vma.ts';
import { NO_NODE } from '../../../src/engine/units.ts';
import { bootState, region, start, startOn, sweep, thread } from '../boot.ts';
import type { StateOptions } from '../boot.ts';

/** A task on node 1 with two huge pages on node 0, marked by itself, in a memory cgroup of its own. */
function hugeHeap(options: StateOptions = {}) {
  const state = bootState(options);
  state.root.subtreeControl.add('memory');
  const group = makeCgroup(state, '/g');
  const process = start(
    state,
    {
      regions: [region('heap', 4, { firstTouchNode: 0, hugePages: true })],
      threads: [thread({ affinity: [1], accesses: [sweep('heap')] })],
    },
    group,
  );
  const vma = process.mm.vmas[0]!;
  const task = process.tasks[0]!;
  state.now = 2e9;
  markPages(state, task, vma, 0, vma.pages);
  const fault = (page: number, write = false): number => hintFault(state, task, vma, page, write);
  return { state, group, task, vma, fault, events: () => counterValues(state.events) };
}

describe('REF §8, §10 a fault on a huge page', () => {
  it('counts 1, moves 512 pages, unmarks all of them and records 512', () => {
    const { state, group, task, vma, fault, events } = hugeHeap();
    fault(700);
    expect(events()).to.include({
      numa_hint_faults: 1,
      numa_hint_faults_local: 0,
      numa_pages_migrated: 512,
      pgmigrate_success: 512,
      pgmigrate_fail: 0,
      thp_migration_success: 1,
      thp_migration_fail: 0,
    });
    expect(counterValues(group.events)).to.include({ numa_hint_faults: 1, numa_pages_migrated: 512 });
    expect([vma.armed.count, vma.armed.has(511), vma.armed.has(512)]).to.deep.equal([512, true, false]);
    expect([...vma.object.residentPerNode]).to.deep.equal([512, 512]);
    expect([...vma.object.node.subarray(510, 514)]).to.deep.equal([0, 0, 1, 1]);
    expect(task.faults!.memBuffer).to.deep.equal(Float64Array.of(0, 0, 0, 512));
    expect(task.locality).to.deep.equal([512, 0, 0]);
    expect(task.pagesMigrated).to.equal(512);
    expect(state.memory.stat[1]).to.include({ numaHit: 1, localNode: 1 });
  });

  it('takes room on the target, gives it back at the source, and charges nobody', () => {
    const { state, group, fault } = hugeHeap();
    const free = [...state.memory.free];
    fault(0);
    expect([...state.memory.free]).to.deep.equal([free[0]! + 512, free[1]! - 512]);
    expect(group.chargedPages).to.equal(1024);
  });

  it('keeps who touched it last for the whole folio, written or not: it does not come back write-protected', () => {
    for (const write of [false, true]) {
      const { task, vma, fault } = hugeHeap();
      fault(700, write);
      expect(vma.object.lastCpupid[512]).to.equal(packCpupid(1, task.pid));
    }
  });

  it('costs a fault and the move of a huge page', () => {
    const { state, fault } = hugeHeap();
    expect(fault(5)).to.equal(state.costs.hintFaultNs + state.costs.migrateHugePageNs);
  });

  it('on the local node counts one local fault and 512 local pages', () => {
    const { task, fault, vma, events } = hugeHeap();
    fault(0);
    vma.armFolio(0, 512);
    fault(3);
    expect(events()).to.include({ numa_hint_faults: 2, numa_hint_faults_local: 1, numa_pages_migrated: 512 });
    expect(task.locality).to.deep.equal([512, 512, 0]);
  });

  describe('that cannot move', () => {
    const stays = (one: ReturnType<typeof hugeHeap>): void => {
      one.fault(0);
      expect([...one.vma.object.residentPerNode]).to.deep.equal([1024, 0]);
      expect(one.vma.armed.count).to.equal(512);
      expect(one.task.locality).to.deep.equal([512, 0, 512]);
      expect(one.task.faults!.memBuffer).to.deep.equal(Float64Array.of(0, 512, 0, 0));
    };

    it('stays whole on a target without room above its high watermark; nothing is counted', () => {
      const one = hugeHeap();
      one.state.memory.free[1] = one.state.memory.marks[1]!.high + 512;
      stays(one);
      expect(one.events()).to.include({ pgmigrate_fail: 0, thp_migration_fail: 0 });
    });

    it('moves while one page more is free, and then no more', () => {
      const one = hugeHeap();
      one.state.memory.free[1] = one.state.memory.marks[1]!.high + 513;
      one.fault(0);
      one.fault(512);
      expect([...one.vma.object.residentPerNode]).to.deep.equal([512, 512]);
      expect(one.task.locality).to.deep.equal([1024, 0, 512]);
    });

    it('stays whole where no 2 MiB block can be had: 512 pages and one huge page failed', () => {
      const one = hugeHeap();
      one.state.memory.allocate = () => NO_NODE;
      stays(one);
      expect(one.events()).to.include({
        pgmigrate_fail: 512,
        thp_migration_fail: 1,
        pgmigrate_success: 0,
        thp_migration_success: 0,
      });
    });
  });
});

describe('REF §10.1 row 1 program text that several address spaces map', () => {
  const flags = { ...ANONYMOUS, file: true, executable: true };
  for (const [what, forked, options, moves] of [
    ['stays', true, {}, false],
    ['moves if one address space maps it', false, {}, true],
    ['moves if it is no file', true, { file: false }, true],
    ['moves if it cannot be executed', true, { executable: false }, true],
  ] as const) {
    it(what, () => {
      const state = bootState();
      const { process, task, vma } = startOn(state, 1, 0, { flags: { ...flags, ...options } });
      state.lruBatches.drain();
      vma.arm(3);
      if (forked) forkProcess(state, process, task);
      hintFault(state, task, vma, 3, false);
      expect(counterValues(state.events)).to.include({
        numa_pages_migrated: moves ? 1 : 0,
        pgmigrate_fail: 0,
      });
      expect(task.locality[2]).to.equal(moves ? 0 : 1);
    });
  }
});
