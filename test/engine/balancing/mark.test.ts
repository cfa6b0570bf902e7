import { expect } from 'chai';

import { markPages } from '../../../src/engine/balancing/mark.ts';
import { makeCgroup } from '../../../src/engine/cgroup-tree.ts';
import { COUNTER_INDEX } from '../../../src/engine/counters.ts';
import { ANONYMOUS } from '../../../src/engine/memory/vma.ts';
import type { VmaFlags } from '../../../src/engine/memory/vma.ts';
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
  return { state, group, vma, mark };
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
    expect(markPages(state, tasks[0]!, vma, 0, 4)).to.equal(4);
    expect(markPages(state, tasks[0]!, vma, 0, 4)).to.equal(0);
  });

  it('ignores pages that are not there', () => {
    const { vma, mark } = mapped({ threads: 2 });
    vma.present.set([0, 1, 0, 1]);
    expect(mark()).to.deep.equal([1, 3, 4, 5, 6, 7]);
  });

  it('leaves copy-on-write memory of several address spaces alone, not shared mappings (c)', () => {
    const cow = mapped({ threads: 2 });
    cow.vma.object.mappings.push(cow.vma);
    expect(cow.mark()).to.deep.equal([]);
    const shared = mapped({ flags: { shared: true } });
    shared.vma.object.mappings.push(shared.vma);
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
