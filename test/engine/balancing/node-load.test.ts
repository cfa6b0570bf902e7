import { expect } from 'chai';

import {
  classifyNode,
  idleCpu,
  toleratedImbalance,
  tooImbalanced,
} from '../../../src/engine/balancing/node-load.ts';
import { bootState, machine, runTicks, startOn } from '../boot.ts';

describe('REF §20.5 movement without swap, imbNr = 6', () => {
  for (const [src, dst, imbalance, tolerated] of [
    [1, 0, 1, 0],
    [1, 1, 2, 0],
    [1, 2, 3, 3],
    [2, 3, 3, 3],
    [5, 5, 2, 0],
    [6, 6, 2, 2],
    [10, 5, 0, 0],
    [8, 7, 1, 1],
  ] as const) {
    it(`${src} and ${dst} running: ${tolerated === 0 ? 'may move' : 'may not move'}`, () => {
      expect(Math.max(0, dst + 1 - (src - 1))).to.equal(imbalance);
      expect(toleratedImbalance(imbalance, dst + 1, 6)).to.equal(tolerated);
    });
  }
});

describe('REF §20.5 node classes', () => {
  for (const [nrRunning, weight, capacity, util, runnable, type] of [
    [3, 4, 4096, 3000, 3000, 'hasSpare'],
    [4, 4, 4096, 4096, 4096, 'fullyBusy'],
    [4, 4, 4096, 3700, 3700, 'hasSpare'],
    [5, 4, 4096, 4096, 5120, 'overloaded'],
    [5, 4, 4096, 2000, 2000, 'hasSpare'],
    [5, 4, 4096, 3900, 3900, 'overloaded'],
  ] as const) {
    it(`${nrRunning} on ${weight} CPUs with util ${util} and runnable ${runnable}: ${type}`, () => {
      expect(classifyNode({ nrRunning, weight, capacity, util, runnable })).to.equal(type);
    });
  }
});

describe('REF §20.5 load test, equal capacity', () => {
  for (const [newSrc, newDst, oldSrc, oldDst, refused] of [
    [3000, 2000, 4000, 1000, false],
    [1000, 4000, 2000, 3000, true],
    [2000, 3000, 3000, 2000, false],
    [2500, 2500, 3000, 2000, false],
  ] as const) {
    it(`${newSrc}/${newDst} from ${oldSrc}/${oldDst} is ${refused ? 'refused' : 'allowed'}`, () => {
      const capacity = 4096;
      expect(
        tooImbalanced({ src: newSrc, dst: newDst }, { load: oldSrc, capacity }, { load: oldDst, capacity }),
      ).to.equal(refused);
    });
  }

  it('a node of twice the capacity carries twice the load', () => {
    const src = { load: 3000, capacity: 1000 };
    const dst = { load: 3000, capacity: 2000 };
    expect(tooImbalanced({ src: 2000, dst: 4000 }, src, dst)).to.equal(false);
    expect(tooImbalanced({ src: 4000, dst: 2000 }, src, dst)).to.equal(true);
  });
});

describe('REF §14.2 the idle CPU of a node', () => {
  /** Node 1 has CPUs 4 to 7; one of them is busy. */
  const looking = (options: {
    busy: number;
    locked?: number;
    affinity?: readonly number[];
    cores?: readonly (readonly number[])[];
  }) => {
    const { cores } = options;
    const state = bootState({
      machine: { ...machine({ nodes: 2, cpusPerNode: 4 }), ...(cores && { cores }) },
    });
    const { task } = startOn(state, 0, 0);
    startOn(state, options.busy, 1);
    runTicks(state, 1);
    task.affinity = options.affinity;
    if (options.locked !== undefined) state.runQueues[options.locked]!.numaMigrateOn = true;
    return (after?: number) => idleCpu(state, task, 1, after);
  };

  it('is the first that runs nothing', () => {
    expect(looking({ busy: 4 })()).to.equal(5);
    expect(looking({ busy: 6 })()).to.equal(4);
  });

  it('is one whose whole core is idle, before others', () => {
    const cores = [
      [4, 6],
      [5, 7],
    ];
    expect(looking({ busy: 6, cores })()).to.equal(5);
    expect(looking({ busy: 6, cores, locked: 5 })()).to.equal(7);
    expect(looking({ busy: 6, cores, affinity: [0, 4] })()).to.equal(4);
  });

  it('is one that no other migration has chosen', () => {
    expect(looking({ busy: 4, locked: 5 })()).to.equal(6);
  });

  it('is one that the task is allowed on', () => {
    expect(looking({ busy: 4, affinity: [0, 7] })()).to.equal(7);
    expect(looking({ busy: 4, affinity: [0, 4] })()).to.equal(undefined);
  });

  it('in place of another: the search starts behind it and wraps around (§14.5)', () => {
    expect(looking({ busy: 4 })(5)).to.equal(6);
    expect(looking({ busy: 4 })(7)).to.equal(5);
    expect(looking({ busy: 4, affinity: [0, 6] })(6)).to.equal(undefined);
  });
});
