import { expect } from 'chai';

import { memoryProfileSpec } from '../../src/api/memory-profile.ts';
import type { ContainerProfile } from '../../src/api/memory-profile.ts';
import { containerProcesses, memoryPolicySpec } from '../../src/workload/container-processes.ts';
import type { ProcessPlan } from '../../src/workload/container-processes.ts';

type Json = Readonly<Record<string, unknown>>;

function containerOf(processes: readonly Json[]): ContainerProfile {
  const { containers } = memoryProfileSpec.parse({
    podSelector: {},
    containers: [{ name: 'app', processes }],
  });
  const [container] = containers;
  if (!container) throw new Error('no container');
  return container;
}

function plans(...processes: readonly Json[]): readonly ProcessPlan[] {
  return containerProcesses(containerOf(processes), 'shop/web/app', undefined);
}

function plan(process: Json): ProcessPlan {
  const [only] = plans(process);
  if (!only) throw new Error('no process');
  return only;
}

/** A process of four threads with one region. */
function fourThreads(region: Json): ProcessPlan {
  return plan({ threads: 4, regions: [{ name: 'heap', size: '64Ki', ...region }] });
}

describe('the processes of a container', () => {
  it('are named after it, and their random streams after their place, not after any uid', () => {
    expect(plans({}, {}).map(({ comm, streamName }) => ({ comm, streamName }))).to.deep.equal([
      { comm: 'app', streamName: 'shop/web/app/0' },
      { comm: 'app', streamName: 'shop/web/app/1' },
    ]);
  });

  it('have the threads of the profile, awake as much as it says', () => {
    const { threads } = plan({ threads: 3, cpuPercent: 40 });
    expect(threads.map(({ dutyPercent }) => dutyPercent)).to.deep.equal([40, 40, 40]);
  });

  it('without regions touch nothing', () => {
    const { regions, threads } = plan({});
    expect(regions).to.deep.equal([]);
    expect(threads.map(({ accesses }) => accesses)).to.deep.equal([[]]);
  });

  describe('a private region', () => {
    const { regions, threads } = fourThreads({});

    it('is mapped once per thread, which touches it first', () =>
      expect(regions.map(({ name, pages, firstToucher }) => ({ name, pages, firstToucher }))).to.deep.equal(
        [0, 1, 2, 3].map((thread) => ({ name: `heap.${thread}`, pages: 16, firstToucher: thread })),
      ));

    it('is used by that thread alone', () =>
      expect(threads.map(({ accesses }) => accesses.map(({ region }) => region))).to.deep.equal([
        ['heap.0'],
        ['heap.1'],
        ['heap.2'],
        ['heap.3'],
      ]));

    it('is swept from its begin', () => {
      const sweep = fourThreads({ pattern: 'Sequential' });
      expect(sweep.threads.map(({ accesses }) => accesses[0]?.startIndex)).to.deep.equal([0, 0, 0, 0]);
    });
  });

  describe('a shared region', () => {
    it('is mapped once and used by every thread', () => {
      const { regions, threads } = fourThreads({ shared: true });
      expect(regions.map(({ name }) => name)).to.deep.equal(['heap']);
      expect(threads.flatMap(({ accesses }) => accesses.map(({ region }) => region))).to.deep.equal(
        Array.from({ length: 4 }, () => 'heap'),
      );
    });

    it('is swept from places spread over it', () => {
      const { threads } = fourThreads({ shared: true, pattern: 'Sequential' });
      expect(threads.map(({ accesses }) => accesses[0]?.startIndex)).to.deep.equal([0, 4, 8, 12]);
    });

    it('with a stride, from places spread over the pages that are touched', () => {
      const { threads } = fourThreads({ shared: true, pattern: 'Strided', size: '128Ki' });
      expect(threads.map(({ accesses }) => accesses[0]?.startIndex)).to.deep.equal([0, 1, 2, 3]);
    });

    it('of fewer pages than threads is still swept within it', () => {
      const { threads } = fourThreads({ shared: true, pattern: 'Strided', size: '4Ki' });
      expect(threads.map(({ accesses }) => accesses[0]?.startIndex)).to.deep.equal([0, 0, 0, 0]);
    });
  });

  it('a strided sweep touches every eighth page, the others every page', () => {
    const strides = ['Uniform', 'Sequential', 'Strided', 'Zipf'].map(
      (pattern) => fourThreads({ pattern }).threads[0]?.accesses[0]?.stridePages,
    );
    expect(strides).to.deep.equal([1, 1, 8, 1]);
  });

  it('sizes are rounded up to whole pages', () =>
    expect([1, 4096, 4097].map((size) => fourThreads({ size }).regions[0]?.pages)).to.deep.equal([1, 1, 2]));

  it('rates, writes and first nodes are the region’s', () => {
    const { regions, threads } = fourThreads({ touchesPerSecond: 7, writePercent: 3, firstTouchNode: 1 });
    expect(regions[0]?.firstTouchNode).to.equal(1);
    expect(threads[0]?.accesses[0]).to.include({ touchesPerSecond: 7, writePercent: 3 });
  });

  it('what a touch takes from memory is the region’s: one line at a time unless told otherwise', () => {
    const [access] =
      fourThreads({ cacheLinesPerTouch: 64, memoryLevelParallelism: 10 }).threads[0]?.accesses ?? [];
    expect(access).to.include({ linesPerTouch: 64, memoryLevelParallelism: 10 });
    const [plain] = fourThreads({}).threads[0]?.accesses ?? [];
    expect(plain).to.include({ linesPerTouch: 1, memoryLevelParallelism: 1 });
  });

  it('huge pages are asked for with Advise and with Always', () => {
    const asked = ['Never', 'Advise', 'Always'].map(
      (hugePages) => fourThreads({ hugePages }).regions[0]?.hugePages,
    );
    expect(asked).to.deep.equal([false, true, true]);
  });

  describe('phases', () => {
    const changesOf = (...phases: readonly Json[]) =>
      plan({ threads: 2, phases, regions: ['a', 'b'].map((name) => ({ name, size: '4Ki' })) }).threads.map(
        ({ accesses }) => accesses.map(({ rateChanges }) => rateChanges),
      );

    it('change the rates of the regions they name, for every thread', () => {
      const one = [{ afterNs: 90e9, touchesPerSecond: 5, writePercent: 7 }];
      const phases = { after: '1m30s', regions: [{ name: 'b', touchesPerSecond: 5, writePercent: 7 }] };
      expect(changesOf(phases)).to.deep.equal([
        [[], one],
        [[], one],
      ]);
    });

    it('take effect by time, not in the order they are listed', () => {
      const at = (after: string, touchesPerSecond: number): Json => ({
        after,
        regions: [{ name: 'a', touchesPerSecond }],
      });
      const [first] = changesOf(at('1m', 1), at('500ms', 2), at('60s', 3));
      expect(first?.[0]?.map(({ afterNs, touchesPerSecond }) => [afterNs, touchesPerSecond])).to.deep.equal([
        [500e6, 2],
        [60e9, 1],
        [60e9, 3],
      ]);
    });
  });

  describe('memory policies', () => {
    const bind = { mode: 'Bind', nodes: [0, 1], numaBalancing: true } as const;

    it('the container’s governs each process', () => {
      const made = containerProcesses(containerOf([{}, {}]), 'x', bind);
      expect(made.map(({ policy }) => policy)).to.deep.equal([bind, bind]);
    });

    it('a region may have its own', () => {
      const memoryPolicy = { mode: 'Interleave', nodes: '0-1,3' };
      expect(fourThreads({ memoryPolicy }).regions[0]?.policy).to.deep.equal({
        mode: 'Interleave',
        nodes: [0, 1, 3],
        numaBalancing: false,
      });
    });

    it('Default is none', () => {
      expect(memoryPolicySpec(undefined)).to.equal(undefined);
      expect(memoryPolicySpec({ mode: 'Default', numaBalancing: false })).to.equal(undefined);
    });

    it('Local has no nodes', () =>
      expect(memoryPolicySpec({ mode: 'Local', numaBalancing: false })).to.deep.equal({
        mode: 'Local',
        nodes: [],
        numaBalancing: false,
      }));
  });
});

describe('fixed work', () => {
  const accessesOf = (process: Json, thread = 0): ProcessPlan['threads'][number]['accesses'] =>
    plan(process).threads[thread]?.accesses ?? [];
  const regions = [
    { name: 'own', size: '64Ki', pattern: 'Sequential' },
    { name: 'both', size: '68Ki', pattern: 'Sequential', shared: true, cacheLinesPerTouch: 8 },
    { name: 'idle', size: '4Ki' },
  ];

  it('is one access after the other, each of as many touches as its passes have pages', () => {
    const work = [
      { region: 'both', passes: 3 },
      { region: 'own', passes: 2 },
      { region: 'both', passes: 1 },
    ];
    const accesses = accessesOf({ threads: 2, regions, work }, 1);
    expect(accesses.map(({ region, touches }) => [region, touches])).to.deep.equal([
      ['both', 3 * 17],
      ['own.1', 2 * 16],
      ['both', 17],
    ]);
  });

  it('on its own part of a shared region: the parts make up the whole, each swept from its begin', () => {
    const process = { threads: 4, regions, work: [{ region: 'both', passes: 5, part: 'Own' }] };
    const parts = [0, 1, 2, 3].flatMap((thread) => accessesOf(process, thread));
    expect(
      parts.map(({ offsetPages, lengthPages, startIndex }) => [offsetPages, lengthPages, startIndex]),
    ).to.deep.equal([
      [0, 4, 0],
      [4, 4, 0],
      [8, 4, 0],
      [12, 5, 0],
    ]);
    expect(parts.map(({ touches }) => touches)).to.deep.equal([20, 20, 20, 25]);
  });

  it('a strided region’s own part is that of the pages which are touched', () => {
    const strided = [{ name: 'both', size: '256Ki', pattern: 'Strided', shared: true }];
    const process = { threads: 2, regions: strided, work: [{ region: 'both', passes: 1, part: 'Own' }] };
    const [second] = accessesOf(process, 1);
    expect(second).to.include({ offsetPages: 32, lengthPages: 4, stridePages: 8, touches: 4 });
  });

  it('a private region is a thread’s own already', () => {
    const process = { threads: 2, regions, work: [{ region: 'own', passes: 1, part: 'Own' }] };
    const [access] = accessesOf(process, 1);
    expect(access).to.include({ region: 'own.1', touches: 16 }).and.not.have.property('offsetPages');
  });

  it('takes the region’s cache lines, or the step’s', () => {
    const work = [
      { region: 'both', passes: 1 },
      { region: 'both', passes: 1, cacheLinesPerTouch: 0 },
    ];
    expect(accessesOf({ regions, work }).map(({ linesPerTouch }) => linesPerTouch)).to.deep.equal([8, 0]);
  });

  it('may be done several times, each after some time in the kernel', () => {
    const work = [{ region: 'own', passes: 1 }];
    const made = plan({ regions, work, runs: 7, startupSystemMs: 250 });
    expect([made.runs, made.threads[0]?.startupSystemNs]).to.deep.equal([7, 250_000_000]);
  });
});
