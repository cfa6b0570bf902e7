import { expect } from 'chai';

import { TaskFaults } from '../../../src/engine/balancing/fault-statistics.ts';
import { NumaGroup } from '../../../src/engine/balancing/numa-group.ts';
import { placement, runtimeWeight } from '../../../src/engine/balancing/placement.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import type { KernelState } from '../../../src/engine/state.ts';
import { NO_NODE } from '../../../src/engine/units.ts';
import { bootState, startOn } from '../boot.ts';
import type { StateOptions } from '../boot.ts';

/** Index of node 0's private faults. */
const CELL = 1;

function placed(options: StateOptions = {}): { readonly state: KernelState; readonly task: Task } {
  const state = bootState(options);
  const { task } = startOn(state, 0, 0);
  task.faults = new TaskFaults(state.topology.nodeCount);
  return { state, task };
}

/** A window of run time, wall time and faults in one cell, and the placement that ends it. */
function window(
  { state, task }: { readonly state: KernelState; readonly task: Task },
  options: { mem?: number; cpu?: number; total?: number; runtime?: number; period?: number },
): void {
  const { mem = 0, cpu = 0, runtime = 1e9, period = 1e9 } = options;
  task.lastPlacement = 1e9;
  task.lastSumExec = 0;
  task.execStart = 1e9 + period;
  task.accountedExec = runtime;
  task.faults!.memBuffer[CELL] = mem;
  task.faults!.cpuBuffer[CELL] = cpu;
  task.locality[1] = options.total ?? cpu;
  task.mm.scanSeq++;
  placement(state, task);
}

describe('REF §20.3 decay', () => {
  it('1000 faults per window converge to 2000, and drain to 1', () => {
    const one = placed();
    const values = [];
    for (let i = 0; i < 12; i++) {
      window(one, { mem: 1000 });
      values.push(one.task.faults!.mem[CELL]);
    }
    expect(values).to.deep.equal([1000, 1500, 1750, 1875, 1938, 1969, 1985, 1993, 1997, 1999, 2000, 2000]);
    const drained = [];
    for (let i = 0; i < 13; i++) {
      window(one, {});
      drained.push(one.task.faults!.mem[CELL]);
    }
    expect(drained).to.deep.equal([1000, 500, 250, 125, 63, 32, 16, 8, 4, 2, 1, 1, 1]);
    expect(one.task.totalFaults).to.equal(1);
  });

  for (const [runtime, period, cpu, total, weight, faults] of [
    [1e9, 1e9, 1000, 1000, 65_535, 65_469],
    [5e8, 1e9, 1000, 1000, 32_767, 32_734],
    [1e8, 1e9, 250, 1000, 6553, 1636],
    [1e9, 1e9, 0, 0, 65_535, 0],
  ] as const) {
    it(`CPU time ${runtime} of ${period} ns, ${cpu} of ${total} faults: ${faults}`, () => {
      expect(runtimeWeight(runtime, period)).to.equal(weight);
      const one = placed();
      window(one, { cpu, total, runtime, period });
      expect(one.task.faults!.cpu[CELL]).to.equal(faults);
    });
  }

  it('the weight is exact where a double is not: 200 s of run time', () => {
    expect(runtimeWeight(200_000_000_001, 200_000_000_000)).to.equal(65_536);
  });

  it('a CPU cell with the same faults in every window', () => {
    const one = placed();
    const values = [];
    for (let i = 0; i < 6; i++) {
      window(one, { cpu: 1000, total: 1000 });
      values.push(one.task.faults!.cpu[CELL]);
    }
    expect(values).to.deep.equal([65_469, 98_204, 114_571, 122_755, 126_847, 128_893]);
  });

  it('the first placement takes the load sum at the share the task runs', () => {
    const { state, task } = placed();
    task.dutyPercent = 50;
    task.faults!.cpuBuffer[CELL] = 99;
    task.locality[1] = 99;
    task.mm.scanSeq++;
    placement(state, task);
    // trunc(23871 · 65536 / 47743) = 32767, of which 99 parts in 100.
    expect(task.faults!.cpu[CELL]).to.equal(32_439);
  });

  it('time that seems to go backwards counts as none', () => {
    const one = placed();
    window(one, { cpu: 1, total: 1, runtime: 3, period: -5 });
    expect(one.task.faults!.cpu[CELL]).to.equal(Math.trunc((3 * 65_536) / 2));
  });

  it("a group's sums follow those of its member", () => {
    const one = placed();
    const { task } = one;
    task.group = new NumaGroup(task.pid, 0, 2);
    task.group.members.add(task);
    window(one, { mem: 1000, cpu: 1000 });
    window(one, { mem: 10, cpu: 3 });
    expect(task.group.mem).to.deep.equal(task.faults!.mem);
    expect(task.group.cpu).to.deep.equal(task.faults!.cpu);
    expect(task.group.totalFaults).to.equal(task.totalFaults).and.to.equal(510);
  });
});

describe('REF §12.1 when a placement happens', () => {
  it('only once per pass', () => {
    const one = placed();
    window(one, { mem: 1000 });
    one.task.faults!.memBuffer[CELL] = 77;
    placement(one.state, one.task);
    expect(one.task.faults!.memBuffer[CELL]).to.equal(77);
    expect(one.task.faults!.mem[CELL]).to.equal(1000);
  });

  it('caches the longest period before it adapts', () => {
    const one = placed();
    one.state.tunables.scanPeriodMaxMs = 1500;
    one.task.scanPeriodMs = 1000;
    window(one, {});
    expect(one.task.scanPeriodMaxMs).to.equal(1500);
    expect(one.task.scanPeriodMs).to.equal(1500);
  });
});

describe('REF §12.3 preferred node', () => {
  it('is the node with most memory faults', () => {
    const { state, task } = placed();
    task.faults!.memBuffer.set([0, 10, 6, 5]);
    task.mm.scanSeq++;
    placement(state, task);
    expect(task.preferredNode).to.equal(1);
  });

  it('is the lowest of equals', () => {
    const { state, task } = placed();
    task.faults!.memBuffer.set([0, 10, 0, 10]);
    task.mm.scanSeq++;
    placement(state, task);
    expect(task.preferredNode).to.equal(0);
  });

  it('stays what it was while there are no faults at all', () => {
    const { state, task } = placed();
    expect(task.preferredNode).to.equal(NO_NODE);
    task.preferredNode = 1;
    task.mm.scanSeq++;
    placement(state, task);
    expect(task.preferredNode).to.equal(1);
  });

  it('follows the group where there is one, not the task', () => {
    const { state, task } = placed();
    task.group = new NumaGroup(task.pid, 0, 2);
    task.group.members.add(task);
    task.group.mem.set([0, 0, 500, 0]);
    task.faults!.memBuffer.set([0, 100, 0, 0]);
    task.mm.scanSeq++;
    placement(state, task);
    expect(task.preferredNode).to.equal(1);
  });

  it('recounts the active nodes of a group even when it has no memory faults (§13.3)', () => {
    const { state, task } = placed();
    task.group = new NumaGroup(task.pid, 0, 2);
    task.group.members.add(task);
    task.group.maxFaultsCpu = 99;
    task.group.cpu.set([9, 0, 0, 4]);
    task.faults!.cpu.set([9, 0, 0, 4]);
    task.mm.scanSeq++;
    placement(state, task);
    // 9 − 4 and 4 − 2 are left: 3 · 2 > 5.
    expect(task.group.maxFaultsCpu).to.equal(5);
    expect(task.group.activeNodes).to.equal(2);
  });
});

describe('REF §12.4 what the adaptation does besides the period', () => {
  it('the slow branch postpones the next scan of the address space and clears the window', () => {
    const one = placed();
    one.state.now = 5e9;
    one.task.scanPeriodMs = 1000;
    one.task.locality[0] = 4;
    window(one, { mem: 4 });
    expect(one.task.scanPeriodMs).to.equal(2000);
    expect(one.task.mm.nextScan).to.equal(1250 + 500);
    expect(one.task.locality).to.deep.equal([0, 0, 0]);
  });

  it('a fast branch leaves the next scan alone', () => {
    const one = placed();
    one.task.scanPeriodMs = 1000;
    one.task.mm.nextScan = 42;
    window(one, { mem: 4, total: 4 });
    expect(one.task.scanPeriodMs).to.equal(1300);
    expect(one.task.mm.nextScan).to.equal(42);
    expect(one.task.locality).to.deep.equal([0, 0, 0]);
  });

  it('a fast branch stops at the maximum that the decayed group has now', () => {
    const one = placed();
    const { task } = one;
    task.group = new NumaGroup(task.pid, 0, 2);
    task.group.members.add(task).add({ pid: 99 } as Task);
    task.group.mem.set([1000, 0, 0, 0]);
    task.faults!.mem.set([1000, 0, 0, 0]);
    task.scanPeriodMs = 59_000;
    window(one, { mem: 1000, total: 1000 });
    expect(task.scanPeriodMaxMs).to.equal(120_000);
    // 500 shared of 1500 faults are left, a third: no more than a task alone has.
    expect(task.scanPeriodMs).to.equal(60_000);
  });

  it('with sticky failures one failed page slows down every later window', () => {
    const one = placed({ variant: { stickyMigrationFailure: true } });
    one.task.scanPeriodMs = 1000;
    one.task.locality[2] = 1;
    for (const period of [2000, 4000, 8000]) {
      window(one, { mem: 100, total: 100 });
      expect(one.task.scanPeriodMs).to.equal(period);
      expect(one.task.locality[2]).to.equal(1);
    }
  });

  it('without them only its own', () => {
    const one = placed();
    one.task.scanPeriodMs = 1000;
    one.task.locality[2] = 1;
    window(one, { mem: 100, total: 100 });
    expect(one.task.scanPeriodMs).to.equal(2000);
    window(one, { mem: 100, total: 100 });
    expect(one.task.scanPeriodMs).to.equal(2600);
  });
});
