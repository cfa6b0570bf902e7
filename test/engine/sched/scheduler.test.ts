import { expect } from 'chai';

import { TaskFaults } from '../../../src/engine/balancing/fault-statistics.ts';
import type { Kernel } from '../../../src/engine/kernel.ts';
import type { ThreadSpec } from '../../../src/engine/process.ts';
import { assignCpu } from '../../../src/engine/sched/assign-cpu.ts';
import {
  CGROUPS,
  SECOND,
  TWO_NODES,
  boot,
  bootState,
  machine,
  mkdir,
  pidOf,
  processSpec,
  region,
  runTicks,
  start,
  startOn,
  sweep,
  thread,
} from '../boot.ts';

const MS = 1_000_000;

function spawn(kernel: Kernel, cgroup: string, ...threads: readonly Partial<ThreadSpec>[]): number {
  return pidOf(kernel.spawn(processSpec({ cgroup, threads: threads.map((options) => thread(options)) })));
}

/** CPU time of a process in ms. */
function runtime(kernel: Kernel, pid: number): number {
  const { threads } = kernel.processes().find((process) => process.pid === pid)!;
  return threads.reduce((sum, { usage }) => sum + usage.runtimeNs, 0) / MS;
}

describe('CPU time', () => {
  it('a busy thread alone has its CPU to itself', () => {
    const kernel = boot();
    const pid = spawn(kernel, '/', {});
    kernel.run(SECOND);
    expect(runtime(kernel, pid)).to.equal(1000);
  });

  for (const hz of [100, 250, 300, 1000]) {
    it(`at ${hz} Hz too, with balancing at work`, () => {
      const kernel = boot({ hz });
      const pid = pidOf(
        kernel.spawn(
          processSpec({
            regions: [region('heap', 8, { firstTouchNode: 0 })],
            threads: [thread({ affinity: [1], accesses: [sweep('heap', { touchesPerSecond: 5000 })] })],
          }),
        ),
      );
      kernel.run(6 * SECOND);
      expect(kernel.counters().numa_pages_migrated).to.be.greaterThan(2000);
      expect(kernel.now % kernel.tickNs).to.equal(0);
      expect(runtime(kernel, pid)).to.be.closeTo(6000, 12);
    });
  }

  it('a thread that is awake for part of each 10 ms runs that part', () => {
    for (const dutyPercent of [1, 25, 60]) {
      const kernel = boot();
      const pid = spawn(kernel, '/', { dutyPercent, dutyPhaseNs: 3 * MS });
      kernel.run(10 * SECOND);
      expect(runtime(kernel, pid)).to.be.closeTo(100 * dutyPercent, dutyPercent / 5);
    }
  });

  it('equal threads share a CPU equally', () => {
    const kernel = boot();
    const pids = [1, 2, 3].map(() => spawn(kernel, '/', { affinity: [0] }));
    kernel.run(3 * SECOND);
    for (const pid of pids) expect(runtime(kernel, pid)).to.be.closeTo(1000, 10);
  });

  it('threads in excess spread over the CPUs of the machine', () => {
    const kernel = boot({ machine: machine({ nodes: 2, cpusPerNode: 2 }) });
    const pids = [1, 2, 3, 4].map(() => spawn(kernel, '/', {}));
    kernel.run(2 * SECOND);
    for (const pid of pids) expect(runtime(kernel, pid)).to.be.closeTo(2000, 40);
  });
});

describe('cpu.weight', () => {
  it('groups share a CPU by weight, whatever their number of threads', () => {
    const kernel = boot();
    mkdir(kernel, '/a');
    mkdir(kernel, '/b');
    kernel.write(`${CGROUPS}/a/cpu.weight`, '300');
    const [a, b] = [
      spawn(kernel, '/a', { affinity: [0] }),
      spawn(kernel, '/b', { affinity: [0] }, { affinity: [0] }),
    ];
    kernel.run(4 * SECOND);
    expect(runtime(kernel, a)).to.be.closeTo(3000, 40);
    expect(runtime(kernel, b)).to.be.closeTo(1000, 40);
  });

  it('shares multiply down the tree', () => {
    const kernel = boot();
    for (const path of ['/a', '/a/x', '/a/y', '/b']) mkdir(kernel, path);
    kernel.write(`${CGROUPS}/a/x/cpu.weight`, '900');
    const pids = ['/a/x', '/a/y', '/b'].map((path) => spawn(kernel, path, { affinity: [0] }));
    kernel.run(10 * SECOND);
    const shares = pids.map((pid) => runtime(kernel, pid) / 10_000);
    expect(shares[0]).to.be.closeTo(0.45, 0.01);
    expect(shares[1]).to.be.closeTo(0.05, 0.01);
    expect(shares[2]).to.be.closeTo(0.5, 0.01);
  });

  it('a group alone is not held back', () => {
    const kernel = boot();
    mkdir(kernel, '/a');
    kernel.write(`${CGROUPS}/a/cpu.weight`, '1');
    const pid = spawn(kernel, '/a', {});
    kernel.run(SECOND);
    expect(runtime(kernel, pid)).to.equal(1000);
  });
});

describe('cpu.max', () => {
  for (const [quota, expected] of [
    ['20000 100000', 200],
    ['50000', 500],
    ['150000 100000', 1000],
    ['1000 5000', 200],
    ['1000 2000', 500],
    ['3000 7000', 428.6],
    ['max', 1000],
  ] as const) {
    it(`${quota} leaves one thread ${expected} ms a second`, () => {
      const kernel = boot();
      mkdir(kernel, '/a');
      kernel.write(`${CGROUPS}/a/cpu.max`, quota);
      const pid = spawn(kernel, '/a', {});
      kernel.run(10 * SECOND);
      expect(runtime(kernel, pid) / 10).to.be.closeTo(expected, 0.02 * expected);
    });
  }

  it('is one budget for all threads of a group and what is below it', () => {
    const kernel = boot();
    for (const path of ['/a/x', '/a/y']) mkdir(kernel, path);
    kernel.write(`${CGROUPS}/a/cpu.max`, '60000 100000');
    const pids = ['/a/x', '/a/y'].map((path) => spawn(kernel, path, {}));
    kernel.run(4 * SECOND);
    expect(pids.reduce((sum, pid) => sum + runtime(kernel, pid), 0)).to.be.closeTo(2400, 100);
  });
});

describe('affinity and cpuset.cpus', () => {
  const cpuOf = (kernel: Kernel, pid: number): number =>
    kernel.processes().find((process) => process.pid === pid)!.threads[0]!.cpu;

  it('a thread runs where its mask and its cgroup’s cpuset meet', () => {
    const kernel = boot({ machine: machine({ nodes: 2, cpusPerNode: 2 }) });
    mkdir(kernel, '/a/b');
    kernel.write(`${CGROUPS}/a/cpuset.cpus`, '2-3');
    expect(cpuOf(kernel, spawn(kernel, '/a/b', { affinity: [0, 3] }))).to.equal(3);
    expect(
      cpuOf(kernel, spawn(kernel, '/a/b', { affinity: [0] })),
      'nothing in common: the cpuset',
    ).to.be.oneOf([2, 3]);
  });

  it('a child’s cpuset counts as far as the parent has its CPUs', () => {
    const kernel = boot({ machine: machine({ nodes: 2, cpusPerNode: 2 }) });
    mkdir(kernel, '/a/b');
    kernel.write(`${CGROUPS}/a/cpuset.cpus`, '2-3');
    kernel.write(`${CGROUPS}/a/b/cpuset.cpus`, '1-2');
    expect(cpuOf(kernel, spawn(kernel, '/a/b', {}))).to.equal(2);
    kernel.write(`${CGROUPS}/a/b/cpuset.cpus`, '0');
    expect(cpuOf(kernel, spawn(kernel, '/a/b', {}))).to.be.oneOf([2, 3]);
  });

  it('a change moves running threads at once, and counts as no NUMA migration', () => {
    const kernel = boot();
    mkdir(kernel, '/a');
    const pid = spawn(kernel, '/a', {});
    for (const cpu of [1, 0, 1]) {
      kernel.write(`${CGROUPS}/a/cpuset.cpus`, String(cpu));
      expect(cpuOf(kernel, pid)).to.equal(cpu);
    }
    expect(kernel.counters().numa_task_migrated).to.equal(0);
  });
});

describe('REF §6.4 a task that gets a CPU on another node', () => {
  it('scans fast again when it is pulled away from its preferred node', () => {
    const state = bootState();
    const { task } = startOn(state, 0, 0);
    Object.assign(task, { faults: new TaskFaults(2), preferredNode: 0, scanSeq: 3, scanPeriodMs: 8000 });
    task.affinity = undefined;
    assignCpu(state, task, 1);
    expect(task).to.include({ cpu: 1, scanPeriodMs: 1000 });
    task.scanPeriodMs = 8000;
    assignCpu(state, task, 0);
    expect(task.scanPeriodMs, 'back home').to.equal(8000);
  });
});

describe('REF §6.1 scans need CPU time', () => {
  it('a thread that sleeps does not scan; one at 25 % scans after four times the time', () => {
    const firstScan = (dutyPercent: number): number => {
      const state = bootState({ machine: TWO_NODES });
      start(state, {
        regions: [region('heap', 4, { firstTouchNode: 0 })],
        threads: [thread({ affinity: [1], dutyPercent })],
      });
      for (let ticks = 0; ticks < 3000; ticks += 25) {
        runTicks(state, 25);
        if (state.events[0]! > 0) return ticks / 250;
      }
      return Infinity;
    };
    expect(firstScan(100)).to.be.within(1.9, 2.2);
    expect(firstScan(25)).to.be.within(7.5, 8.5);
    expect(firstScan(1)).to.equal(Infinity);
  });
});

describe('a task that is moved by one of its faults', () => {
  it('never runs for longer than time has passed', () => {
    const state = bootState({ machine: machine({ nodes: 2, cpusPerNode: 2 }) });
    const { task } = startOn(state, 0, 1);
    task.affinity = undefined;
    for (let i = 0; i < 3000; i++) {
      runTicks(state, 1);
      expect(task.sumExec).to.be.at.most(state.now + MS);
    }
  });
});
