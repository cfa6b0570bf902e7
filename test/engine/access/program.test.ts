import { expect } from 'chai';
import fc from 'fast-check';

import { balancingNs } from '../../../src/engine/access/usage.ts';
import type { Usage } from '../../../src/engine/access/usage.ts';
import { KernelError } from '../../../src/engine/kernel-error.ts';
import type { Kernel } from '../../../src/engine/kernel.ts';
import type { MemoryFigures } from '../../../src/engine/machine/memory-system.ts';
import type { MachineSpec } from '../../../src/engine/machine/topology.ts';
import type { RegionSpec, ThreadAccess, ThreadSpec } from '../../../src/engine/process.ts';
import {
  SECOND,
  TWO_NODES,
  boot,
  bootState,
  machine,
  priced,
  processSpec,
  region,
  runTicks,
  start,
  sweep,
  thread,
} from '../boot.ts';

const LOCAL_NS = 100;
const REMOTE_NS = 200;
const LINE_BYTES = 64;

interface Options {
  readonly machine?: MachineSpec;
  readonly mode?: number;
  readonly accesses: readonly Partial<ThreadAccess>[];
  readonly regions?: readonly RegionSpec[];
  readonly thread?: Partial<ThreadSpec>;
}

/** A thread on node 0 that sweeps over regions of 1 MiB, of which `heap` is there, and `far` on node 1. */
function booted(options: Options): Kernel {
  const kernel = boot({ machine: options.machine ?? priced(TWO_NODES), mode: options.mode ?? 0 });
  kernel.spawn(
    processSpec({
      regions: options.regions ?? [
        region('heap', 1, { firstTouchNode: 0 }),
        region('far', 1, { firstTouchNode: 1 }),
      ],
      threads: [
        thread({
          affinity: [0],
          accesses: options.accesses.map((access) => sweep(access.region ?? 'heap', access)),
          ...options.thread,
        }),
      ],
    }),
  );
  return kernel;
}

function usageOf(kernel: Kernel): Readonly<Usage> {
  const [job] = kernel.jobs();
  if (!job) throw new Error('no job');
  return job.usage;
}

/** What it has used and done after a second. */
function afterASecond(options: Options): Readonly<Usage> {
  const kernel = booted(options);
  kernel.run(SECOND);
  return usageOf(kernel);
}

describe('how fast a program gets on (design §2.2: closed loop)', () => {
  it('where every access costs the same: exactly at its nominal rate', () => {
    const usage = afterASecond({
      machine: TWO_NODES,
      accesses: [{ region: 'far', touchesPerSecond: 12_345 }],
    });
    expect(usage.touches).to.be.closeTo(12_345, 1e-3);
    expect(usage.runtimeNs).to.equal(SECOND);
    expect(usage.progressNs).to.be.closeTo(SECOND, 1000);
  });

  it('with all memory local and idle: exactly at its nominal rate', () => {
    const usage = afterASecond({
      accesses: [{ touchesPerSecond: 1_000_000, linesPerTouch: 4, memoryLevelParallelism: 2 }],
    });
    expect(usage.touches).to.be.closeTo(1_000_000, 1);
    expect(usage.localTouches).to.equal(usage.touches);
    expect(usage.progressNs).to.be.closeTo(SECOND, 1000);
  });

  it('with remote memory: 1/(1 + T · lines/MLP · (L_remote − L_local)) of it', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 2_000_000 }),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 64 }),
        (touchesPerSecond, linesPerTouch, memoryLevelParallelism) => {
          const waitsPerNs = (touchesPerSecond * 1e-9 * linesPerTouch) / memoryLevelParallelism;
          fc.pre(waitsPerNs * LOCAL_NS <= 1);
          fc.pre(touchesPerSecond * linesPerTouch * LINE_BYTES < 40e9);
          const access = { region: 'far', touchesPerSecond, linesPerTouch, memoryLevelParallelism };
          const usage = afterASecond({ accesses: [access] });
          const share = 1 / (1 + waitsPerNs * (REMOTE_NS - LOCAL_NS));
          expect(usage.touches / touchesPerSecond).to.be.closeTo(share, 1e-4);
          expect(usage.progressNs / SECOND).to.be.closeTo(share, 1e-4);
          expect(usage.stallNs / SECOND).to.be.closeTo(share * waitsPerNs * REMOTE_NS, 1e-4);
          expect(usage.localTouches).to.equal(0);
        },
      ),
      { numRuns: 40 },
    ));

  it('memory on two nodes costs its mean, and is local in part', () => {
    const half = { mode: 'Interleave', nodes: [0, 1], numaBalancing: false } as const;
    const usage = afterASecond({
      regions: [region('heap', 1, { policy: half })],
      accesses: [{ touchesPerSecond: 5_000_000 }],
    });
    expect(usage.touches / 5_000_000).to.be.closeTo(1 / (1 + 0.005 * 50), 1e-4);
    expect(usage.localTouches / usage.touches).to.be.closeTo(0.5, 1e-9);
  });

  it('the part of a region that it uses decides, not the rest', () => {
    const state = bootState({ machine: priced(TWO_NODES), mode: 0 });
    const { tasks, mm } = start(state, {
      regions: [region('heap', 1, { firstTouchNode: 1 })],
      threads: [thread({ affinity: [0], accesses: [sweep('heap', { lengthPages: 64 })] })],
    });
    for (let page = 0; page < 64; page++) mm.vmas[0]!.object.place(page, 1, 0);
    runTicks(state, 10);
    const { usage } = tasks[0]!;
    expect(usage.touches).to.be.above(0);
    expect(usage.localTouches).to.equal(usage.touches);
  });

  it('a rate that memory cannot give is what memory gives, and all of the time is spent waiting', () => {
    const usage = afterASecond({ accesses: [{ touchesPerSecond: 1e9, linesPerTouch: 2 }] });
    expect(usage.touches).to.be.closeTo(SECOND / (2 * LOCAL_NS), 10);
    expect(usage.stallNs).to.be.closeTo(SECOND, 1000);
    expect(usage.progressNs).to.be.closeTo(SECOND, 1000);
  });

  it('touches that caches serve wait for nothing and bring no traffic', () => {
    const state = bootState({ machine: priced(TWO_NODES), mode: 0 });
    const { tasks } = start(state, {
      regions: [region('far', 1, { firstTouchNode: 1 })],
      threads: [thread({ affinity: [0], accesses: [sweep('far', { linesPerTouch: 0 })] })],
    });
    runTicks(state, 250);
    expect(tasks[0]!.usage.touches).to.be.closeTo(100_000, 1);
    expect(tasks[0]!.usage.stallNs).to.equal(0);
    expect(state.traffic?.nodes().map(({ bytes }) => bytes)).to.deep.equal([0, 0]);
  });

  it('hint faults and scans take their time from its progress, and nothing else does', () => {
    // Its memory may not leave node 1: it is marked and faulted on in every pass, and never moves.
    const bound = { mode: 'Bind', nodes: [1], numaBalancing: true } as const;
    const kernel = booted({
      mode: 1,
      regions: [region('heap', 16, { policy: bound })],
      accesses: [{ touchesPerSecond: 1_000_000 }],
    });
    kernel.run(10 * SECOND);
    const usage = usageOf(kernel);
    expect(kernel.counters().numa_pages_migrated).to.equal(0);
    expect(balancingNs(usage)).to.be.above(5_000_000);
    const left = (10 * SECOND - balancingNs(usage)) / (1 + 1e-3 * (REMOTE_NS - LOCAL_NS));
    expect(usage.progressNs).to.be.closeTo(left, 20_000);
    expect(usage.touches).to.be.closeTo(usage.progressNs / 1000, 10);
  });

  it('a thread that sleeps half of the time gets half as far', () => {
    const usage = afterASecond({ accesses: [{ touchesPerSecond: 50_000 }], thread: { dutyPercent: 50 } });
    expect(usage.runtimeNs).to.be.closeTo(SECOND / 2, 1e6);
    expect(usage.touches).to.be.closeTo(25_000, 50);
  });

  it('touches by the clock come first, whatever memory costs; the rest of the time is for the others', () => {
    const accesses = [
      { region: 'heap', touchesPerSecond: 1_000_000 },
      { region: 'far', touchesPerSecond: 2_000_000, backlogNs: SECOND },
    ];
    const kernel = booted({ accesses });
    kernel.run(SECOND);
    const usage = usageOf(kernel);
    // 40 % of the time waits for the 2 million; what is left is progress.
    expect(usage.touches - usage.localTouches).to.be.closeTo(2_000_000, 20);
    expect(usage.localTouches).to.be.closeTo(600_000, 500);
  });
});

describe('memory that cannot give what is asked for', () => {
  /** MB/s that a node's memory gives in a second to threads that ask for 8192 MB/s each, once that has settled. */
  function served(spec: MachineSpec, memoryNode: number, cpus: readonly number[], writePercent = 0): number {
    const state = bootState({ machine: spec, mode: 0 });
    const access = {
      touchesPerSecond: 2_000_000,
      linesPerTouch: 64,
      memoryLevelParallelism: 64,
      writePercent,
    };
    start(state, {
      regions: [region('heap', 1, { firstTouchNode: memoryNode })],
      threads: cpus.map((cpu) => thread({ affinity: [cpu], accesses: [sweep('heap', access)] })),
    });
    const bytes = (): number => state.traffic?.nodes()[memoryNode]?.bytes ?? 0;
    runTicks(state, 250);
    const before = bytes();
    runTicks(state, 250);
    return (bytes() - before) / 1e6;
  }

  const figures: Partial<MemoryFigures> = { nodeBandwidthMBps: 2000, linkBandwidthMBps: 700 };
  const TWO_BY_TWO = machine({ nodes: 2, cpusPerNode: 2 });

  it('gives its peak, to one thread as to several', () => {
    expect(served(priced(TWO_BY_TWO, figures), 0, [0])).to.be.closeTo(2000, 10);
    expect(served(priced(TWO_BY_TWO, figures), 0, [0, 1])).to.be.closeTo(2000, 10);
  });

  it('a write is a read for ownership and a write back', () =>
    expect(served(priced(TWO_BY_TWO, { nodeBandwidthMBps: 100_000 }), 0, [0], 50)).to.be.closeTo(
      1.5 * served(priced(TWO_BY_TWO, { nodeBandwidthMBps: 100_000 }), 0, [0]),
      20,
    ));

  it('through a link between sockets, the peak of the link', () =>
    expect(served(priced(TWO_BY_TWO, figures), 1, [0, 1])).to.be.closeTo(700, 5));

  it('between nodes of one socket there is no link to be full', () => {
    const near = machine({
      nodes: 2,
      distances: [
        [10, 12],
        [12, 10],
      ],
    });
    expect(served(priced(near, figures), 1, [0])).to.be.closeTo(2000, 10);
  });

  it('remote accesses that cause more traffic at the memory get less', () =>
    expect(
      served(priced(TWO_BY_TWO, { nodeBandwidthMBps: 2000, remoteTraffic: 1.25 }), 1, [0]),
      'bytes at the memory, a fifth of which nobody asked for',
    ).to.be.closeTo(2000, 10));
});

describe('fixed work', () => {
  /** 256 000 touches at 100 000 per second of undisturbed progress. */
  const WORK = { touchesPerSecond: 100_000, touches: 256_000 };

  it('takes as long as its touches do, and ends with exactly those', () => {
    const kernel = booted({ accesses: [WORK] });
    kernel.run(5 * SECOND);
    const [job] = kernel.jobs();
    expect(job?.endedNs).to.be.closeTo(2.56 * SECOND, 2000);
    expect(job?.usage.touches).to.be.closeTo(256_000, 1e-3);
    expect(kernel.processes()).to.deep.equal([]);
  });

  it('takes longer by what remote memory costs', () => {
    const kernel = booted({ accesses: [{ ...WORK, region: 'far', linesPerTouch: 20 }] });
    kernel.run(5 * SECOND);
    expect(kernel.jobs()[0]?.endedNs).to.be.closeTo(2.56 * SECOND * (1 + 0.1 * 20 * 1e-3 * 100), 3000);
  });

  it('is done step by step, in the order given', () => {
    const kernel = booted({ accesses: [WORK, { ...WORK, region: 'far', touches: 100_000 }] });
    const inUse = (): readonly string[] =>
      kernel
        .processes()
        .flatMap(({ threads }) => threads.flatMap(({ accesses }) => accesses.map((each) => each.region)));
    kernel.run(2.5 * SECOND);
    expect(inUse()).to.deep.equal(['heap']);
    kernel.run(2.6 * SECOND);
    expect(inUse()).to.deep.equal(['far']);
    kernel.run(4 * SECOND);
    const [job] = kernel.jobs();
    expect(job?.endedNs).to.be.closeTo(2.56 * SECOND + SECOND * (1 + 0.01), 3000);
    expect(job?.usage.localTouches).to.be.closeTo(256_000, 1e-3);
    expect(job?.usage.touches).to.be.closeTo(356_000, 1e-3);
  });

  it('begins after the time in the kernel that the program needs first', () => {
    const kernel = booted({ accesses: [WORK], thread: { startupSystemNs: 0.7 * SECOND } });
    kernel.run(0.5 * SECOND);
    expect(usageOf(kernel)).to.include({ touches: 0, systemNs: 0.5 * SECOND, progressNs: 0.5 * SECOND });
    kernel.run(5 * SECOND);
    const [job] = kernel.jobs();
    expect(job?.usage.systemNs).to.be.closeTo(0.7 * SECOND, 1);
    expect(job?.endedNs).to.be.closeTo(3.26 * SECOND, 2000);
  });

  it('elapsed time is that of work, kernel and balancing together, for a thread that has its CPU for itself', () => {
    const kernel = booted({
      accesses: [{ ...WORK, region: 'far', linesPerTouch: 10 }],
      thread: { startupSystemNs: 0.3 * SECOND },
      mode: 1,
    });
    kernel.run(9 * SECOND);
    const [job] = kernel.jobs();
    if (job?.endedNs === undefined) throw new Error('not done');
    const { runtimeNs, systemNs, progressNs, touches, localTouches, stallNs } = job.usage;
    expect(job.endedNs - job.startedNs).to.equal(runtimeNs);
    expect(progressNs - systemNs).to.be.closeTo(2.56 * SECOND, 2000);
    const remote = touches - localTouches;
    const waited = remote * 10 * REMOTE_NS + localTouches * 10 * LOCAL_NS;
    // Within a slice pages move while its touches are made; their price is that of its begin.
    expect(stallNs).to.be.closeTo(waited, 1e-3 * waited);
    const lost = stallNs - touches * 10 * LOCAL_NS;
    expect(runtimeNs).to.be.closeTo(progressNs + lost + balancingNs(job.usage), 20_000);
  });

  it('asks for it of all accesses of a thread or of none', () => {
    const mixed = (): unknown => booted({ accesses: [WORK, { region: 'far' }] });
    expect(mixed).to.throw(KernelError, /fixed work, or none/u);
  });

  it('may not be none, nor endless', () => {
    for (const touches of [0, -1, Infinity])
      expect(() => booted({ accesses: [{ touches }] })).to.throw(KernelError, /fixed work of/u);
  });
});
