import { expect } from 'chai';

import { compareWith } from '../../../src/engine/balancing/compare-task.ts';
import type { Comparison, Examined, Search } from '../../../src/engine/balancing/compare-task.ts';
import { TaskFaults } from '../../../src/engine/balancing/fault-statistics.ts';
import { nodeLoad } from '../../../src/engine/balancing/node-load.ts';
import type { NodeLoad, NodeType } from '../../../src/engine/balancing/node-load.ts';
import { NumaGroup } from '../../../src/engine/balancing/numa-group.ts';
import { retryIntervalMs } from '../../../src/engine/balancing/task-migration.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import { NO_NODE } from '../../../src/engine/units.ts';
import { bootState, machine, runTicks, startOn } from '../boot.ts';

interface Situation {
  /** Improvements of task and group, per mille. */
  readonly improvement: readonly [task: number, group: number];
  readonly groups: 'none' | 'same' | 'different' | 'mine' | 'theirs';
  /** The partner's faults on source and destination, of 1000 in all (of its group's where groups differ). */
  readonly partner: readonly [src: number, dst: number];
  readonly prefers?: number;
  readonly type?: NodeType;
  readonly mayMove?: boolean;
  /** Load of source and destination instead of what their tasks amount to. */
  readonly loads?: readonly [src: number, dst: number];
  readonly best?: (partner: Task) => Partial<Search>;
  readonly change?: (task: Task, partner: Task) => void;
}

/** A task on node 0 looks at the CPU of node 1, where another task runs. */
function compare(situation: Situation): { readonly outcome: Comparison; readonly partner: Task } {
  const state = bootState({ machine: machine({ nodes: 3 }) });
  const { task } = startOn(state, 0, 0);
  const { task: partner } = startOn(state, 1, 1);
  const { task: bystander } = startOn(state, 2, 2);
  for (const one of [task, partner, bystander]) one.affinity = undefined;
  runTicks(state, 1);
  const faults = new TaskFaults(3);
  faults.mem.set([situation.partner[0], 0, 0, situation.partner[1]]);
  Object.assign(partner, { faults, totalFaults: 1000, preferredNode: situation.prefers ?? NO_NODE });
  joinGroups(situation.groups, task, partner, faults);
  situation.change?.(task, partner);
  const load = (node: 0 | 1): NodeLoad => {
    const measured = nodeLoad(state, node);
    return { ...measured, load: situation.loads?.[node] ?? measured.load };
  };
  const src = load(0);
  const search: Search = {
    task,
    src,
    best: undefined,
    bestImprovement: 0,
    ...situation.best?.(bystander),
  };
  const examined: Examined = {
    cpu: 1,
    src,
    dst: { ...load(1), type: situation.type ?? 'fullyBusy' },
    improvement: { task: situation.improvement[0], group: situation.improvement[1] },
    mayMove: situation.mayMove ?? false,
    idle: undefined,
    distance: 20,
  };
  return { outcome: compareWith(state, search, examined), partner };
}

function joinGroups(groups: Situation['groups'], task: Task, partner: Task, faults: TaskFaults): void {
  const group = (id: number): NumaGroup => {
    const created = new NumaGroup(id, id, 3);
    created.mem.set(faults.mem);
    created.totalFaults = 1000;
    return created;
  };
  if (groups === 'same') task.group = partner.group = group(1);
  if (groups === 'different' || groups === 'mine') task.group = group(1);
  if (groups === 'different' || groups === 'theirs') partner.group = group(2);
}

function scoreOf({ outcome, partner }: ReturnType<typeof compare>): number | string {
  if (typeof outcome === 'string') return outcome;
  expect(outcome.candidate).to.deep.equal({ cpu: 1, partner });
  return outcome.improvement;
}

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

describe('REF §20.6 retry interval', () => {
  for (const [period, retry] of [
    [100, 6],
    [1000, 62],
    [5000, 312],
    [16_000, 1000],
    [60_000, 1000],
  ] as const) {
    it(`${period} ms: ${retry} ms`, () => {
      expect(retryIntervalMs(period)).to.equal(retry);
    });
  }
});

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
      candidate: { cpu: 1, partner: undefined },
      improvement: 600,
    });
    expect(compare({ ...exiting, best: () => ({ bestImprovement: 601 }) }).outcome).to.equal('next');
    expect(compare({ ...exiting, mayMove: false }).outcome).to.equal('next');
  });

  it('4: a partner that may not run on the source CPU is passed by', () => {
    expect(compare({ ...good, change: (_, partner) => (partner.affinity = [1]) }).outcome).to.equal('next');
  });

  it('5: a best partner that prefers the source is not given up for one that does not', () => {
    const best = (other: Task): Partial<Search> => {
      other.preferredNode = 0;
      return { best: { cpu: 2, partner: other }, bestImprovement: 0 };
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
    const { outcome } = compare({ ...good, partner: [100, 200], mayMove: true });
    expect(outcome).to.deep.equal({ candidate: { cpu: 1, partner: undefined }, improvement: 600 });
    expect(scoreOf(compare({ ...good, mayMove: true }))).to.equal(600);
  });

  it('8: a partner that prefers the source beats a better one that does not', () => {
    const best = (other: Task): Partial<Search> => ({
      best: { cpu: 2, partner: other },
      bestImprovement: 900,
    });
    expect(scoreOf(compare({ ...good, best, prefers: 0 }))).to.equal(675);
    expect(compare({ ...good, best }).outcome).to.equal('next');
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
