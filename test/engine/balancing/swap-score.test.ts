import { expect } from 'chai';

import type { Task } from '../../../src/engine/sched/task.ts';
import { NO_NODE } from '../../../src/engine/units.ts';
import { compare, scoreOf } from './comparison.ts';
import type { Situation } from './comparison.ts';

describe('REF §20.6 swap scores', () => {
  for (const [row, taskImp, groupImp, groups, srcWeight, dstWeight, prefers, score] of [
    [1, 600, 0, 'none', 700, 100, 0, 1350],
    [2, 600, 0, 'none', 100, 700, 1, 'next'],
    [3, 600, 0, 'none', 100, 100, NO_NODE, 600],
    [4, 600, 400, 'same', 500, 300, NO_NODE, 750],
    [5, 600, 400, 'different', 800, 100, 0, 1237],
    [6, 20, 0, 'none', 5, 0, NO_NODE, 'next'],
  ] as const) {
    it(`row ${row}: ${score}`, () => {
      const situation: Situation = {
        improvement: [taskImp, groupImp],
        groups,
        partner: [srcWeight, dstWeight],
        prefers,
      };
      expect(scoreOf(compare(situation))).to.equal(score);
    });
  }

  it('only the task in a group: its group and the partner itself', () => {
    expect(scoreOf(compare({ improvement: [600, 400], groups: 'mine', partner: [300, 100] }))).to.equal(600);
  });

  it('only the partner in a group: both themselves', () => {
    expect(scoreOf(compare({ improvement: [600, 400], groups: 'theirs', partner: [300, 100] }))).to.equal(
      800,
    );
  });

  it('a partner that is where it prefers to be costs a sixteenth', () => {
    expect(scoreOf(compare({ improvement: [600, 0], groups: 'none', partner: [0, 0], prefers: 1 }))).to.equal(
      563,
    );
  });
});

describe('REF §14.5 step 6', () => {
  it('between groups, what the partner’s group gains counts, not the partner itself', () => {
    const ofGroup = (_: Task, { group }: Task): void => group!.mem.set([900, 0, 0, 100]);
    const situation: Situation = { improvement: [600, 400], groups: 'different', partner: [0, 0] };
    expect(scoreOf(compare({ ...situation, change: ofGroup }))).to.equal(400 + 900 - 100);
  });
});
