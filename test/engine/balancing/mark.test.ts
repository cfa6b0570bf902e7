import { expect } from 'chai';

import { markPages } from '../../../src/engine/balancing/mark.ts';
import { makeCgroup } from '../../../src/engine/cgroup-tree.ts';
import { COUNTER_INDEX } from '../../../src/engine/counters.ts';
import { forkProcess } from '../../../src/engine/fork.ts';
import { ANONYMOUS } from '../../../src/engine/memory/vma.ts';
import type { Vma, VmaFlags } from '../../../src/engine/memory/vma.ts';
import type { KernelState } from '../../../src/engine/state.ts';
import { bootState, region, start, thread } from '../boot.ts';
import type { StateOptions } from '../boot.ts';

const UPDATES = COUNTER_INDEX.numa_pte_updates;

/** A process on node 1 whose first four pages lie on node 0, the next four on node 1. */
function mapped(
  options: StateOptions & { readonly threads?: number; readonly flags?: Partial<VmaFlags> } = {},
) {
  const { threads = 1, flags, ...rest } = options;
  const state = bootState(rest);
  state.root.subtreeControl.add('memory');
  const group = makeCgroup(state, '/g');
  const process = start(
    state,
    {
      regions: [{ ...region('r', 1, { flags: { ...ANONYMOUS, ...flags } }), pages: 8 }],
      threads: Array.from({ length: threads }, () => thread({ affinity: [1] })),
    },
    group,
  );
  const vma = process.mm.vmas[0]!;
  vma.object.node.set([0, 0, 0, 0, 1, 1, 1, 1]);
  const mark = (low = 0, high = 8): readonly number[] => {
    markPages(state, process.tasks[0]!, vma, low, high);
    return [0, 1, 2, 3, 4, 5, 6, 7].filter((page) => vma.armed.has(page));
  };
  return { state, group, process, vma, mark };
}

describe('REF §7.4 marking pages', () => {
  it('marks the remote pages of a single-threaded process and leaves local ones (f)', () => {
    expect(mapped().mark()).to.deep.equal([0, 1, 2, 3]);
  });

  it('marks all pages of a process with two threads', () => {
    expect(mapped({ threads: 2 }).mark()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('marks all pages of a shared mapping', () => {
    expect(mapped({ flags: { shared: true } }).mark()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('keeps to its range', () => {
    expect(mapped({ threads: 2 }).mark(3, 5)).to.deep.equal([3, 4]);
  });

  it('counts newly marked pages, for the machine and the cgroup of the owner', () => {
    const { state, group, mark } = mapped({ threads: 2 });
    mark(0, 3);
    mark();
    expect(state.events[UPDATES]).to.equal(8);
    expect(group.events[UPDATES]).to.equal(8);
  });

  it('a page marked before does not count again (a)', () => {
    const { state, vma } = mapped();
    const { tasks } = start(state, { threads: [thread({ affinity: [1] })] });
    expect(markPages(state, tasks[0]!, vma, 0, 4)).to.deep.equal({ pages: 4, entries: 4 });
    expect(markPages(state, tasks[0]!, vma, 0, 4)).to.deep.equal({ pages: 0, entries: 0 });
  });

  it('ignores pages that are not there', () => {
    const { vma, mark } = mapped({ threads: 2 });
    vma.present.set([0, 1, 0, 1]);
    expect(mark()).to.deep.equal([1, 3, 4, 5, 6, 7]);
  });

  it('leaves copy-on-write memory of several address spaces alone, not shared mappings (c)', () => {
    const cow = mapped({ threads: 2 });
    forkProcess(cow.state, cow.process, cow.process.tasks[0]!);
    expect(cow.mark()).to.deep.equal([]);
    const shared = mapped({ flags: { shared: true } });
    forkProcess(shared.state, shared.process, shared.process.tasks[0]!);
    expect(shared.mark()).to.have.length(8);
  });

  for (const [mode, rfc, marks] of [
    [1, 'Off', true],
    [2, 'V1', false],
    [3, 'V1', true],
    [4, 'Off', false],
    [4, 'V1', true],
    [4, 'V2', true],
  ] as const) {
    it(`mode ${mode} on kernel ${rfc}: ${marks ? 'marks' : 'does not mark'} top-tier memory (g)`, () => {
      expect(mapped({ threads: 2, mode, variant: { rfc } }).mark().length > 0).to.equal(marks);
    });
  }
});

describe('REF §7.4 marking huge pages', () => {
  /** A process on node 1 with 5 MiB on node 0: two huge pages and 256 base pages. */
  const huge = (
    options: StateOptions & { readonly threads?: number; readonly cpu?: number } = {},
  ): { state: KernelState; vma: Vma; mark: (low?: number, high?: number) => number } => {
    const { threads = 1, cpu = 1, ...rest } = options;
    const state = bootState(rest);
    const { mm, tasks } = start(state, {
      regions: [region('r', 5, { hugePages: true, firstTouchNode: 0 })],
      threads: Array.from({ length: threads }, () => thread({ affinity: [cpu] })),
    });
    const vma = mm.vmas[0]!;
    return {
      state,
      vma,
      mark: (low = 0, high = vma.pages) => markPages(state, tasks[0]!, vma, low, high).pages,
    };
  };
  const counted = ({ events }: KernelState): readonly number[] => [
    events[UPDATES]!,
    events[COUNTER_INDEX.numa_huge_pte_updates]!,
  ];

  it('counts 512 pages and one huge page each', () => {
    const { state, vma, mark } = huge();
    expect(mark()).to.equal(5 * 256);
    expect(counted(state)).to.deep.equal([5 * 256, 2]);
    expect(vma.armed.count).to.equal(5 * 256);
  });

  it('each is marked once, as a whole', () => {
    const { state, vma, mark } = huge();
    expect([mark(0, 512), mark()]).to.deep.equal([512, 512 + 256]);
    vma.disarmFolio(512, 512);
    expect(mark()).to.equal(512);
    expect(counted(state)).to.deep.equal([5 * 256 + 512, 3]);
  });

  it('those on the node of a single-threaded process are left alone (f), not those of two threads', () => {
    expect(huge({ cpu: 0 }).mark()).to.equal(0);
    expect(huge({ cpu: 0, threads: 2 }).mark()).to.equal(5 * 256);
  });

  for (const [mode, rfc, thpMarking, pages, hugePages] of [
    [1, 'V1', 'AsPosted', 5 * 256, 2],
    [4, 'V1', 'AsPosted', 256, 0],
    [4, 'V2', 'AsPosted', 256, 0],
    [4, 'V1', 'Fixed', 5 * 256, 2],
    [4, 'V2', 'Fixed', 5 * 256, 2],
    [4, 'Off', 'Fixed', 0, 0],
    [2, 'V1', 'Fixed', 0, 0],
  ] as const) {
    it(`mode ${mode}, ${rfc}, ${thpMarking}: ${pages} pages, ${hugePages} huge pages on a top-tier node`, () => {
      const { state, mark } = huge({ mode, threads: 2, variant: { rfc, thpMarking } });
      mark();
      expect(counted(state)).to.deep.equal([pages, hugePages]);
    });
  }
});
