import { expect } from 'chai';

import { TaskFaults } from '../../../src/engine/balancing/fault-statistics.ts';
import { NumaGroup } from '../../../src/engine/balancing/numa-group.ts';
import { recordFault } from '../../../src/engine/balancing/record-fault.ts';
import type { HandledFault } from '../../../src/engine/balancing/record-fault.ts';
import { UNSET_CPUPID, packCpupid } from '../../../src/engine/memory/cpupid.ts';
import { bootState, machine, startOn } from '../boot.ts';

const FAULT: HandledFault = {
  last: UNSET_CPUPID,
  node: 0,
  pages: 1,
  wasLocal: false,
  outcome: 'Stayed',
  writable: true,
  sharedMapping: false,
};

function recorder() {
  const state = bootState({ machine: machine({ nodes: 3 }) });
  const { task } = startOn(state, 1, 0);
  state.now = 2e9;
  const record = (fault: Partial<HandledFault> = {}): void =>
    recordFault(state, task, { ...FAULT, ...fault });
  return { state, task, record };
}

describe('REF §11.2 recording a fault', () => {
  it('the first one starts the statistics from nothing', () => {
    const { task, record } = recorder();
    Object.assign(task, { totalFaults: 9, locality: [3, 4, 5] });
    record();
    expect(task.totalFaults).to.equal(0);
    expect(task.locality).to.deep.equal([1, 0, 0]);
  });

  it('pages count in all families', () => {
    const { task, record } = recorder();
    record({ pages: 16, outcome: 'Migrated', node: 1 });
    record({ pages: 4, outcome: 'Failed', wasLocal: true });
    expect(task.pagesMigrated).to.equal(16);
    expect(task.locality).to.deep.equal([16, 4, 4]);
    expect(task.faults!.memBuffer).to.deep.equal(Float64Array.of(0, 4, 0, 16, 0, 0));
    expect(task.faults!.cpuBuffer).to.deep.equal(Float64Array.of(0, 0, 0, 20, 0, 0));
  });

  it('the placement comes before the fault is added: it belongs to the next window', () => {
    const { task, record } = recorder();
    record();
    task.mm.scanSeq = 1;
    record({ node: 2 });
    expect(task.faults!.mem).to.deep.equal(Float64Array.of(0, 1, 0, 0, 0, 0));
    expect(task.faults!.memBuffer).to.deep.equal(Float64Array.of(0, 0, 0, 0, 0, 1));
    expect(task.locality).to.deep.equal([1, 0, 0]);
  });

  it('the CPU side is credited to the node of the fault, though the task then moves away', () => {
    const { task, record } = recorder();
    task.affinity = undefined;
    task.faults = new TaskFaults(3);
    task.preferredNode = 2;
    record();
    expect(task.cpu).to.equal(2);
    expect(task.faults.cpuBuffer).to.deep.equal(Float64Array.of(0, 0, 0, 1, 0, 0));
  });

  it('no placement before the retry time has passed', () => {
    const { state, task, record } = recorder();
    task.mm.scanSeq = 1;
    task.migrateRetry = state.jiffies;
    record();
    expect(task.scanSeq).to.equal(0);
    task.migrateRetry = state.jiffies - 1;
    record();
    expect(task.scanSeq).to.equal(1);
  });

  it('a preferred node sets the retry time, one sixteenth of the period ahead', () => {
    const { state, task, record } = recorder();
    task.faults = new TaskFaults(3);
    Object.assign(task, { preferredNode: 1, scanPeriodMs: 1000 });
    record();
    // 62 ms are 15.5 ticks.
    expect(task.migrateRetry).to.equal(state.jiffies + 16);
    task.migrateRetry = 0;
    task.preferredNode = -1;
    record();
    expect(task.migrateRetry).to.equal(0);
  });

  describe('a shared remote fault of a group', () => {
    const last = packCpupid(2, 99);
    const grouped = (cpu: readonly number[], activeNodes = 2) => {
      const { task, record } = recorder();
      task.group = new NumaGroup(task.pid, 0, 3);
      task.group.members.add(task);
      cpu.forEach((faults, node) => (task.group!.cpu[2 * node] = faults));
      Object.assign(task.group, { maxFaultsCpu: Math.max(...cpu), activeNodes });
      return { task, record };
    };

    it('between two active nodes counts as local', () => {
      const { task, record } = grouped([34, 100, 0]);
      record({ last });
      expect(task.locality).to.deep.equal([0, 1, 0]);
    });

    it('is remote when a node is at or below a third of the busiest', () => {
      const { task, record } = grouped([33, 99, 0]);
      record({ last });
      expect(task.locality).to.deep.equal([1, 0, 0]);
    });

    it('is remote when the task runs on an inactive node', () => {
      const { task, record } = grouped([100, 33, 0]);
      record({ last });
      expect(task.locality).to.deep.equal([1, 0, 0]);
    });

    it('is remote when the group has one active node', () => {
      const { task, record } = grouped([34, 100, 0], 1);
      record({ last });
      expect(task.locality).to.deep.equal([1, 0, 0]);
    });

    it('is remote when it is private', () => {
      const { task, record } = grouped([34, 100, 0]);
      record();
      expect(task.locality).to.deep.equal([1, 0, 0]);
    });
  });
});
