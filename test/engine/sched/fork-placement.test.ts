import { expect } from 'chai';

import { forkCpu } from '../../../src/engine/sched/fork-placement.ts';
import type { ForkOrigin } from '../../../src/engine/sched/fork-placement.ts';
import { NO_NODE } from '../../../src/engine/units.ts';
import { bootState, machine, runTicks, startOn } from '../boot.ts';

const TWO_BY_FOUR = machine({ nodes: 2, cpusPerNode: 4 });
const ALL = [0, 1, 2, 3, 4, 5, 6, 7];

/** The node a task starts on while these CPUs are busy. */
function nodeFor(busy: readonly number[], origin: ForkOrigin, spec = TWO_BY_FOUR): number {
  const state = bootState({ machine: spec });
  for (const cpu of busy) startOn(state, cpu, 0, { pages: 1 });
  runTicks(state, 1);
  return state.topology.nodeOfCpu[forkCpu(state, ALL, origin)]!;
}

describe('REF §15 fork and exec placement', () => {
  it('a new process goes to the node with most idle CPUs', () => {
    expect(nodeFor([0, 1], { home: NO_NODE, preferred: NO_NODE })).to.equal(1);
  });

  it('a thread stays with its creator while the imbalance is tolerated', () => {
    const spec = { ...TWO_BY_FOUR, llcsPerNode: 3 };
    expect(nodeFor([0, 1], { home: 0, preferred: NO_NODE }, spec)).to.equal(0);
    expect(nodeFor([0, 1, 2], { home: 0, preferred: NO_NODE }, spec)).to.equal(1);
  });

  it('stays on the node that its creator prefers while a CPU is idle there', () => {
    expect(nodeFor([0, 1, 2], { home: 0, preferred: 0 })).to.equal(0);
    expect(nodeFor([0, 1, 2, 3], { home: 0, preferred: 0 })).to.equal(1);
  });

  it('goes to the idlest node if that is the one its creator prefers', () => {
    const spec = { ...TWO_BY_FOUR, llcsPerNode: 3 };
    expect(nodeFor([0, 1], { home: 0, preferred: 1 }, spec)).to.equal(1);
  });
});
