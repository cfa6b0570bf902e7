import { expect } from 'chai';

import { KernelError } from '../../src/engine/kernel-error.ts';
import { addThread, endProcess } from '../../src/engine/process.ts';
import type { ProcessSpec } from '../../src/engine/process.ts';
import {
  SECOND,
  boot,
  bootState,
  machine,
  processSpec,
  region,
  runTicks,
  start,
  startOn,
  sweep,
  thread,
} from './boot.ts';

const HEAP = region('heap', 1);

describe('starting a process: bad descriptions are refused before anything exists', () => {
  const withAccess = (access: Parameters<typeof sweep>[1]): Partial<ProcessSpec> => ({
    regions: [HEAP],
    threads: [thread({ accesses: [sweep('heap', access)] })],
  });

  for (const [what, spec] of [
    ['no thread', { threads: [] }],
    ['two regions of one name', { regions: [HEAP, HEAP] }],
    ['a region of no pages', { regions: [{ name: 'r', pages: 0 }] }],
    ['half a page', { regions: [{ name: 'r', pages: 1.5 }] }],
    ['a first touch on a node that is not there', { regions: [region('r', 1, { firstTouchNode: 2 })] }],
    ['a first touch by a thread that is not there', { regions: [region('r', 1, { firstToucher: 1 })] }],
    ['a policy the kernel refuses', { policy: { mode: 'Local', nodes: [], numaBalancing: true } }],
    [
      'a region policy the kernel refuses',
      { regions: [region('r', 1, { policy: { mode: 'Bind', nodes: [], numaBalancing: true } })] },
    ],
    ['an access to a region that is not there', { threads: [thread({ accesses: [sweep('heap')] })] }],
    ['an access beyond its region', withAccess({ offsetPages: 200, lengthPages: 57 })],
    ['a stride beyond its region', withAccess({ stridePages: 2, lengthPages: 129 })],
    ['a stride of 0', withAccess({ stridePages: 0 })],
    ['a negative offset', withAccess({ offsetPages: -1 })],
    ['half a page of offset', withAccess({ offsetPages: 0.5 })],
    ['a negative rate', withAccess({ touchesPerSecond: -1 })],
    ['a rate that is no number', withAccess({ touchesPerSecond: NaN })],
    ['more writes than touches', withAccess({ writePercent: 101 })],
    ['a sweep that begins outside', withAccess({ startIndex: 256 })],
    ['an affinity to no CPU', { threads: [thread({ affinity: [] })] }],
    ['an affinity to a CPU that is not there', { threads: [thread({ affinity: [2] })] }],
    ['a negative duty', { threads: [thread({ dutyPercent: -1 })] }],
    ['a duty of more than all', { threads: [thread({ dutyPercent: 101 })] }],
    ['a duty phase of a whole window', { threads: [thread({ dutyPhaseNs: 10_000_000 })] }],
  ] as readonly (readonly [string, Partial<ProcessSpec>])[]) {
    it(`${what} is EINVAL`, () => {
      const kernel = boot();
      const before = kernel.digest();
      expect(() => kernel.spawn(processSpec(spec))).to.throw(KernelError, 'EINVAL');
      expect(kernel.digest()).to.equal(before);
      expect(kernel.processes()).to.deep.equal([]);
      expect(kernel.nodes().every(({ freePages, managedPages }) => freePages === managedPages)).to.equal(
        true,
      );
      kernel.run(SECOND);
    });
  }

  it('a cgroup that is not there is ENOENT', () => {
    expect(() => boot().spawn(processSpec({ cgroup: '/x' }))).to.throw(KernelError, 'ENOENT');
  });

  it('a process that is not there is ESRCH', () => {
    const policy = { mode: 'Local', nodes: [], numaBalancing: false } as const;
    expect(() => boot().setMemoryPolicy(99, policy)).to.throw(KernelError, 'ESRCH');
  });
});

describe('REF §5.1 a new task', () => {
  it('begins with the balancer’s initial state', () => {
    const state = bootState();
    const { task, process } = startOn(state, 0, 0);
    expect(task).to.include({
      nodeStamp: 0,
      scanSeq: 0,
      scanPeriodMs: 1000,
      migrateRetry: 0,
      totalFaults: 0,
      pagesMigrated: 0,
      preferredNode: -1,
      lastPlacement: 0,
      lastSumExec: 0,
      scanQueued: false,
    });
    expect(process.mm).to.include({ nextScan: 0, scanSeq: 0, scanOffset: 0, users: 1 });
  });

  it('the first thread besides the main one puts off the first scan; a later one does not', () => {
    const state = bootState();
    state.now = SECOND;
    const { process } = startOn(state, 0, 0, { threads: 3 });
    expect(process.mm).to.include({ nextScan: 250 + 250, users: 3 });
  });

  it('the creator’s own passes are forgotten when it makes its first thread, not when it makes another', () => {
    const state = bootState();
    const { process } = startOn(state, 0, 0);
    Object.assign(process.mm, { scanSeq: 3, nextScan: 1 });
    expect(addThread(state, process, {}).scanSeq).to.equal(0);
    expect(process.mm).to.include({ scanSeq: 0, nextScan: 250 });
    process.mm.scanSeq = 3;
    expect(addThread(state, process, {}).scanSeq).to.equal(3);
  });

  it('a new thread’s stamp is two ticks and at most 60 µs', () => {
    const state = bootState();
    const { process } = startOn(state, 0, 0, { threads: 3 });
    expect(process.tasks.map(({ nodeStamp }) => nodeStamp)).to.deep.equal([0, 8_060_000, 8_060_000]);
  });

  it('threads inherit the policy of their creator', () => {
    const state = bootState();
    const policy = { mode: 'Local', nodes: [], numaBalancing: false } as const;
    const { tasks } = start(state, { policy, threads: [thread(), thread()] });
    expect(tasks.map((task) => task.policy?.mode)).to.deep.equal(['Local', 'Local']);
  });
});

describe('REF §5.3 the end of a process', () => {
  it('frees memory, run queues, cgroups and its place in groups', () => {
    const state = bootState({ machine: machine({ nodes: 2, cpusPerNode: 2 }) });
    const free = [...state.memory.free];
    const { process } = startOn(state, 0, 0, { threads: 2 });
    runTicks(state, 3);
    expect([...state.memory.free]).to.deep.equal([free[0]! - 1024, free[1]]);
    endProcess(state, process);
    expect([...state.memory.free]).to.deep.equal(free);
    expect(state.runQueues.every(({ tasks, current }) => tasks.length === 0 && !current)).to.equal(true);
    expect([state.tasks.size, state.processes.size, state.root.tasks.size]).to.deep.equal([0, 0, 0]);
    expect(state.root.chargedPages).to.equal(0);
  });
});

describe('first touches on a node the thread is not on (REF §18.3, §10.1 row 4)', () => {
  const MACHINE = machine({ nodes: 3, cpusPerNode: 2 });
  const SLOW = {
    nodes: [...MACHINE.nodes.slice(0, 2), { cpus: [], pages: 65_536 }],
    distances: MACHINE.distances,
  };

  it('are made by a CPU of that node: they are local, and wait in its batch', () => {
    const state = bootState({ machine: MACHINE });
    startOn(state, 5, 1, { mib: 1 });
    expect(state.memory.stat[1]).to.include({ numaHit: 256, localNode: 256, otherNode: 0 });
    const { vma } = startOn(state, 2, 1, { mib: 1 });
    // 256 = 8 · 31 + 8 pages wait on CPU 2, and 23 of the second process fill that batch.
    const waiting = (pages: Uint8Array): number => pages.reduce((sum, each) => sum + each, 0);
    expect(waiting(vma.object.batched)).to.equal((256 + 8) % 31);
  });

  it('by the thread’s own CPU where that is one of the node’s', () => {
    const state = bootState({ machine: MACHINE });
    startOn(state, 3, 1, { mib: 1 });
    const { vma } = startOn(state, 2, 1, { mib: 1 });
    expect(vma.object.batched.reduce((sum, each) => sum + each, 0)).to.equal(256 % 31);
  });

  it('on a node without CPUs are made from the thread’s: remote ones', () => {
    const state = bootState({ machine: SLOW });
    startOn(state, 3, 2, { mib: 1 });
    expect(state.memory.stat[2]).to.include({ numaHit: 256, localNode: 0, otherNode: 256 });
    expect(state.memory.stat[1]).to.include({ numaHit: 0, numaForeign: 0 });
  });
});
