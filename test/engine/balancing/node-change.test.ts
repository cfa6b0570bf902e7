import { expect } from 'chai';

import { TaskFaults } from '../../../src/engine/balancing/fault-statistics.ts';
import { onNodeChange } from '../../../src/engine/balancing/node-change.ts';
import { bootState, startOn } from '../boot.ts';

describe('REF §6.4 a task that changes node', () => {
  for (const [what, scanSeq, preferred, from, to, restarts] of [
    ['before any pass', 0, 1, 0, 1, true],
    ['away from its preferred node', 2, 0, 0, 1, true],
    ['without a preferred node', 2, -1, 0, 1, true],
    ['to its preferred node', 2, 1, 0, 1, false],
    ['between two others', 2, 2, 0, 1, false],
  ] as const) {
    it(`${what}: ${restarts ? 'scans fast again' : 'keeps its period'}`, () => {
      const state = bootState();
      const { task } = startOn(state, 0, 0);
      task.faults = new TaskFaults(2);
      task.scanSeq = scanSeq;
      task.preferredNode = preferred;
      task.scanPeriodMs = 30_000;
      onNodeChange(state, task, from, to);
      expect(task.scanPeriodMs).to.equal(restarts ? 1000 : 30_000);
    });
  }

  for (const [what, change] of [
    ['no statistics', { faults: undefined }],
    ['an end in sight', { exiting: true }],
  ] as const) {
    it(`with ${what}: keeps its period`, () => {
      const state = bootState();
      const { task } = startOn(state, 0, 0);
      Object.assign(task, { faults: new TaskFaults(2), scanPeriodMs: 30_000 }, change);
      onNodeChange(state, task, 0, 1);
      expect(task.scanPeriodMs).to.equal(30_000);
    });
  }

  it('in mode 0: keeps its period', () => {
    const state = bootState({ mode: 0 });
    const { task } = startOn(state, 0, 0);
    Object.assign(task, { faults: new TaskFaults(2), scanPeriodMs: 30_000 });
    onNodeChange(state, task, 0, 1);
    expect(task.scanPeriodMs).to.equal(30_000);
  });
});
