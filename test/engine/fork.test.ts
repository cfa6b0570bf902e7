import { expect } from 'chai';

import { hintFault } from '../../src/engine/balancing/hint-fault.ts';
import { counterValues } from '../../src/engine/counters.ts';
import { forkProcess } from '../../src/engine/fork.ts';
import { NO_NODE } from '../../src/engine/units.ts';
import type { KernelState } from '../../src/engine/state.ts';
import {
  CGROUPS,
  mkdir,
  bootState,
  boot,
  pidOf,
  processSpec,
  region,
  startOn,
  sweep,
  thread,
} from './boot.ts';

describe('REF §5.1 fork of a running process', () => {
  it('resets the pass and the next scan of a single-threaded creator, and copies what that left', () => {
    const state = bootState();
    const { process, task } = startOn(state, 0, 0);
    state.now = 8e9;
    Object.assign(process.mm, { nextScan: 7, scanSeq: 3, scanOffset: 4096 });
    const child = forkProcess(state, process, task);
    const nextScan = state.jiffies + 250;
    expect(process.mm).to.include({ nextScan, scanSeq: 0, scanOffset: 4096 });
    expect(child.mm).to.include({ nextScan, scanSeq: 0, scanOffset: 4096, users: 1 });
  });

  it('copies the fields of a creator with threads as they are', () => {
    const state = bootState();
    const { process, task } = startOn(state, 0, 0, { threads: 2 });
    Object.assign(process.mm, { nextScan: 7, scanSeq: 3, scanOffset: 4096 });
    const child = forkProcess(state, process, task);
    for (const { mm } of [process, child])
      expect(mm).to.include({ nextScan: 7, scanSeq: 3, scanOffset: 4096 });
    expect(child.tasks[0]!.scanSeq).to.equal(3);
  });

  it('gives the child one thread that has learnt nothing, with the policy of its creator', () => {
    const state = bootState();
    const { process, task } = startOn(state, 1, 0, { threads: 3 });
    const policy = { mode: 'Bind', nodes: [0], migrateOnFault: true } as const;
    const learnt = { preferredNode: 1, scanPeriodMs: 77, pagesMigrated: 5, migrateRetry: 9, nodeStamp: 3 };
    Object.assign(task, { ...learnt, policy });
    const child = forkProcess(state, process, task);
    const [main] = child.tasks;
    expect(child.tasks).to.have.length(1);
    expect(main).to.include({ tgid: child.pid, preferredNode: NO_NODE, scanPeriodMs: 1000, nodeStamp: 0 });
    expect(main).to.include({ pagesMigrated: 0, migrateRetry: 0, totalFaults: 0, cpu: 1, policy });
    expect([main!.faults, main!.group, main!.program.streams]).to.deep.equal([undefined, undefined, []]);
  });

  it('REF §3.4: its VMAs have no balancing state, and its entries begin unmarked', () => {
    const state = bootState();
    const { process, task, vma } = startOn(state, 1, 0);
    vma.scan = {
      nextScan: 1,
      pidsReset: 2,
      previousPids: [0, 0],
      currentPids: [1, 0],
      startSeq: 0,
      previousSeq: 1,
    };
    vma.arm(5);
    const [copy] = forkProcess(state, process, task).mm.vmas;
    expect([copy!.scan, copy!.armed.count, vma.armed.count]).to.deep.equal([undefined, 0, 1]);
    expect([copy!.start, copy!.pages, copy!.residentPages]).to.deep.equal([vma.start, vma.pages, 1024]);
  });

  it('takes no memory by itself, and gives back only what nobody maps any more', () => {
    const kernel = boot();
    const used = (): readonly number[] =>
      kernel.nodes().map(({ managedPages, freePages }) => managedPages - freePages);
    const spec = {
      regions: [region('heap', 1, { firstTouchNode: 0 })],
      threads: [thread({ affinity: [1] })],
    };
    const pid = pidOf(kernel.spawn(processSpec(spec)));
    const child = kernel.calls.fork(pid);
    expect(used()).to.deep.equal([256, 0]);
    kernel.kill(pid);
    expect(used()).to.deep.equal([256, 0]);
    expect(kernel.processes()[0]!.regions[0]!.pagesPerNode).to.deep.equal([256, 0]);
    kernel.kill(child);
    expect([used(), kernel.read('/sys/fs/cgroup/memory.stat').includes('anon 0')]).to.deep.equal([
      [0, 0],
      true,
    ]);
  });

  it('its streams are named after its creator’s, so that forks of one process differ', () => {
    const state = bootState();
    const { process, task } = startOn(state, 0, 0);
    const names = [0, 1].map(() => forkProcess(state, process, task).tasks[0]!.streamName);
    expect(names).to.deep.equal(['work/fork0/0', 'work/fork1/0']);
  });
});

describe('REF §7.4 c and §8 what counts as mapped by more than one address space', () => {
  it('shared mappings map the same pages: what one moves has moved for both', () => {
    const flags = {
      shared: true,
      writable: true,
      readable: true,
      executable: false,
      file: false,
      special: false,
    };
    const kernel = boot();
    const spec = {
      regions: [region('s', 1, { flags, firstTouchNode: 0 })],
      threads: [thread({ affinity: [1] })],
    };
    const pid = pidOf(kernel.spawn(processSpec(spec)));
    kernel.calls.drainLruBatches();
    const child = kernel.calls.fork(pid);
    kernel.calls.setWork(child, { accesses: [sweep('s', { writePercent: 100 })] });
    kernel.run(3e9);
    expect(kernel.counters().numa_pages_migrated).to.equal(256);
    expect([kernel.calls.pageNode(pid, 's', 9), kernel.calls.pageNode(child, 's', 9)]).to.deep.equal([1, 1]);
  });

  it('private pages are left alone while both map them, and marked one by one as they are copied', () => {
    const kernel = boot();
    const spec = {
      regions: [region('heap', 1, { firstTouchNode: 0 })],
      threads: [thread({ affinity: [1], accesses: [sweep('heap')] })],
    };
    const pid = pidOf(kernel.spawn(processSpec(spec)));
    kernel.calls.drainLruBatches();
    const child = kernel.calls.fork(pid);
    kernel.run(3e9);
    expect(kernel.counters().numa_pte_updates).to.equal(0);
    // The child writes a hundred pages: each is then mapped once, by either side.
    kernel.calls.setWork(child, { accesses: [sweep('heap', { writePercent: 100, lengthPages: 100 })] });
    kernel.run(6e9);
    expect(kernel.counters().numa_pte_updates).to.equal(100);
    expect(kernel.counters().numa_pages_migrated).to.equal(100);
    expect([99, 100].map((page) => kernel.calls.pageNode(pid, 'heap', page))).to.deep.equal([1, 0]);
    kernel.kill(child);
    kernel.run(12e9);
    expect(kernel.calls.pageNode(pid, 'heap', 100)).to.equal(1);
  });

  it('a mark from before the fork still faults; the page moves for both', () => {
    const state = bootState();
    const { process, task, vma } = startOn(state, 1, 0);
    vma.arm(5);
    state.lruBatches.drain();
    const child = forkProcess(state, process, task);
    hintFault(state, task, vma, 5, false);
    const nodes = [process, child].map(({ mm }) => mm.vmas[0]!.table.objectOf(5).node[5]);
    expect(nodes).to.deep.equal([1, 1]);
    expect(counterValues(state.events)).to.include({ numa_hint_faults: 1, numa_pages_migrated: 1 });
    checkAccounts(state);
  });
});

describe('memory that was forked and finds no room when it is written', () => {
  it('ends the writer, and only it', () => {
    const kernel = boot();
    mkdir(kernel, '/g');
    const spec = { cgroup: '/g', regions: [region('heap', 1)], threads: [thread({ affinity: [1] })] };
    const pid = pidOf(kernel.spawn(processSpec(spec)));
    kernel.write(`${CGROUPS}/g/memory.max`, `${(256 + 10) * 4096}`);
    const child = kernel.calls.fork(pid);
    kernel.calls.setWork(child, { accesses: [sweep('heap', { writePercent: 100, pattern: 'Zipf' })] });
    kernel.run(1e9);
    expect(kernel.processes().map((process) => process.pid)).to.deep.equal([pid]);
    expect(kernel.read(`${CGROUPS}/g/memory.current`)).to.equal(`${256 * 4096}\n`);
    expect(kernel.read(`${CGROUPS}/g/memory.events`)).to.include('oom_kill 1');
  });
});

function checkAccounts(state: KernelState): void {
  const used = [...state.memory.managed].map((pages, node) => pages - state.memory.free[node]!);
  expect(used).to.deep.equal([1023, 1]);
  expect(state.root.chargedPages).to.equal(1024);
}
