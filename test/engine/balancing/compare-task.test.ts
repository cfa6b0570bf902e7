import { expect } from 'chai';

import { compareWith } from '../../../src/engine/balancing/compare-task.ts';
import type { Search } from '../../../src/engine/balancing/compare-task.ts';
import { nodeLoad } from '../../../src/engine/balancing/node-load.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import { bootState, runTicks, startOn } from '../boot.ts';
import {
  BYSTANDER_CPU,
  DST_IDLE_CPU,
  OTHER_IDLE_CPU,
  PARTNER_CPU,
  compare,
  moveOf,
  scoreOf,
} from './comparison.ts';
import type { Situation } from './comparison.ts';

/** A partner that would lose by a swap: for a task that may move, moving is better. */
const stays = { partner: [100, 200] } as const;

describe('REF §14.5 comparing with the task on a CPU', () => {
  const good: Situation = { improvement: [600, 0], groups: 'none', partner: [100, 100] };

  it('1: a locked run queue is passed by', () => {
    const state = bootState();
    const { task } = startOn(state, 0, 0);
    state.runQueues[1]!.numaMigrateOn = true;
    const src = nodeLoad(state, 0);
    const search: Search = { task, src, best: undefined, bestImprovement: 0 };
    const improvement = { task: 600, group: 0 };
    const examined = {
      cpu: 1,
      src,
      dst: nodeLoad(state, 1),
      improvement,
      mayMove: true,
      idle: 1,
      distance: 20,
    };
    expect(compareWith(state, search, examined)).to.equal('next');
  });

  it('2: the task itself ends the search', () => {
    const state = bootState();
    const { task } = startOn(state, 0, 0);
    runTicks(state, 1);
    const src = nodeLoad(state, 0);
    const search: Search = { task, src, best: undefined, bestImprovement: 0 };
    const improvement = { task: 600, group: 0 };
    const examined = { cpu: 0, src, dst: src, improvement, mayMove: true, idle: undefined, distance: 10 };
    expect(compareWith(state, search, examined)).to.equal('stop');
  });

  it('3: an exiting task counts as none, so the task may move there', () => {
    const exiting: Situation = { ...good, mayMove: true, change: (_, partner) => (partner.exiting = true) };
    expect(compare(exiting).outcome).to.deep.equal({
      candidate: { cpu: PARTNER_CPU, partner: undefined },
      improvement: 600,
    });
    expect(compare({ ...exiting, best: () => ({ bestImprovement: 601 }) }).outcome).to.equal('next');
    expect(compare({ ...exiting, mayMove: false }).outcome).to.equal('next');
  });

  it('3: a move as good as the best so far takes its place', () => {
    const exiting: Situation = { ...good, mayMove: true, change: (_, partner) => (partner.exiting = true) };
    expect(moveOf({ ...exiting, best: () => ({ bestImprovement: 600 }) })).to.equal(PARTNER_CPU);
  });

  it('3: a CPU whose last task sleeps runs none', () => {
    const asleep = (_: Task, partner: Task): void =>
      void Object.assign(partner, { dutyPercent: 10, streams: [] });
    expect(moveOf({ ...good, mayMove: true, change: asleep })).to.equal(PARTNER_CPU);
    expect(compare({ ...good, change: asleep }).outcome).to.equal('next');
  });

  it('4: a partner that may not run on the source CPU is passed by', () => {
    expect(compare({ ...good, change: (_, partner) => (partner.affinity = [PARTNER_CPU]) }).outcome).to.equal(
      'next',
    );
  });

  it('5: a best partner that prefers the source is not given up for one that does not', () => {
    const best = (other: Task): Partial<Search> => {
      other.preferredNode = 0;
      return { best: { cpu: BYSTANDER_CPU, partner: other }, bestImprovement: 0 };
    };
    expect(compare({ ...good, best }).outcome).to.equal('next');
    expect(scoreOf(compare({ ...good, best, prefers: 0 }))).to.equal(675);
  });

  it('6: with spare capacity no swap within a group or between ungrouped tasks', () => {
    expect(compare({ ...good, type: 'hasSpare' }).outcome).to.equal('next');
    expect(compare({ ...good, type: 'hasSpare', groups: 'same' }).outcome).to.equal('next');
    expect(scoreOf(compare({ ...good, type: 'hasSpare', groups: 'theirs' }))).to.equal(600);
  });

  it('7: a move that gains more than the swap is preferred', () => {
    const { outcome } = compare({ ...good, ...stays, mayMove: true });
    expect(outcome).to.deep.equal({
      candidate: { cpu: PARTNER_CPU, partner: undefined },
      improvement: 600,
    });
    expect(scoreOf(compare({ ...good, mayMove: true }))).to.equal(600);
  });

  it('7: but it must gain more than the best so far too', () => {
    const mayMove: Situation = { ...good, ...stays, mayMove: true };
    expect(moveOf({ ...mayMove, best: () => ({ bestImprovement: 599 }) })).to.equal(PARTNER_CPU);
    expect(compare({ ...mayMove, best: () => ({ bestImprovement: 600 }) }).outcome).to.equal('next');
  });

  it('8: a partner that prefers the source beats a better one that does not', () => {
    const best = (other: Task): Partial<Search> => ({
      best: { cpu: BYSTANDER_CPU, partner: other },
      bestImprovement: 900,
    });
    expect(scoreOf(compare({ ...good, best, prefers: 0 }))).to.equal(675);
    expect(compare({ ...good, best }).outcome).to.equal('next');
  });

  it('8: of two partners that prefer the source the better one is kept', () => {
    const best = (other: Task): Partial<Search> => {
      other.preferredNode = 0;
      return { best: { cpu: BYSTANDER_CPU, partner: other }, bestImprovement: 900 };
    };
    expect(compare({ ...good, best, prefers: 0 }).outcome).to.equal('next');
  });

  it('9: a swap must gain 30, and 15 more than the best', () => {
    const swap = (gain: number, bestImprovement = 0): number | string =>
      scoreOf(compare({ ...good, improvement: [gain, 0], best: () => ({ bestImprovement }) }));
    expect(swap(29)).to.equal('next');
    expect(swap(30)).to.equal(30);
    expect(swap(115, 100)).to.equal('next');
    expect(swap(116, 100)).to.equal(116);
  });

  it('10: a swap that unbalances the nodes is passed by', () => {
    const lazier = (_: Task, partner: Task): void => void (partner.dutyPercent = 60);
    expect(compare({ ...good, change: lazier, loads: [1000, 2000] }).outcome).to.equal('next');
    expect(scoreOf(compare({ ...good, change: lazier, loads: [3000, 1000] }))).to.equal(600);
    expect(scoreOf(compare({ ...good, loads: [1000, 2000] }))).to.equal(600);
  });
});

describe('REF §14.5 the CPU of a move', () => {
  const move: Situation = { improvement: [600, 0], groups: 'none', ...stays, mayMove: true };
  const bestOn = (cpu: number) => (): Partial<Search> => ({
    best: { cpu, partner: undefined },
    bestImprovement: 0,
  });

  it('is the idle one of the node, if it has one, else the one examined', () => {
    expect(moveOf({ ...move, idle: DST_IDLE_CPU })).to.equal(DST_IDLE_CPU);
    expect(moveOf(move)).to.equal(PARTNER_CPU);
  });

  it('stays the best so far where that is idle and the new one is not', () => {
    expect(moveOf({ ...move, best: bestOn(OTHER_IDLE_CPU) })).to.equal(OTHER_IDLE_CPU);
  });

  it('does not where both are idle, or both busy', () => {
    expect(moveOf({ ...move, idle: DST_IDLE_CPU, best: bestOn(OTHER_IDLE_CPU) })).to.equal(DST_IDLE_CPU);
    expect(moveOf({ ...move, best: bestOn(BYSTANDER_CPU) })).to.equal(PARTNER_CPU);
  });
});
