import { expect } from 'chai';

import type { Kernel } from '../../src/engine/kernel.ts';
import type { JobView } from '../../src/engine/job.ts';
import type { ProcessSpec } from '../../src/engine/process.ts';
import {
  CGROUPS,
  SECOND,
  TWO_NODES,
  boot,
  field,
  mkdir,
  pidOf,
  priced,
  processSpec,
  region,
  sweep,
  thread,
} from './boot.ts';

/** Work of half a second over 256 pages, `runs` times. */
function program(options: Partial<ProcessSpec> = {}): ProcessSpec {
  const access = sweep('heap', { touchesPerSecond: 100_000, touches: 50_000 });
  return processSpec({
    regions: [region('heap', 1, { firstTouchNode: 0 })],
    threads: [thread({ affinity: [0], accesses: [access] })],
    runs: 3,
    ...options,
  });
}

function started(
  options: Partial<ProcessSpec> = {},
  mode = 0,
): { readonly kernel: Kernel; readonly pid: number } {
  const kernel = boot({ machine: priced(TWO_NODES), mode });
  return { kernel, pid: pidOf(kernel.spawn(program(options))) };
}

function jobOf(kernel: Kernel): JobView {
  const [job] = kernel.jobs();
  if (!job) throw new Error('no job');
  return job;
}

const freePages = (kernel: Kernel): readonly number[] => kernel.nodes().map((node) => node.freePages);

describe('a program with fixed work', () => {
  it('ends with its work, and gives its memory back', () => {
    const { kernel, pid } = started({ runs: 1 });
    const empty = freePages(boot({ machine: priced(TWO_NODES), mode: 0 }));
    expect(freePages(kernel)).not.to.deep.equal(empty);
    kernel.run(SECOND);
    expect(kernel.processes()).to.deep.equal([]);
    expect(freePages(kernel)).to.deep.equal(empty);
    const { endedNs, ...job } = jobOf(kernel);
    expect(job).to.include({ pid, startedNs: 0, runsDone: 1 });
    expect(endedNs).to.be.closeTo(SECOND / 2, 1000);
  });

  it('with several threads ends with the last of them', () => {
    const work = (touches: number) =>
      thread({ affinity: [0, 1], accesses: [sweep('heap', { touches, touchesPerSecond: 100_000 })] });
    const { kernel } = started({ runs: 1, threads: [work(20_000), work(90_000)] });
    kernel.run(0.5 * SECOND);
    expect(kernel.processes()[0]?.threads).to.have.length(1);
    expect(jobOf(kernel)).to.include({ endedNs: undefined, runsDone: 0 });
    kernel.run(2 * SECOND);
    expect(jobOf(kernel).usage.touches).to.be.closeTo(110_000, 1e-3);
    // The second is on node 1: each of its 90 000 touches waits 100 ns longer.
    expect(jobOf(kernel).endedNs).to.be.closeTo(0.909 * SECOND, 1000);
  });

  it('without it never ends', () => {
    const { kernel } = started({ runs: 1, threads: [thread({ accesses: [sweep('heap')] })] });
    kernel.run(5 * SECOND);
    expect(jobOf(kernel)).to.include({ endedNs: undefined, runsDone: 0 });
    expect(kernel.processes()).to.have.length(1);
  });

  it('is no job if its memory did not fit', () => {
    const kernel = boot({ machine: priced(TWO_NODES) });
    const outcome = kernel.spawn(program({ regions: [region('heap', 1024)] }));
    expect(outcome).to.have.property('oomKilled');
    expect(kernel.jobs()).to.deep.equal([]);
  });
});

describe('runs, one after the other', () => {
  it('each is a new process: never two at a time, and the next begins when one ends', () => {
    const { kernel } = started();
    const pids = new Set<number>();
    for (let tick = 1; kernel.now < 1.4 * SECOND; tick++) {
      kernel.run(tick * kernel.tickNs);
      const processes = kernel.processes();
      expect(processes).to.have.length(1);
      pids.add(processes[0]?.pid ?? 0);
    }
    expect(pids.size).to.equal(3);
    kernel.run(2 * SECOND);
    expect(kernel.processes()).to.deep.equal([]);
    expect(jobOf(kernel)).to.include({ runsDone: 3 });
    expect(jobOf(kernel).endedNs).to.be.closeTo(1.5 * SECOND, 5000);
  });

  it('each has a new address space: its pages are where they were touched first, and were never scanned', () => {
    // Its thread is on node 1, its memory on node 0, and moves there in each run.
    const access = sweep('heap', { touchesPerSecond: 100_000, touches: 300_000 });
    const { kernel } = started({ runs: 2, threads: [thread({ affinity: [1], accesses: [access] })] }, 1);
    const pages = (): readonly number[] => kernel.processes()[0]?.regions[0]?.pagesPerNode ?? [];
    kernel.run(2.9 * SECOND);
    expect(pages()[1]).to.be.above(200);
    const { scanSeq = 0 } = kernel.processes()[0] ?? {};
    expect(scanSeq).to.be.above(0);
    kernel.run(3.1 * SECOND);
    expect(jobOf(kernel).runsDone).to.equal(1);
    expect(pages()).to.deep.equal([256, 0]);
    expect(kernel.processes()[0]?.scanSeq).to.equal(0);
  });

  it('keep what all of them have used and counted', () => {
    const access = sweep('heap', { touchesPerSecond: 100_000, touches: 300_000 });
    const { kernel } = started({ runs: 2, threads: [thread({ affinity: [1], accesses: [access] })] }, 1);
    kernel.run(2.9 * SECOND);
    const first = { ...jobOf(kernel).usage };
    const moved = kernel.counters().numa_pages_migrated;
    kernel.run(9 * SECOND);
    const { usage, startedNs, endedNs = 0 } = jobOf(kernel);
    expect(usage.touches).to.be.closeTo(600_000, 1e-3);
    expect(usage.moveNs).to.be.above(1.5 * first.moveNs);
    expect(usage.runtimeNs).to.equal(endedNs - startedNs);
    expect(kernel.counters().numa_pages_migrated).to.be.above(1.5 * moved);
  });

  it('each begins with its time in the kernel', () => {
    const accesses = [sweep('heap', { touchesPerSecond: 100_000, touches: 50_000 })];
    const { kernel } = started({
      threads: [thread({ affinity: [0], accesses, startupSystemNs: SECOND / 4 })],
    });
    kernel.run(3 * SECOND);
    expect(jobOf(kernel).usage.systemNs).to.be.closeTo(0.75 * SECOND, 3);
    expect(jobOf(kernel).endedNs).to.be.closeTo(2.25 * SECOND, 5000);
  });

  it('a memory policy that is set meanwhile holds for later ones', () => {
    const { kernel, pid } = started({ regions: [region('heap', 1)] });
    kernel.setMemoryPolicy(pid, { mode: 'Bind', nodes: [1], numaBalancing: false });
    expect(kernel.processes()[0]?.regions[0]?.pagesPerNode).to.deep.equal([256, 0]);
    kernel.run(0.7 * SECOND);
    expect(jobOf(kernel).runsDone).to.equal(1);
    expect(kernel.processes()[0]?.regions[0]?.pagesPerNode).to.deep.equal([0, 256]);
  });

  it('end with the job, which is known by the pid of the first', () => {
    const { kernel, pid } = started();
    kernel.run(0.7 * SECOND);
    expect(kernel.processes()[0]?.pid).not.to.equal(pid);
    kernel.kill(pid);
    expect([kernel.processes(), kernel.jobs()]).to.deep.equal([[], []]);
    kernel.run(2 * SECOND);
    expect(kernel.processes()).to.deep.equal([]);
  });

  it('stop where the memory of the next does not fit, which counts as an OOM kill', () => {
    const kernel = boot({ machine: priced(TWO_NODES), mode: 0 });
    mkdir(kernel, '/a');
    kernel.spawn(program({ cgroup: '/a' }));
    kernel.run(0.3 * SECOND);
    kernel.write(`${CGROUPS}/a/memory.max`, '65536');
    kernel.run(3 * SECOND);
    expect(jobOf(kernel)).to.include({ runsDone: 1, endedNs: undefined });
    expect(kernel.processes()).to.deep.equal([]);
    expect(field(kernel.read(`${CGROUPS}/a/memory.events`), 'oom_kill')).to.equal(1);
  });
});
