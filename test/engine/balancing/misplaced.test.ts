import { expect } from 'chai';

import { hintFault } from '../../../src/engine/balancing/hint-fault.ts';
import { misplaced } from '../../../src/engine/balancing/misplaced.ts';
import { counterValues } from '../../../src/engine/counters.ts';
import type { KernelVariant } from '../../../src/engine/machine/variant.ts';
import { UNSET_CPUPID } from '../../../src/engine/memory/cpupid.ts';
import { createMemoryPolicy } from '../../../src/engine/memory/memory-policy.ts';
import { NO_NODE } from '../../../src/engine/units.ts';
import { bootState, machine, region, start, startOn, thread } from '../boot.ts';

/** A fault of a thread on node 0 on one huge page that is on a node, under interleaving with the flag. */
function interleavedFault(nodes: number, on: number, variant: Partial<KernelVariant>) {
  const state = bootState({ machine: machine({ nodes }), variant });
  const policy = { mode: 'Interleave', nodes: [on], numaBalancing: true } as const;
  const { mm, tasks } = start(state, {
    regions: [region('heap', 2, { hugePages: true, policy })],
    threads: [thread({ affinity: [0] })],
  });
  const vma = mm.vmas[0]!;
  vma.armFolio(0, 512);
  hintFault(state, tasks[0]!, vma, 9, false);
  expect(vma.armed.count, 'unmarked').to.equal(0);
  return {
    node: vma.object.node[0],
    pages: [...vma.object.residentPerNode],
    free: state.memory.managed.map((managed, node) => managed - state.memory.free[node]!),
    events: counterValues(state.events),
    locality: tasks[0]!.locality,
  };
}

describe('REF §9.1 policies without "migrate on fault"', () => {
  for (const [mode, nodes] of [
    ['Local', []],
    ['Preferred', [1]],
    ['PreferredMany', [1]],
    ['Bind', [1]],
    ['Interleave', [1]],
    ['WeightedInterleave', [1]],
  ] as const) {
    it(`${mode}: a page stays, though the policy would now put it elsewhere`, () => {
      const state = bootState();
      const { task, vma } = startOn(state, 1, 0);
      vma.policy = createMemoryPolicy({ mode, nodes, numaBalancing: false }, 2, state.variant);
      expect(misplaced(state, task, { vma, object: vma.object, start: 0, pages: 1 })).to.equal(NO_NODE);
      expect(vma.object.lastCpupid[0]).to.equal(UNSET_CPUPID);
    });
  }
});

describe('REF §17.7 huge pages under interleaving with the flag', () => {
  it('as intended stay where they are, and the fault is recorded', () => {
    for (const on of [0, 1, 2]) {
      const { node, events, locality } = interleavedFault(3, on, { sentinel: 'Intended' });
      expect([node, events.numa_pages_migrated, events.pgmigrate_fail]).to.deep.equal([on, 0, 0]);
      expect(locality).to.deep.equal(on === 0 ? [0, 512, 0] : [512, 0, 0]);
    }
  });

  for (const on of [0, 1, 2]) {
    it(`D2 as posted: one on node ${on} is "migrated" to node 1`, () => {
      const { node, pages, free, events } = interleavedFault(3, on, { sentinel: 'AsPosted' });
      expect(node).to.equal(1);
      expect(pages).to.deep.equal([0, 512, 0]);
      expect([...free]).to.deep.equal([0, 512, 0]);
      expect(events).to.include({ numa_pages_migrated: 512, thp_migration_success: 1 });
    });
  }

  it('D2 as posted, on a machine without node 1: stays', () => {
    const { node, events } = interleavedFault(1, 0, { sentinel: 'AsPosted' });
    expect([node, events.numa_pages_migrated, events.pgmigrate_fail]).to.deep.equal([0, 0, 0]);
  });

  it('D1 as posted does not hold huge pages back that are to move to node 1', () => {
    const state = bootState({ variant: { sentinel: 'AsPosted' } });
    const { mm, tasks } = start(state, {
      regions: [region('heap', 2, { hugePages: true, firstTouchNode: 0 })],
      threads: [thread({ affinity: [1] })],
    });
    mm.vmas[0]!.armFolio(0, 512);
    hintFault(state, tasks[0]!, mm.vmas[0]!, 0, false);
    expect(mm.vmas[0]!.object.node[0]).to.equal(1);
  });
});
