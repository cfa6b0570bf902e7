import { expect } from 'chai';
import fc from 'fast-check';

import { digest } from '../../src/engine/digest.ts';
import type { Kernel } from '../../src/engine/kernel.ts';
import { NUMA_BALANCING } from '../../src/engine/kernel.ts';
import type { MemoryFigures } from '../../src/engine/machine/memory-system.ts';
import { packCpupid } from '../../src/engine/memory/cpupid.ts';
import { bindRange, unmapRange } from '../../src/engine/memory/change-range.ts';
import type { Process } from '../../src/engine/process.ts';
import type { Vma } from '../../src/engine/memory/vma.ts';
import type { Task } from '../../src/engine/sched/task.ts';
import type { KernelState } from '../../src/engine/state.ts';
import {
  CGROUPS,
  SECOND,
  boot,
  bootState,
  machine,
  mkdir,
  priced,
  processSpec,
  region,
  startOn,
  sweep,
  thread,
} from './boot.ts';

/** A busy little machine: crosswise memory, random access, throttling, a gate. */
function busy(seed = 1, group = '/a'): Kernel {
  const kernel = boot({ machine: machine({ nodes: 2, cpusPerNode: 2 }), seed, mode: 4 });
  mkdir(kernel, group);
  kernel.write(`${CGROUPS}${group}/cpu.numa_load_balance`, '1');
  kernel.write(`${CGROUPS}${group}/cpu.max`, '150000 100000');
  const patterns = ['Uniform', 'Zipf', 'Sequential'] as const;
  patterns.forEach((pattern, index) => {
    kernel.spawn(
      processSpec({
        comm: pattern,
        cgroup: group,
        regions: [region('heap', 4, { firstTouchNode: index % 2 })],
        threads: [
          thread({ accesses: [sweep('heap', { pattern, writePercent: 50, touchesPerSecond: 3000 })] }),
          thread({ accesses: [sweep('heap', { pattern, backlogNs: 50_000_000 })], dutyPercent: 40 }),
        ],
      }),
    );
  });
  return kernel;
}

/** Two programs with fixed work, several times, on memory that they ask more of than it has. */
function loaded(figures: Partial<MemoryFigures> = {}): Kernel {
  const curve = { linearPermille: 490, queuePermille: 10, maxPermille: 3450 };
  const spec = priced(machine({ nodes: 2, cpusPerNode: 2 }), {
    nodeBandwidthMBps: 200,
    linkBandwidthMBps: 100,
    loadedLatency: curve,
    ...figures,
  });
  const kernel = boot({ machine: spec, tunables: { scanDelayMs: 20, scanPeriodMinMs: 20 } });
  for (const [index, pattern] of (['Sequential', 'Zipf'] as const).entries()) {
    const access = { pattern, touchesPerSecond: 100_000, linesPerTouch: 64, memoryLevelParallelism: 64 };
    kernel.spawn(
      processSpec({
        comm: pattern,
        regions: [region('heap', 4, { firstTouchNode: index })],
        threads: [0, 1].map((cpu) =>
          thread({
            affinity: [cpu, cpu + 2],
            accesses: [sweep('heap', { ...access, touches: 5000, writePercent: 50 })],
            startupSystemNs: 10_000_000,
          }),
        ),
        runs: 4,
      }),
    );
  }
  return kernel;
}

/** A file a program writes in the middle of a run. */
const toggle = (kernel: Kernel, mode: number): void => kernel.write(NUMA_BALANCING, String(mode));

describe('determinism', () => {
  it('two runs are the same, to the last page', () => {
    const [a, b] = [busy(), busy()];
    a.run(5 * SECOND);
    b.run(5 * SECOND);
    expect(a.counters().numa_pages_migrated).to.be.greaterThan(1000);
    expect(a.digest()).to.equal(b.digest());
    expect(a.read('/proc/vmstat')).to.equal(b.read('/proc/vmstat'));
  });

  it('the name of a cgroup changes nothing, where a task is in the tree does', () => {
    const [named, renamed] = [busy(1, '/a'), busy(1, '/pod3f2a.slice')];
    for (const run of [named, renamed]) run.run(SECOND);
    expect(renamed.digest()).to.equal(named.digest());
    const inGroup = (group: string): string => {
      const kernel = boot();
      for (const each of ['/a', '/b']) mkdir(kernel, each);
      kernel.spawn(processSpec({ cgroup: group, regions: [], threads: [thread({ accesses: [] })] }));
      return kernel.digest();
    };
    expect(inGroup('/a')).not.to.equal(inGroup('/b'));
  });

  it('another seed gives another run', () => {
    const [a, b] = [busy(1), busy(2)];
    a.run(5 * SECOND);
    b.run(5 * SECOND);
    expect(a.digest()).not.to.equal(b.digest());
  });

  it('how a run is cut into calls changes nothing', () => {
    const end = 4 * SECOND;
    const whole = busy();
    whole.run(end / 2);
    toggle(whole, 1);
    whole.run(end);
    fc.assert(
      fc.property(fc.array(fc.nat(end), { maxLength: 8 }), (cuts) => {
        const pieces = busy();
        const [before, after] = [cuts.filter((cut) => cut < end / 2), cuts.filter((cut) => cut >= end / 2)];
        for (const cut of before.sort((a, b) => a - b)) pieces.run(cut);
        pieces.run(end / 2);
        toggle(pieces, 1);
        for (const cut of after.sort((a, b) => a - b)) pieces.run(cut);
        pieces.run(end);
        expect(pieces.digest()).to.equal(whole.digest());
      }),
      { numRuns: 15 },
    );
  });

  it('nor where accesses have a price, memory is short of bandwidth and work comes to an end', () => {
    const end = 2 * SECOND;
    const whole = loaded();
    whole.run(end);
    expect(whole.jobs().map(({ runsDone }) => runsDone > 0)).to.deep.equal([true, true]);
    fc.assert(
      fc.property(fc.array(fc.nat(end), { maxLength: 8 }), (cuts) => {
        const pieces = loaded();
        for (const cut of cuts.sort((a, b) => a - b)) pieces.run(cut);
        pieces.run(end);
        expect(pieces.digest()).to.equal(whole.digest());
        expect(pieces.jobs()).to.deep.equal(whole.jobs());
      }),
      { numRuns: 10 },
    );
  });

  it('the price of accesses makes a difference', () => {
    const [loadedRun, free] = [loaded(), loaded({ nodeBandwidthMBps: 100_000 })];
    for (const run of [loadedRun, free]) run.run(SECOND);
    expect(loadedRun.digest()).not.to.equal(free.digest());
  });

  it('reading changes nothing', () => {
    const [a, b] = [busy(), busy()];
    for (let second = 1; second <= 4; second++) {
      a.run(second * SECOND);
      b.run(second * SECOND);
      for (const path of ['/proc/vmstat', '/proc/1/sched', '/proc/1/numa_maps', `${CGROUPS}/a/memory.stat`])
        b.read(path);
      b.digest();
      b.processes();
      b.nodes();
    }
    expect(a.digest()).to.equal(b.digest());
  });

  it('run stops at whole ticks', () => {
    const kernel = boot();
    kernel.run(9_999_999);
    expect(kernel.now).to.equal(8_000_000);
    kernel.run(8_000_000);
    expect(kernel.now).to.equal(8_000_000);
    kernel.run(12_000_000);
    expect(kernel.now).to.equal(12_000_000);
  });
});

const LOCAL = {
  mode: 'Local',
  nodes: [],
  migrateOnFault: false,
  migrateOnReferenceNode: false,
  taskOnly: false,
} as const;

const processOf = (state: KernelState, task: Task): Process => state.processes.get(task.tgid)!;

describe('the digest tells states apart', () => {
  interface Inside {
    readonly state: KernelState;
    readonly task: Task;
    readonly vma: Vma;
  }

  for (const [what, change] of [
    ['the time', ({ state }) => (state.now += 1)],
    ['the mode', ({ state }) => (state.mode = 4)],
    ['a counter', ({ state }) => state.events[3]!++],
    ['an allocation statistic', ({ state }) => state.memory.stat[1]!.numaForeign++],
    ['one page on another node', ({ vma }) => (vma.object.node[77] = 1)],
    ['who touched one page last', ({ vma }) => (vma.object.lastCpupid[77] = packCpupid(1, 1))],
    ['one mark', ({ vma }) => vma.arm(77)],
    ['the scan offset', ({ task }) => (task.mm.scanOffset += 4096)],
    ['the time of the next scan', ({ task }) => task.mm.nextScan++],
    [
      'a page that a part was unmapped of',
      ({ state, task, vma }) => unmapRange(state, processOf(state, task), vma.table, [7, 8]),
    ],
    [
      'a policy of a part',
      ({ state, task, vma }) => bindRange(processOf(state, task), vma.table, [7, 8], LOCAL),
    ],
    ['a page that will be copied', ({ vma }) => (vma.table.protect(7), (vma.table.changed = true))],
    ['a scan period', ({ task }) => task.scanPeriodMs++],
    ['a preferred node', ({ task }) => (task.preferredNode = 1)],
    ['a page in the locality window', ({ task }) => task.locality[2]++],
    ['run time', ({ task }) => task.sumExec++],
    ['the flag of a group', ({ state }) => (state.root.numaLoadBalance = 1n)],
    ['a weight of a group', ({ state }) => (state.root.cpuWeight = 7)],
    ['a tunable', ({ state }) => (state.tunables.scanSizeMb = 7)],
    [
      'where a sweep stands',
      ({ task }) =>
        task.program.run({ start: 0, lengthNs: 1e6, dutyNs: 1e6, usedNs: 0, node: 0 }, () => ({
          ns: 0,
          stop: true,
        })),
    ],
  ] as readonly (readonly [string, (inside: Inside) => unknown])[]) {
    it(what, () => {
      const state = bootState();
      const { task, vma } = startOn(state, 0, 0);
      const before = digest(state);
      expect(before).to.match(/^[0-9a-f]{16}$/);
      expect(digest(state)).to.equal(before);
      change({ state, task, vma });
      expect(digest(state)).not.to.equal(before);
    });
  }
});
