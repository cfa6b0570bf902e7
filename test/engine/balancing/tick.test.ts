import { expect } from 'chai';

import { tickNuma } from '../../../src/engine/balancing/tick.ts';
import { bootState, startOn } from '../boot.ts';
import type { StateOptions } from '../boot.ts';

const MS = 1_000_000;

function due(options: StateOptions = {}) {
  const state = bootState(options);
  const { process, task } = startOn(state, 1, 0);
  state.now = 5000 * MS;
  task.accountedExec = 1001 * MS;
  return { state, task, mm: process.mm };
}

describe('REF §6.1 the tick', () => {
  it('queues a scan once more than a period of CPU time has passed since the stamp', () => {
    const { state, task } = due();
    task.accountedExec = 1000 * MS;
    tickNuma(state, task);
    expect(task.scanQueued).to.equal(false);
    task.accountedExec = 1000 * MS + 1;
    tickNuma(state, task);
    expect(task.scanQueued).to.equal(true);
    expect(task.nodeStamp).to.equal(1000 * MS);
  });

  it('the stamp is consumed while the next scan is still to come', () => {
    const { state, task, mm } = due();
    mm.nextScan = 1251;
    tickNuma(state, task);
    expect(task.scanQueued).to.equal(false);
    expect(task.nodeStamp).to.equal(1000 * MS);
  });

  it('the first opportunity sets the start period, but advances the stamp by the old one', () => {
    const { state, task } = due();
    task.scanPeriodMs = 500;
    tickNuma(state, task);
    expect(task.scanPeriodMs).to.equal(1000);
    expect(task.nodeStamp).to.equal(500 * MS);
  });

  it('later ones leave the period alone', () => {
    const { state, task } = due();
    task.scanPeriodMs = 500;
    task.nodeStamp = 1;
    tickNuma(state, task);
    expect(task.scanPeriodMs).to.equal(500);
    expect(task.nodeStamp).to.equal(500 * MS + 1);
  });

  for (const [what, change] of [
    ['exits', { exiting: true }],
    ['has a scan queued', { scanQueued: true }],
  ] as const) {
    it(`does nothing to a task that ${what}`, () => {
      const { state, task } = due();
      Object.assign(task, change);
      tickNuma(state, task);
      expect(task.nodeStamp).to.equal(0);
    });
  }

  it('does nothing in mode 0', () => {
    const { state, task } = due({ mode: 0 });
    tickNuma(state, task);
    expect(task.nodeStamp).to.equal(0);
  });

  it('goes on while a scan is under way (§7.2)', () => {
    const { state, task } = due();
    task.walk = { execAtStart: 0 } as NonNullable<typeof task.walk>;
    tickNuma(state, task);
    expect(task.nodeStamp).to.equal(1000 * MS);
  });
});

describe('REF §17.3 a closed gate at the tick', () => {
  it('V1: the stamp stands still', () => {
    const { state, task } = due({ mode: 4 });
    tickNuma(state, task);
    expect(task).to.include({ nodeStamp: 0, scanQueued: false });
    state.root.numaLoadBalance = 1n;
    tickNuma(state, task);
    expect(task).to.include({ nodeStamp: 1000 * MS, scanQueued: true });
  });

  it('V2: the stamp advances and the work is queued', () => {
    const { state, task } = due({ mode: 4, variant: { rfc: 'V2', interleave: false } });
    tickNuma(state, task);
    expect(task).to.include({ nodeStamp: 1000 * MS, scanQueued: true });
  });
});
