import { expect } from 'chai';

import { beginScan, continueScan } from '../../../src/engine/balancing/scan.ts';
import { TUNABLE_FILES } from '../../../src/engine/machine/tunables.ts';
import type { KernelVariant } from '../../../src/engine/machine/variant.ts';
import type { Process } from '../../../src/engine/process.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import type { KernelState } from '../../../src/engine/state.ts';
import { PAGES_PER_MIB } from '../../../src/engine/units.ts';
import { bootState, machine, region, start, sweep, thread } from '../boot.ts';

const GIB = 1024;

/** One whole scan, whatever the time; returns what it marked. */
function scan(state: KernelState, task: Task): number {
  const before = state.events[0]!;
  task.mm.nextScan = 1;
  state.now = Math.max(state.now + 2e9, state.tickNs);
  beginScan(state, task);
  while (task.walk) continueScan(state, task, task.walk, Infinity);
  return state.events[0]! - before;
}

function unmarkAll({ mm }: Process): void {
  for (const vma of mm.vmas) {
    for (let page = vma.armed.nextFrom(0); page >= 0; page = vma.armed.nextFrom(page + 1)) vma.disarm(page);
  }
}

/** A task on node 1 whose regions lie on node 0, in MiB, by address. */
function remote(
  sizes: readonly number[],
  state = bootState({ machine: machine({ nodes: 2, mib: 3 * GIB }) }),
) {
  const process = start(state, {
    regions: sizes.map((mib, index) => region(`r${index}`, mib, { firstTouchNode: 0 })),
    threads: [thread({ affinity: [1] })],
  });
  return { state, process, task: process.tasks[0]!, mm: process.mm, vmas: process.mm.vmas };
}

describe('REF §20.1 budget: a populated, never marked 1 GiB VMA', () => {
  it('takes exactly 4 scans of 65536 pages; the 5th begins a new pass', () => {
    const { state, process, task, mm, vmas } = remote([GIB]);
    const marked = [];
    for (let i = 0; i < 4; i++) {
      marked.push(scan(state, task));
      expect(mm.scanSeq).to.equal(0);
    }
    expect(marked).to.deep.equal([65_536, 65_536, 65_536, 65_536]);
    expect(mm.scanOffset).to.equal(vmas[0]!.end);
    unmarkAll(process);
    expect(scan(state, task)).to.equal(65_536);
    expect(mm.scanSeq).to.equal(1);
  }).timeout(10_000);
});

describe('the time of a scan', () => {
  it('goes by page table entries: a huge page costs what a base page costs', () => {
    const state = bootState();
    const { tasks } = start(state, {
      regions: [region('r', 3, { firstTouchNode: 0, hugePages: true })],
      threads: [thread({ affinity: [1] })],
    });
    tasks[0]!.mm.nextScan = 1;
    state.now = 2e9;
    beginScan(state, tasks[0]!);
    const { markPageNs } = state.costs;
    expect(continueScan(state, tasks[0]!, tasks[0]!.walk!, Infinity)).to.equal((1 + 256) * markPageNs);
  });
});

describe('REF §7.2 the walk', () => {
  it('one scan of a small address space is one pass', () => {
    const { state, task, mm } = remote([64, 2]);
    expect(scan(state, task)).to.equal(66 * PAGES_PER_MIB);
    expect(mm.scanSeq).to.equal(1);
    expect(mm.scanOffset).to.equal(0);
  });

  it('a span in which nothing is marked costs only the virtual budget of 8 times the pages', () => {
    const { state, task, mm, vmas } = remote([96], bootState({ tunables: { scanSizeMb: 4 } }));
    vmas[0]!.present.fill(0);
    expect(scan(state, task)).to.equal(0);
    expect(mm.scanOffset - vmas[0]!.start).to.equal(32 << 20);
  });

  it('one marked page makes its span cost its whole length', () => {
    const { state, task, mm, vmas } = remote([96], bootState({ tunables: { scanSizeMb: 4 } }));
    vmas[0]!.present.fill(0);
    vmas[0]!.present[1023] = 1;
    expect(scan(state, task)).to.equal(1);
    expect(mm.scanOffset - vmas[0]!.start).to.equal(4 << 20);
  });

  it('the end of the budget is rounded up to 2 MiB', () => {
    const { state, task, mm, vmas } = remote([16], bootState({ tunables: { scanSizeMb: 3 } }));
    expect(scan(state, task)).to.equal(4 * PAGES_PER_MIB);
    expect(mm.scanOffset - vmas[0]!.start).to.equal(4 << 20);
  });

  it('scans go on where the last one stopped', () => {
    const { state, task } = remote([4, 4], bootState({ tunables: { scanSizeMb: 6 } }));
    expect(scan(state, task)).to.equal(6 * PAGES_PER_MIB);
    expect(scan(state, task)).to.equal(2 * PAGES_PER_MIB);
  });

  it('at the end of the list the next pass begins at the first VMA', () => {
    const { state, process, task, mm, vmas } = remote([4, 4], bootState({ tunables: { scanSizeMb: 6 } }));
    scan(state, task);
    expect(mm.scanOffset).to.equal(vmas[1]!.start + (2 << 20));
    scan(state, task);
    expect([mm.scanSeq, mm.scanOffset]).to.deep.equal([1, 0]);
    unmarkAll(process);
    scan(state, task);
    expect(vmas.map(({ armed }) => armed.count)).to.deep.equal([1024, 512]);
  });

  it('an address space without memory only counts passes', () => {
    const { state, task, mm } = remote([]);
    expect(scan(state, task)).to.equal(0);
    expect(mm.scanSeq).to.equal(2);
  });

  it('when all VMAs left are inactive for the task, one is scanned by force from the scan offset', () => {
    const { state, process, task, mm, vmas } = remote([4, 4]);
    mm.users = 9;
    scan(state, task);
    scan(state, task);
    unmarkAll(process);
    expect(mm.scanSeq).to.equal(2);
    expect(scan(state, task)).to.equal(4 * PAGES_PER_MIB);
    expect(vmas.map(({ armed }) => armed.count)).to.deep.equal([1024, 0]);
    expect(mm.scanSeq).to.equal(2);
    expect(mm.scanOffset).to.equal(vmas[0]!.end);
    unmarkAll(process);
    expect(scan(state, task)).to.equal(4 * PAGES_PER_MIB);
    expect(vmas.map(({ armed }) => armed.count)).to.deep.equal([0, 1024]);
  });

  it('VMAs left out for another reason than the pid filter bring no second walk', () => {
    const { state, process, task, mm, vmas } = remote([4]);
    for (let i = 0; i < 2; i++) scan(state, task);
    unmarkAll(process);
    vmas[0]!.scan!.previousSeq = mm.scanSeq;
    expect(scan(state, task)).to.equal(0);
    expect(mm.scanSeq).to.equal(3);
  });

  it('the forced walk begins at the scan offset, not at the first VMA', () => {
    const { state, task, mm, vmas } = remote([4, 4]);
    mm.users = 9;
    for (let i = 0; i < 2; i++) scan(state, task);
    mm.scanOffset = vmas[0]!.end;
    unmarkAll({ mm } as Process);
    scan(state, task);
    expect(vmas.map(({ armed }) => armed.count)).to.deep.equal([0, 1024]);
  });

  it('a forced scan marks the VMA as complete in its pass', () => {
    const { state, task, mm, vmas } = remote([4, 4]);
    mm.users = 9;
    for (let i = 0; i < 3; i++) scan(state, task);
    expect(vmas.map(({ scan: s }) => s?.previousSeq)).to.deep.equal([2, 1]);
  });

  it('is not atomic: it goes on in pieces of 2 MiB that take their time', () => {
    const { state, task, mm, vmas } = remote([8]);
    state.now = 2e9;
    mm.nextScan = 1;
    beginScan(state, task);
    expect(continueScan(state, task, task.walk!, 1)).to.equal(512 * state.costs.markPageNs);
    expect(vmas[0]!.armed.count).to.equal(512);
    expect(mm.scanSeq).to.equal(0);
    expect(continueScan(state, task, task.walk!, 512 * state.costs.markPageNs + 1)).to.equal(
      1024 * state.costs.markPageNs,
    );
    expect(vmas[0]!.armed.count).to.equal(1536);
  });

  it('32 times its own accounted run time counts against the next one', () => {
    const { state, task, mm } = remote([4]);
    state.now = 2e9;
    mm.nextScan = 1;
    beginScan(state, task);
    const stamp = task.nodeStamp;
    task.accountedExec += 4_000_000;
    while (task.walk) continueScan(state, task, task.walk, 1);
    expect(task.nodeStamp - stamp).to.equal(32 * 4_000_000);
  });
});

describe('the walk of other kernels', () => {
  /** Two VMAs of 4 MiB after two whole passes, unmarked again; no thread has touched any. */
  function afterTwoPasses(pidFilter: KernelVariant['pidFilter']) {
    const state = bootState({ machine: machine({ nodes: 2, mib: 3 * GIB }), variant: { pidFilter } });
    const one = remote([4, 4], state);
    one.mm.users = 9;
    for (let i = 0; i < 2; i++) scan(state, one.task);
    unmarkAll(one.process);
    return one;
  }

  it('Skip: when all VMAs are inactive for the task, the pass ends and nothing is marked', () => {
    const { state, task, mm } = afterTwoPasses('Skip');
    for (const passes of [3, 4]) {
      expect(scan(state, task)).to.equal(0);
      expect([mm.scanSeq, mm.scanOffset]).to.deep.equal([passes, 0]);
    }
  });

  it('Skip: there is no second walk, which would look at every VMA again', () => {
    const { state, task, vmas } = afterTwoPasses('Skip');
    for (const vma of vmas) vma.scan!.pidsReset = 0;
    scan(state, task);
    const once = state.msToJiffies(4 * state.tunables.scanDelayMs);
    expect(vmas.map((vma) => vma.scan?.pidsReset)).to.deep.equal([once, once]);
  });

  it('Skip: the rest of a VMA is left out if the thread that goes on has not touched it', () => {
    const { state, task, mm, vmas } = afterTwoPasses('Skip');
    mm.scanOffset = vmas[1]!.start + (2 << 20);
    expect(scan(state, task)).to.equal(0);
    expect(mm.scanSeq).to.equal(3);
  });

  it('None: every pass marks everything, whoever touched it', () => {
    const { state, process, task, mm, vmas } = afterTwoPasses('None');
    for (const passes of [3, 4]) {
      expect(scan(state, task)).to.equal(8 * PAGES_PER_MIB);
      expect(mm.scanSeq).to.equal(passes);
      unmarkAll(process);
    }
    expect(vmas.map((vma) => vma.scan)).to.deep.equal([undefined, undefined]);
  });
});

describe('REF §4.1 tunables the scan reads', () => {
  it('every tunable has a file', () => {
    expect([...TUNABLE_FILES.values()].map(({ key }) => key).sort()).to.deep.equal([
      'hotThresholdMs',
      'promoteRateLimitMBps',
      'scanDelayMs',
      'scanPeriodMaxMs',
      'scanPeriodMinMs',
      'scanSizeMb',
    ]);
  });

  it('threads that access nothing are scanned for all the same', () => {
    const state = bootState();
    const { tasks } = start(state, {
      regions: [region('heap', 4, { firstTouchNode: 0 })],
      threads: [thread({ affinity: [1] }), thread({ affinity: [1], accesses: [sweep('heap')] })],
    });
    expect(scan(state, tasks[0]!)).to.equal(1024);
  });
});
