import { expect } from 'chai';

import { misplaced } from '../../../src/engine/balancing/misplaced.ts';
import type { MemoryPolicy } from '../../../src/engine/memory/memory-policy.ts';
import { bootState, machine, startOn } from '../boot.ts';

const NO_NODE = -1;

/** Distances grow with the difference of the ids. */
const MACHINE = machine({
  nodes: 4,
  distances: [
    [10, 20, 30, 40],
    [20, 10, 20, 30],
    [30, 20, 10, 20],
    [40, 30, 20, 10],
  ],
});

/** A policy no program can have: balanced, but not after the task (MOF without MORON). */
function hypothetical(mode: MemoryPolicy['mode'], ...nodes: readonly number[]): MemoryPolicy {
  return { mode, nodes, migrateOnFault: true, migrateOnReferenceNode: false, taskOnly: false };
}

interface Fault {
  /** Node of the page. */
  readonly on: number;
  /** Node of the faulting CPU. */
  readonly here: number;
  /** Page of the mapping, whose first page has index 0x7f0000000 (0 modulo 2 and 4). */
  readonly page?: number;
  readonly huge?: boolean;
  readonly weights?: readonly number[];
}

function wanted(policy: MemoryPolicy, { on, here, page = 0, huge = false, weights }: Fault) {
  const state = bootState({ machine: MACHINE });
  const { task, vma } = startOn(state, here, on, { mib: 4, hugePages: huge });
  vma.policy = policy;
  if (weights) state.interleaveWeights.splice(0, weights.length, ...weights);
  const before = vma.object.lastCpupid[page];
  const target = misplaced(state, task, { vma, object: vma.object, start: page, pages: huge ? 512 : 1 });
  expect(vma.object.lastCpupid[page], 'who touched it last is the filter’s alone').to.equal(before);
  return target;
}

describe('REF §9.1 policies that do not follow the task (none can be had today)', () => {
  it('INTERLEAVE wants the node of the page’s index', () => {
    const policy = hypothetical('Interleave', 1, 3);
    const targets = [0, 1, 2, 3].map((page) => wanted(policy, { on: 0, here: 0, page }));
    expect(targets).to.deep.equal([1, 3, 1, 3]);
    expect(wanted(policy, { on: 3, here: 0, page: 1 }), 'it is there').to.equal(NO_NODE);
  });

  it('INTERLEAVE counts huge pages as one', () => {
    const policy = hypothetical('Interleave', 1, 3);
    const at = (page: number): number => wanted(policy, { on: 0, here: 0, page, huge: true });
    expect([at(0), at(512)]).to.deep.equal([1, 3]);
  });

  it('WEIGHTED_INTERLEAVE wants the node of the index by weight', () => {
    const policy = hypothetical('WeightedInterleave', 2, 3);
    const weights = [1, 1, 3, 1];
    const targets = [0, 1, 2, 3, 4].map((page) => wanted(policy, { on: 0, here: 0, page, weights }));
    expect(targets).to.deep.equal([2, 2, 2, 3, 2]);
  });

  it('PREFERRED leaves pages on its node and wants it for all others', () => {
    expect(wanted(hypothetical('Preferred', 2), { on: 2, here: 0 })).to.equal(NO_NODE);
    expect(wanted(hypothetical('Preferred', 2), { on: 0, here: 0 })).to.equal(2);
  });

  it('LOCAL wants the faulting CPU’s node', () => {
    expect(wanted(hypothetical('Local'), { on: 2, here: 1 })).to.equal(1);
    expect(wanted(hypothetical('Local'), { on: 1, here: 1 })).to.equal(NO_NODE);
  });

  for (const mode of ['Bind', 'PreferredMany'] as const) {
    it(`${mode} leaves pages on any of its nodes, and wants the nearest one for others`, () => {
      const policy = hypothetical(mode, 0, 3);
      expect(wanted(policy, { on: 3, here: 0 }), 'not the nearest, but allowed').to.equal(NO_NODE);
      expect(wanted(policy, { on: 1, here: 1 }), 'nearest to node 1').to.equal(0);
      expect(wanted(policy, { on: 1, here: 2 }), 'nearest to node 2').to.equal(3);
      expect(wanted(policy, { on: 1, here: 3 }), 'the CPU’s own').to.equal(3);
    });
  }
});
