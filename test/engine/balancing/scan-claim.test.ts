import { expect } from 'chai';

import { beginScan, continueScan } from '../../../src/engine/balancing/scan.ts';
import { makeCgroup } from '../../../src/engine/cgroup-tree.ts';
import { bootState, groupOf, machine, startOn } from '../boot.ts';

describe('REF §6.2 claiming the scan', () => {
  const ready = (options: Parameters<typeof bootState>[0] = {}) => {
    const state = bootState(options);
    const { process, task } = startOn(state, 1, 0, { threads: 2 });
    state.now = 2e9;
    task.scanQueued = true;
    return { state, process, task, mm: process.mm };
  };

  it('the first attempt only sets the time of the first scan', () => {
    const { state, task, mm } = ready();
    mm.nextScan = 0;
    beginScan(state, task);
    expect(task.walk).to.equal(undefined);
    expect(mm.nextScan).to.equal(500 + 250);
  });

  it("before the time nothing happens; at the time the winner's own period sets the next", () => {
    const { state, task, mm } = ready();
    mm.nextScan = 501;
    beginScan(state, task);
    expect(task.walk).to.equal(undefined);
    mm.nextScan = 500;
    task.scanPeriodMs = 300;
    const stamp = task.nodeStamp;
    beginScan(state, task);
    expect(task.walk).not.to.equal(undefined);
    expect(mm.nextScan).to.equal(575);
    expect(task.nodeStamp).to.equal(stamp + 8_000_000);
  });

  it('a period of 0, as from a scan delay of 0, is replaced by the start period first', () => {
    const { state, task, mm } = ready({ tunables: { scanDelayMs: 0 } });
    expect(task.scanPeriodMs).to.equal(0);
    mm.nextScan = 1;
    beginScan(state, task);
    expect(task).to.include({ scanPeriodMs: 1000, scanPeriodMaxMs: 60_000 });
    expect(mm.nextScan).to.equal(500 + 250);
  });

  it('the losers of an interval do not scan', () => {
    const { state, process, task } = ready();
    process.mm.nextScan = 1;
    beginScan(state, task);
    beginScan(state, process.tasks[1]!);
    expect(process.tasks[1]!.walk).to.equal(undefined);
  });

  it('a scan in progress is not restarted by the next interval', () => {
    const { state, task, mm } = ready();
    mm.nextScan = 1;
    beginScan(state, task);
    const walk = task.walk!;
    continueScan(state, task, walk, 1);
    state.now += 2e9;
    task.scanQueued = true;
    beginScan(state, task);
    expect(task.walk).to.equal(walk);
    expect(task.scanQueued).to.equal(true);
  });

  it('a task with one allowed memory node never scans, in kernels that skip it', () => {
    for (const [singleNodeCpusetSkip, scans] of [
      [true, false],
      [false, true],
    ] as const) {
      const { state, task, mm } = ready({ variant: { singleNodeCpusetSkip } });
      makeCgroup(state, '/pinned').mems = [0];
      task.cgroup = groupOf(state, '/pinned');
      mm.nextScan = 1;
      beginScan(state, task);
      expect(task.walk !== undefined).to.equal(scans);
    }
  });

  it('the same where the machine has only one node with memory', () => {
    const { nodes, distances } = machine({ nodes: 2 });
    const { state, task, mm } = ready({
      machine: { nodes: [nodes[0]!, { cpus: [1], pages: 0 }], distances },
    });
    mm.nextScan = 1;
    beginScan(state, task);
    expect(task.walk).to.equal(undefined);
  });

  it('V2 asks its gate before the next scan time is touched', () => {
    const { state, task, mm } = ready({ mode: 4, variant: { rfc: 'V2', interleave: false } });
    mm.nextScan = 7;
    beginScan(state, task);
    expect(mm.nextScan).to.equal(7);
    expect(task.walk).to.equal(undefined);
    state.root.numaLoadBalance = 1n;
    beginScan(state, task);
    expect(task.walk).not.to.equal(undefined);
  });
});
