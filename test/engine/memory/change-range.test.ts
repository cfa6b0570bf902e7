import { expect } from 'chai';

import { hintFault } from '../../../src/engine/balancing/hint-fault.ts';
import { markPages } from '../../../src/engine/balancing/mark.ts';
import { counterValues } from '../../../src/engine/counters.ts';
import { KernelError } from '../../../src/engine/kernel-error.ts';
import type { Kernel } from '../../../src/engine/kernel.ts';
import { bindRange, protectRange, unmapRange } from '../../../src/engine/memory/change-range.ts';
import type { RegionSpec } from '../../../src/engine/process.ts';
import { SECOND, boot, bootState, pidOf, processSpec, region, startOn, sweep, thread } from '../boot.ts';
import { checkInvariants } from '../invariants.ts';

const BIND = {
  mode: 'Bind',
  nodes: [0],
  migrateOnFault: true,
  migrateOnReferenceNode: true,
  taskOnly: false,
} as const;
const RIGHTS = { readable: true, writable: false, executable: false };

/** A process of two threads on node 1 with 4 MiB on node 0. */
function heap(options: Partial<RegionSpec> = {}) {
  const state = bootState();
  const started = startOn(state, 1, 0, { threads: 2, ...options });
  const { process, task, vma } = started;
  state.lruBatches.drain();
  const spans = (): readonly (readonly number[])[] => process.mm.vmas.map(({ low, high }) => [low, high]);
  const mark = (): number => {
    let pages = 0;
    for (const each of process.mm.vmas) pages += markPages(state, task, each, each.low, each.high).pages;
    return pages;
  };
  return { state, process, task, vma, table: vma.table, spans, mark };
}

describe('REF §3.4 a call on a range cuts its VMA', () => {
  it('the lower part keeps its balancing state, the new VMAs have none', () => {
    const { process, vma, table, spans } = heap();
    vma.scan = {
      nextScan: 1,
      pidsReset: 2,
      previousPids: [0, 0],
      currentPids: [1, 0],
      startSeq: 0,
      previousSeq: 1,
    };
    bindRange(process, table, [100, 200], BIND);
    expect(spans()).to.deep.equal([[0, 100], [100, 200], [200, 1024]]); // prettier-ignore
    expect(process.mm.vmas.map(({ scan }) => scan !== undefined)).to.deep.equal([true, false, false]);
    expect(process.mm.vmas.map(({ policy }) => policy)).to.deep.equal([null, BIND, null]);
    expect(process.mm.vmas.map(({ residentPages }) => residentPages)).to.deep.equal([100, 100, 824]);
  });

  it('a change of all of it cuts nothing, nor does one that changes nothing', () => {
    const { process, table, spans } = heap();
    bindRange(process, table, [100, 200], null);
    protectRange(process, table, [0, 1024], RIGHTS);
    expect(spans()).to.deep.equal([[0, 1024]]);
    expect(process.mm.vmas[0]!.flags.writable).to.equal(false);
  });

  it('munmap gives memory and marks back', () => {
    const { state, process, table, spans, mark } = heap();
    mark();
    unmapRange(state, process, table, [100, 200]);
    expect(spans()).to.deep.equal([[0, 100], [200, 1024]]); // prettier-ignore
    expect([table.armed.count, process.mm.residentPages]).to.deep.equal([924, 924]);
    expect(state.memory.managed[0]! - state.memory.free[0]!).to.equal(924);
    checkInvariants(state);
    unmapRange(state, process, table, [0, 1024]);
    expect([process.mm.vmas.length, state.memory.free[0] === state.memory.managed[0]]).to.deep.equal([
      0,
      true,
    ]);
    checkInvariants(state);
  });

  it('a scan in the middle of it goes on by what it then finds (REF §7.2)', () => {
    const kernel = boot();
    const spec = {
      regions: [region('heap', 64, { firstTouchNode: 0 })],
      threads: [0, 1].map(() => thread({ affinity: [1], accesses: [sweep('heap')] })),
    };
    const pid = pidOf(kernel.spawn(processSpec(spec)));
    while (kernel.counters().numa_pte_updates === 0) kernel.run(kernel.now + kernel.tickNs);
    kernel.calls.munmap(pid, 'heap', [0, 16_000]);
    kernel.run(kernel.now + 3 * SECOND);
    expect(kernel.counters().numa_pte_updates).to.be.at.least(384);
    expect(kernel.processes()[0]!.regions[0]!.pagesPerNode.reduce((a, b) => a + b)).to.equal(384);
    expect(kernel.calls.pageNode(pid, 'heap', 0)).to.equal(-1);
  });
});

describe('REF §7.4 a huge page across the edge of a VMA', () => {
  it('is marked by base pages, and not counted in numa_huge_pte_updates', () => {
    const { state, process, table, mark } = heap({ hugePages: true });
    bindRange(process, table, [700, 1024], BIND);
    expect(mark()).to.equal(1024);
    expect(counterValues(state.events)).to.include({ numa_pte_updates: 1024, numa_huge_pte_updates: 1 });
  });

  it('REF §8: a fault unmarks its entries in the same VMA; the folio counts whole', () => {
    const { state, process, task, table, mark } = heap({ hugePages: true });
    bindRange(process, table, [700, 1024], BIND);
    mark();
    // A thread on node 1 under Bind(0): the page stays.
    hintFault(state, task, table.vmaOf(800), 800, false);
    expect(table.armed.count).to.equal(512 + (700 - 512));
    expect(task.locality).to.deep.equal([512, 0, 0]);
    checkInvariants(state);
  });

  it('REF §10.2: it moves whole, and loses its marks in both VMAs', () => {
    const { state, process, task, table, mark } = heap({ hugePages: true });
    protectRange(process, table, [700, 1024], RIGHTS);
    mark();
    hintFault(state, task, table.vmaOf(600), 600, false);
    expect(counterValues(state.events)).to.include({ numa_pages_migrated: 512, thp_migration_success: 1 });
    expect([table.armed.count, table.object.node[1023]]).to.deep.equal([512, 1]);
    checkInvariants(state);
  });

  it('an edge at its boundary leaves its entry whole', () => {
    const { process, table } = heap({ hugePages: true });
    bindRange(process, table, [512, 1024], BIND);
    expect([table.isHugeEntry(512), table.isHugeEntry(0)]).to.deep.equal([true, true]);
  });

  it('unmapped in part, its memory stays until the rest goes', () => {
    const { state, process, table } = heap({ hugePages: true });
    unmapRange(state, process, table, [700, 1024]);
    expect(state.memory.managed[0]! - state.memory.free[0]!).to.equal(1024);
    unmapRange(state, process, table, [512, 700]);
    expect(state.memory.managed[0]! - state.memory.free[0]!).to.equal(512);
    checkInvariants(state);
  });
});

describe('calls on ranges refuse what they cannot do', () => {
  for (const [what, call] of [
    ['a range outside', (kernel, pid) => kernel.calls.munmap(pid, 'heap', [0, 257])],
    ['half a page', (kernel, pid) => kernel.calls.munmap(pid, 'heap', [0.5, 2])],
    ['rights of unmapped pages', (kernel, pid) => kernel.calls.mprotect(pid, 'heap', [5, 20], RIGHTS)],
    [
      'a policy that is none',
      (kernel, pid) =>
        kernel.calls.mbind(pid, 'heap', [20, 30], { mode: 'Local', nodes: [], numaBalancing: true }),
    ],
  ] as readonly (readonly [string, (kernel: Kernel, pid: number) => void])[]) {
    it(what, () => {
      const kernel = boot();
      const pid = pidOf(kernel.spawn(processSpec({ regions: [region('heap', 1)] })));
      kernel.calls.munmap(pid, 'heap', [10, 12]);
      const before = kernel.digest();
      expect(() => call(kernel, pid)).to.throw(KernelError, 'EINVAL');
      expect(kernel.digest()).to.equal(before);
    });
  }
});
