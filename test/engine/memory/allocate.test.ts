import { expect } from 'chai';

import { markPages } from '../../../src/engine/balancing/mark.ts';
import { makeCgroup } from '../../../src/engine/cgroup-tree.ts';
import { counterValues } from '../../../src/engine/counters.ts';
import { digest } from '../../../src/engine/digest.ts';
import { touchPages } from '../../../src/engine/memory/allocate.ts';
import { mapRegion } from '../../../src/engine/memory/map-region.ts';
import { createMemoryPolicy } from '../../../src/engine/memory/memory-policy.ts';
import type { MemoryPolicySpec } from '../../../src/engine/memory/memory-policy.ts';
import type { NumaStat } from '../../../src/engine/memory/node-memory.ts';
import { ANONYMOUS } from '../../../src/engine/memory/vma.ts';
import type { Vma } from '../../../src/engine/memory/vma.ts';
import { endProcess, spawnProcess } from '../../../src/engine/process.ts';
import type { RegionSpec } from '../../../src/engine/process.ts';
import type { KernelState } from '../../../src/engine/state.ts';
import { boot, bootState, machine, processSpec, region, start, thread } from '../boot.ts';

/** Four nodes of 16 MiB; distances grow with the difference of the ids. */
const MACHINE = machine({
  nodes: 4,
  mib: 16,
  distances: [
    [10, 20, 30, 40],
    [20, 10, 20, 30],
    [30, 20, 10, 20],
    [40, 30, 20, 10],
  ],
});

function allocated(
  policy: MemoryPolicySpec | undefined,
  cpu: number,
  mib: number,
): { pages: readonly number[]; state: KernelState } {
  const state = bootState({ machine: MACHINE });
  const { mm } = start(state, {
    regions: [region('r', mib, policy ? { policy } : {})],
    threads: [thread({ affinity: [cpu] })],
  });
  return { pages: [...mm.vmas[0]!.object.residentPerNode], state };
}

const spec = (mode: MemoryPolicySpec['mode'], ...nodes: readonly number[]): MemoryPolicySpec => ({
  mode,
  nodes,
  numaBalancing: false,
});

describe('REF §17.6 allocation by policy', () => {
  for (const [what, policy, expected] of [
    ['default: here', undefined, [0, 0, 256, 0]],
    ['LOCAL: here', spec('Local'), [0, 0, 256, 0]],
    ['PREFERRED: its node', spec('Preferred', 0), [256, 0, 0, 0]],
    ['BIND: the nearest of its nodes', spec('Bind', 0, 3), [0, 0, 0, 256]],
    ['PREFERRED_MANY: the nearest of its nodes', spec('PreferredMany', 0, 1), [0, 256, 0, 0]],
    ['INTERLEAVE: page by page', spec('Interleave', 0, 3), [128, 0, 0, 128]],
    ['WEIGHTED_INTERLEAVE: by weight, here 1 each', spec('WeightedInterleave', 1, 2), [0, 128, 128, 0]],
  ] as const) {
    it(what, () => {
      expect(allocated(policy, 2, 1).pages).to.deep.equal(expected);
    });
  }

  it('what does not fit goes to the next nearest node', () => {
    const { pages } = allocated(undefined, 3, 20);
    expect(pages[3]! + pages[2]!).to.equal(20 * 256);
    expect(pages[3]).to.be.within(15 * 256, 16 * 256 - 1);
  });

  it('PREFERRED_MANY goes outside when its nodes are full, BIND does not', () => {
    expect(allocated(spec('PreferredMany', 0), 3, 20).pages[3]).to.be.greaterThan(0);
    const state = bootState({ machine: MACHINE });
    const free = [...state.memory.free];
    const result = spawnProcess(
      state,
      processSpec({ regions: [region('r', 20, { policy: spec('Bind', 0) })] }),
      state.root,
    );
    expect(result).to.deep.equal({ ended: 'node memory is full', region: 'r' });
    expect([...state.memory.free]).to.deep.equal(free);
    expect(state.tasks.size).to.equal(0);
  });

  it('PREFERRED_MANY with a task whose cpuset has none of its nodes takes what the cpuset has', () => {
    const state = bootState({ machine: MACHINE });
    state.root.subtreeControl.add('cpuset');
    state.root.mems = [2, 3];
    const regions = [region('r', 1, { policy: spec('PreferredMany', 0, 1) })];
    const { mm } = start(state, { regions, threads: [thread({ affinity: [0] })] });
    expect([...mm.vmas[0]!.object.residentPerNode]).to.deep.equal([0, 0, 256, 0]);
    expect(state.memory.stat[2]).to.include({ numaHit: 256, numaMiss: 0 });
  });

  it('cpuset.mems limits every policy', () => {
    const state = bootState({ machine: MACHINE });
    state.root.subtreeControl.add('cpuset');
    state.root.mems = [1, 2];
    for (const [policy, expected] of [
      [undefined, [0, 256, 0, 0]],
      [spec('Preferred', 3), [0, 0, 256, 0]],
      [spec('Bind', 0), [0, 256, 0, 0]],
      [spec('Interleave', 0, 2), [0, 128, 128, 0]],
    ] as const) {
      const { mm } = start(state, {
        regions: [region('r', 1, policy ? { policy } : {})],
        threads: [thread({ affinity: [0] })],
      });
      expect([...mm.vmas[0]!.object.residentPerNode]).to.deep.equal(expected);
    }
  });
});

describe('REF §17.6 where the search begins, and interleaving without an address', () => {
  const FILE = { ...ANONYMOUS, shared: true, file: true };

  it('BIND and PREFERRED_MANY begin at the home node, if they have one', () => {
    for (const [mode, home, expected] of [
      ['Bind', undefined, [256, 0, 0, 0]],
      ['Bind', 3, [0, 0, 0, 256]],
      ['Bind', 2, [0, 0, 0, 256]],
      ['PreferredMany', 3, [0, 0, 0, 256]],
    ] as const) {
      const policy = { ...spec(mode, 0, 3), homeNode: home };
      const { pages, state } = allocated(policy, 0, 1);
      expect(pages).to.deep.equal(expected);
      const served = expected.findIndex((count) => count > 0);
      expect(state.memory.stat[served]).to.include({ numaHit: 256, localNode: served === 0 ? 256 : 0 });
    }
  });

  it('pages of a file follow the task’s rotation, whichever are touched', () => {
    const state = bootState({ machine: MACHINE });
    const { vma, task } = file(state, spec('Interleave', 0, 2, 3));
    for (const page of [7, 3, 100, 4]) touchPages(state, vma, [page, page + 1], { task, cpu: 0, node: 0 });
    expect([7, 3, 100, 4].map((page) => vma.object.node[page])).to.deep.equal([0, 2, 3, 0]);
    expect(state.memory.stat.map(({ interleaveHit }) => interleaveHit)).to.deep.equal([2, 0, 1, 1]);
  });

  it('one rotation for all files of a task; anonymous memory goes by its address', () => {
    const state = bootState({ machine: MACHINE });
    const one = file(state, spec('Interleave', 0, 1));
    const mapping = { name: 'g', pages: 4, flags: FILE };
    const other = mapRegion(state, one.process, mapping, one.vma.policy);
    const heap = mapRegion(state, one.process, { name: 'h', pages: 4 }, one.vma.policy);
    const touch = { task: one.task, cpu: 0, node: 0 };
    for (const vma of [one.vma, other, heap]) touchPages(state, vma, [1, 2], touch);
    expect([one.vma, other, heap].map(({ object }) => object.node[1])).to.deep.equal([0, 1, 1]);
  });

  it('pages of a file under weights', () => {
    const state = bootState({ machine: MACHINE });
    state.interleaveWeights.splice(0, 2, 3, 1);
    const { vma, task } = file(state, spec('WeightedInterleave', 0, 1));
    const pages = [9, 8, 7, 6, 5];
    for (const page of pages) touchPages(state, vma, [page, page + 1], { task, cpu: 0, node: 0 });
    expect(pages.map((page) => vma.object.node[page])).to.deep.equal([0, 0, 0, 1, 0]);
  });

  it('set_mempolicy begins the rotation anew', () => {
    const kernel = boot({ machine: MACHINE });
    const pid = kernel.calls.start({ comm: 'p', cgroup: '/', streamName: 'p', origin: 'Exec', main: {} });
    kernel.calls.map(pid, { name: 'f', pages: 8, flags: FILE });
    const nodeAfterInstall = (page: number): number => {
      kernel.setMemoryPolicy(pid, spec('Interleave', 1, 2, 3));
      kernel.calls.touch(pid, 'f', [page, page + 1]);
      return kernel.calls.pageNode(pid, 'f', page);
    };
    expect([nodeAfterInstall(0), nodeAfterInstall(1)]).to.deep.equal([1, 1]);
  });

  it('a rotation’s place is part of the digest', () => {
    const digestAfter = (page: number | undefined): string => {
      const state = bootState({ machine: MACHINE });
      const { task } = file(state, spec('Interleave', 0, 1));
      if (page !== undefined) task.interleave.next([0, 1]);
      return digest(state);
    };
    expect(digestAfter(0)).not.to.equal(digestAfter(undefined));
  });

  /** A process with a file mapping that is not touched yet. */
  function file(state: KernelState, policy: MemoryPolicySpec) {
    const process = start(state);
    const created = createMemoryPolicy(policy, 4, state.variant);
    const vma = mapRegion(state, process, { name: 'f', pages: 128, flags: FILE }, created);
    return { process, vma, task: process.tasks[0]! };
  }
});

describe('REF §18.3 allocation statistics', () => {
  const stats = (state: KernelState, key: keyof NumaStat): readonly number[] =>
    state.memory.stat.map((stat) => stat[key]);

  it('BIND to a remote node is a hit there, on another node than the CPU', () => {
    const { state } = allocated(spec('Bind', 3), 0, 1);
    expect(stats(state, 'numaHit')).to.deep.equal([0, 0, 0, 256]);
    expect(stats(state, 'otherNode')).to.deep.equal([0, 0, 0, 256]);
    expect(stats(state, 'localNode')).to.deep.equal([0, 0, 0, 0]);
  });

  it('PREFERRED_MANY: a hit on the nearest of its nodes; another of them is a miss', () => {
    const state = bootState({ machine: MACHINE });
    const { min, low } = state.memory.marks[2]!;
    state.memory.free[2] = low + 100;
    const regions = [region('r', 1, { policy: spec('PreferredMany', 2, 3) })];
    start(state, { regions, threads: [thread({ affinity: [0] })] });
    expect(stats(state, 'numaHit')).to.deep.equal([0, 0, 100, 0]);
    expect(stats(state, 'numaMiss')).to.deep.equal([0, 0, 0, 156]);
    expect(stats(state, 'numaForeign')).to.deep.equal([0, 0, 156, 0]);
    expect(min).to.be.lessThan(low);
  });

  it('PREFERRED_MANY: outside its nodes the nearest node of all is the first choice', () => {
    const state = bootState({ machine: MACHINE });
    state.memory.free[1] = state.memory.marks[1]!.min + 10;
    const regions = [region('r', 1, { policy: spec('PreferredMany', 1) })];
    start(state, { regions, threads: [thread({ affinity: [0] })] });
    // Its own nodes are taken down to the minimum before any other is asked.
    expect(stats(state, 'numaHit')).to.deep.equal([246, 10, 0, 0]);
    expect(stats(state, 'localNode')).to.deep.equal([246, 0, 0, 0]);
    expect(stats(state, 'numaMiss')).to.deep.equal([0, 0, 0, 0]);
    expect(stats(state, 'numaForeign')).to.deep.equal([0, 0, 0, 0]);
  });

  it('PREFERRED_MANY: a miss where the nearest node of all is full too', () => {
    const state = bootState({ machine: MACHINE });
    for (const node of [0, 1]) state.memory.free[node] = state.memory.marks[node]!.min;
    const regions = [region('r', 1, { policy: spec('PreferredMany', 1) })];
    start(state, { regions, threads: [thread({ affinity: [0] })] });
    expect(stats(state, 'numaMiss')).to.deep.equal([0, 0, 256, 0]);
    expect(stats(state, 'numaForeign')).to.deep.equal([256, 0, 0, 0]);
  });

  it('interleaving counts where the chosen node served', () => {
    const { state } = allocated(spec('Interleave', 0, 1), 0, 1);
    expect(stats(state, 'interleaveHit')).to.deep.equal([128, 128, 0, 0]);
    expect(stats(state, 'numaHit')).to.deep.equal([128, 128, 0, 0]);
    expect(stats(state, 'localNode')).to.deep.equal([128, 0, 0, 0]);
    expect(stats(state, 'otherNode')).to.deep.equal([0, 128, 0, 0]);
  });

  it('fallback is a miss where the page is, foreign where it was wanted', () => {
    const { state, pages } = allocated(undefined, 3, 20);
    expect(stats(state, 'numaMiss')).to.deep.equal([0, 0, pages[2], 0]);
    expect(stats(state, 'numaForeign')).to.deep.equal([0, 0, 0, pages[2]]);
    expect(stats(state, 'numaHit')).to.deep.equal([0, 0, 0, pages[3]]);
  });
});

describe('REF §3.5, §17.6 allocation of huge pages', () => {
  const MIB = 256;
  const huge = (options: Partial<RegionSpec> & { readonly pages: number }): RegionSpec => ({
    name: 'r',
    hugePages: true,
    ...options,
  });

  /** Index of the first page of every huge page. */
  const hugeStarts = ({ object }: Vma): readonly number[] =>
    [...object.huge.keys()].filter((page) => object.huge[page] === 1 && object.folioStart(page) === page);

  const heap = (region: RegionSpec, state = bootState({ machine: MACHINE }), cpu = 0) => {
    const process = start(state, { regions: [region], threads: [thread({ affinity: [cpu] })] });
    return { state, process, vma: process.mm.vmas[0]! };
  };

  it('takes whole 2 MiB blocks, and base pages for the rest', () => {
    const { vma } = heap(huge({ pages: 5 * MIB }));
    expect(hugeStarts(vma)).to.deep.equal([0, 512]);
    expect([...vma.object.residentPerNode]).to.deep.equal([5 * MIB, 0, 0, 0]);
    expect(vma.residentPages).to.equal(5 * MIB);
  });

  it('without it there are base pages only', () => {
    expect(hugeStarts(heap({ name: 'r', pages: 4 * MIB }).vma)).to.deep.equal([]);
  });

  it('blocks are aligned in the address space, not in the mapping', () => {
    const { kernel, pages } = mapped(0x7f00_0030_1000, 4 * MIB);
    // 0x7f0000400000 is page 255 of it; the next block would end at page 1279.
    expect(pages()).to.equal(255 + 1 + (4 * MIB - 767));
    expect(kernel.nodes()[0]!.numastat.numaHit).to.equal(pages());
  });

  it('one touch makes all of its block, unless a part of it is there already', () => {
    const { state, vma, process } = heap(huge({ pages: 1 }));
    const touch = { task: process.tasks[0]!, cpu: 0, node: 0 };
    const other = mapRegion(state, process, { name: 's', pages: 4 * MIB, hugePages: false }, null);
    touchPages(state, other, [600, 601], touch);
    other.hugePages = true;
    touchPages(state, other, [100, 101], touch);
    touchPages(state, other, [900, 901], touch);
    expect(hugeStarts(other)).to.deep.equal([0]);
    expect(other.residentPages).to.equal(512 + 2);
    expect(hugeStarts(vma)).to.deep.equal([]);
  });

  it('is one allocation call per page whatever its size (REF §18.3)', () => {
    const { state } = heap(huge({ pages: 4 * MIB + 3 }), undefined, 1);
    expect(state.memory.stat[1]).to.include({ numaHit: 2 + 3, localNode: 2 + 3, otherNode: 0 });
  });

  it('goes to the preferred node or not at all: what does not fit comes as base pages', () => {
    const state = bootState({ machine: MACHINE });
    state.memory.free[3] = state.memory.marks[3]!.min + 3 * 512 - 1;
    const { vma } = heap(huge({ pages: 8 * MIB }), state, 3);
    expect(hugeStarts(vma)).to.deep.equal([0, 512]);
    const [, , next, preferred] = vma.object.residentPerNode;
    const { low, min } = state.memory.marks[3]!;
    const base = 511 - (low - min);
    expect([next, preferred]).to.deep.equal([8 * MIB - 1024 - base, 1024 + base]);
    expect(state.memory.stat[3]).to.include({ numaHit: 2 + base, numaForeign: next });
  });

  it('from a CPU of a node without memory the nearest node with some is the preferred one', () => {
    const nodes = MACHINE.nodes.map((node, id) => (id === 3 ? { ...node, pages: 0 } : node));
    const { vma } = heap(huge({ pages: 2 * MIB }), bootState({ machine: { ...MACHINE, nodes } }), 3);
    expect(hugeStarts(vma)).to.deep.equal([0]);
    expect([...vma.object.residentPerNode]).to.deep.equal([0, 0, 512, 0]);
  });

  it('follows PREFERRED and BIND to their nodes', () => {
    for (const [mode, nodes, expected] of [
      ['Preferred', [2], [0, 0, 512, 0]],
      ['Bind', [1, 3], [0, 512, 0, 0]],
      ['PreferredMany', [2, 3], [0, 0, 512, 0]],
    ] as const) {
      const { vma } = heap(huge({ pages: 2 * MIB, policy: spec(mode, ...nodes) }));
      expect([...vma.object.residentPerNode]).to.deep.equal(expected);
      expect(hugeStarts(vma)).to.deep.equal([0]);
    }
  });

  it('interleaves by blocks of the address: 1 0 1 0 from 0x7f0000200000 (REF §20.7)', () => {
    const { node } = mapped(0x7f00_0020_0000, 8 * MIB, spec('Interleave', 0, 1));
    expect([0, 512, 1024, 1536].map(node)).to.deep.equal([1, 0, 1, 0]);
  });

  it('interleaves from an unaligned start by index 66584577, 66584578 (REF §20.7)', () => {
    const { node } = mapped(0x7f00_0030_1000, 6 * MIB, spec('Interleave', 0, 1, 2));
    expect([255, 767].map(node)).to.deep.equal([66_584_577 % 3, 66_584_578 % 3]);
  });

  it('weighted interleaving counts huge pages', () => {
    const state = bootState({ machine: MACHINE });
    state.interleaveWeights.splice(0, 2, 2, 1);
    const { vma, process } = heap(huge({ pages: 1 }), state);
    const region = { name: 's', pages: 12 * MIB, hugePages: true };
    const policy = createMemoryPolicy(spec('WeightedInterleave', 0, 1), 4, state.variant);
    const other = mapRegion(state, process, region, policy);
    touchPages(state, other, [0, other.pages], { task: process.tasks[0]!, cpu: 0, node: 0 });
    expect([...other.object.residentPerNode]).to.deep.equal([4 * 512, 2 * 512, 0, 0]);
    expect(vma.residentPages).to.equal(1);
  });

  it('an interleaved huge page may come from the next node, as a miss', () => {
    const state = bootState({ machine: MACHINE });
    state.memory.free[3] = 0;
    const { vma } = heap(huge({ pages: 2 * MIB, policy: spec('Interleave', 3) }), state);
    expect(hugeStarts(vma)).to.deep.equal([0]);
    expect(state.memory.stat[2]).to.include({ numaMiss: 1, interleaveHit: 0 });
    expect(state.memory.stat[3]).to.include({ numaForeign: 1 });
  });

  it('charges 512 pages; where only less is left under memory.max, base pages fill it up', () => {
    const state = bootState({ machine: MACHINE });
    state.root.subtreeControl.add('memory');
    const group = makeCgroup(state, '/g');
    group.memoryMax = (2 * 512 + 100) * 4096;
    const regions = [huge({ pages: 2 * 512 })];
    const process = start(state, { regions }, group);
    expect([group.chargedPages, state.root.chargedPages]).to.deep.equal([1024, 1024]);
    const more = mapRegion(state, process, { name: 'm', pages: 512, hugePages: true }, null);
    const touch = { task: process.tasks[0]!, cpu: 0, node: 0 };
    expect(touchPages(state, more, [0, 512], touch)).to.equal('memory.max is reached');
    expect([more.residentPages, hugeStarts(more).length, group.chargedPages]).to.deep.equal([100, 0, 1124]);
  });

  it('gives everything back at exit', () => {
    const state = bootState({ machine: MACHINE });
    const free = [...state.memory.free];
    const { process } = heap(huge({ pages: 7 * MIB, policy: spec('Interleave', 0, 1, 2) }), state);
    endProcess(state, process);
    expect([...state.memory.free]).to.deep.equal(free);
    expect(state.root.chargedPages).to.equal(0);
  });

  describe('of shared memory, that another process touches too', () => {
    const SHARED = { ...ANONYMOUS, shared: true };
    const sharers = (misalignment: number) => {
      const state = bootState({ machine: MACHINE });
      const [a, b] = [start(state), start(state)];
      const address = 0x7f00_0000_0000;
      const mapping = { name: 's', pages: 1024, flags: SHARED, hugePages: true, address };
      const first = mapRegion(state, a, mapping, null);
      touchPages(state, first, [0, 1024], { task: a.tasks[0]!, cpu: 0, node: 0 });
      const moved = { ...mapping, object: first.object, address: address + misalignment * 4096 };
      const second = mapRegion(state, b, moved, null);
      touchPages(state, second, [700, 701], { task: b.tasks[0]!, cpu: 0, node: 0 });
      const present = [...second.present.keys()].filter((page) => second.present[page] === 1);
      return { state, task: b.tasks[0]!, second, range: [present[0], present.length, second.residentPages] };
    };

    it('it maps all of the huge page at once', () => {
      expect(sharers(0).range).to.deep.equal([512, 512, 512]);
    });

    it('at an address of another alignment it maps base pages', () => {
      expect(sharers(3).range).to.deep.equal([700, 1, 1]);
    });

    it('only what it maps is marked', () => {
      for (const [misalignment, marked] of [
        [0, [512, 1]],
        [3, [1, 0]],
      ] as const) {
        const { state, task, second } = sharers(misalignment);
        expect(markPages(state, task, second, 0, 1024).pages).to.equal(marked[0]);
        expect(counterValues(state.events)).to.include({
          numa_pte_updates: marked[0],
          numa_huge_pte_updates: marked[1],
        });
      }
    });
  });

  /** A mapping at an address, touched on node 0. */
  function mapped(address: number, pages: number, policy?: MemoryPolicySpec) {
    const kernel = boot({ machine: MACHINE });
    const pid = kernel.calls.start({ comm: 'p', cgroup: '/', streamName: 'p', origin: 'Exec', main: {} });
    kernel.calls.setAffinity(pid, [0]);
    kernel.calls.map(pid, { name: 'r', pages, address, hugePages: true, policy });
    kernel.calls.touch(pid, 'r', [0, pages]);
    const allocations = (): number =>
      kernel.nodes().reduce((sum, { numastat }) => sum + numastat.numaHit + numastat.numaMiss, 0);
    return { kernel, node: (page: number) => kernel.calls.pageNode(pid, 'r', page), pages: allocations };
  }
});
