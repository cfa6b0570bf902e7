import { expect } from 'chai';

import type { Search } from '../../../src/engine/balancing/compare-task.ts';
import { nodeLoad } from '../../../src/engine/balancing/node-load.ts';
import { recordCandidate } from '../../../src/engine/balancing/record-candidate.ts';
import type { KernelState } from '../../../src/engine/state.ts';
import { machine } from '../boot.ts';
import { tasksOn } from './running-tasks.ts';

const lockedOf = ({ runQueues }: KernelState): readonly number[] =>
  runQueues.filter(({ numaMigrateOn }) => numaMigrateOn).map(({ cpu }) => cpu);

/** A task on node 0 searches; CPUs 4 to 7 are node 1. The given ones run tasks, others are locked. */
function searching(
  busy: readonly number[],
  locked: readonly number[],
): { readonly state: KernelState; readonly search: Search } {
  const { state, tasks } = tasksOn(machine({ nodes: 2, cpusPerNode: 4 }), [0, ...busy]);
  for (const cpu of locked) state.runQueues[cpu]!.numaMigrateOn = true;
  return {
    state,
    search: { task: tasks[0]!, src: nodeLoad(state, 0), best: undefined, bestImprovement: 0 },
  };
}

describe('REF §14.5 recording a candidate', () => {
  it('locks its run queue, and unlocks that of the best before', () => {
    const { state, search } = searching([], []);
    recordCandidate(state, search, { cpu: 5, partner: undefined }, 30);
    expect([search.best?.cpu, search.bestImprovement, lockedOf(state)]).to.deep.equal([5, 30, [5]]);
    recordCandidate(state, search, { cpu: 6, partner: undefined }, 50);
    expect([search.best?.cpu, search.bestImprovement, lockedOf(state)]).to.deep.equal([6, 50, [6]]);
  });

  it('on the CPU that is the best already keeps it: the lock is its own', () => {
    const { state, search } = searching([], []);
    recordCandidate(state, search, { cpu: 5, partner: undefined }, 30);
    recordCandidate(state, search, { cpu: 5, partner: undefined }, 50);
    expect([search.best?.cpu, search.bestImprovement, lockedOf(state)]).to.deep.equal([5, 50, [5]]);
  });

  it('on a queue that another search has locked takes the next idle CPU behind it, not the first', () => {
    const { state, search } = searching([], [6]);
    recordCandidate(state, search, { cpu: 6, partner: undefined }, 30);
    expect([search.best?.cpu, lockedOf(state)]).to.deep.equal([7, [6, 7]]);
  });

  it('and is dropped where there is none: the best before stays', () => {
    const { state, search } = searching([5, 7], [4, 6]);
    recordCandidate(state, search, { cpu: 5, partner: undefined }, 30);
    recordCandidate(state, search, { cpu: 6, partner: undefined }, 50);
    expect([search.best?.cpu, search.bestImprovement, lockedOf(state)]).to.deep.equal([5, 30, [4, 5, 6]]);
  });
});
