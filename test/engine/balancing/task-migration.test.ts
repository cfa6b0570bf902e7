import { expect } from 'chai';

import { NumaGroup } from '../../../src/engine/balancing/numa-group.ts';
import { migratePreferred, retryIntervalMs } from '../../../src/engine/balancing/task-migration.ts';
import { makeCgroup } from '../../../src/engine/cgroup-tree.ts';
import { counterValues } from '../../../src/engine/counters.ts';
import { BACKPLANE, TWO_NODES, machine } from '../boot.ts';
import { counted, learnt, tasksOn } from './running-tasks.ts';

describe('REF §14.1 trying to get to the preferred node', () => {
  it('needs a preferred node and statistics', () => {
    const { state, tasks } = tasksOn(TWO_NODES, [0]);
    migratePreferred(state, tasks[0]!);
    expect(tasks[0]!.migrateRetry).to.equal(0);
    tasks[0]!.preferredNode = 1;
    migratePreferred(state, tasks[0]!);
    expect(tasks[0]!.cpu).to.equal(0);
  });

  it('a task that is there stays, but sets its retry time', () => {
    const { state, tasks } = tasksOn(TWO_NODES, [0]);
    const task = learnt(tasks[0]!, 0, [10, 0]);
    task.scanPeriodMs = 16_000;
    migratePreferred(state, task);
    expect(task.migrateRetry).to.equal(1 + 250);
    expect(counted(state)).to.deep.equal([0, 0]);
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

describe('REF §14.4 moving', () => {
  it('to the first idle CPU of the preferred node', () => {
    const { state, tasks } = tasksOn(machine({ nodes: 2, cpusPerNode: 3 }), [0, 1, 2, 3]);
    const task = learnt(tasks[0]!, 1, [0, 10]);
    migratePreferred(state, task);
    expect(task.cpu).to.equal(4);
    expect(counted(state)).to.deep.equal([1, 0]);
    expect(task).to.include({ numaMigrations: 1, numaSwaps: 0 });
    expect(state.runQueues.every(({ numaMigrateOn }) => !numaMigrateOn)).to.equal(true);
  });

  it('not onto an idle CPU when that would leave more than the tolerated imbalance', () => {
    const { state, tasks } = tasksOn(machine({ nodes: 2, cpusPerNode: 3 }), [0, 3]);
    learnt(tasks[1]!, 1, [0, 1000]);
    const task = learnt(tasks[0]!, 1, [0, 10]);
    migratePreferred(state, task);
    expect(task.cpu).to.equal(0);
  });

  it('is counted in the cgroup of the moved task', () => {
    const { state, tasks } = tasksOn(TWO_NODES, [0]);
    state.root.subtreeControl.add('memory');
    const group = makeCgroup(state, '/g');
    tasks[0]!.cgroup = group;
    migratePreferred(state, learnt(tasks[0]!, 1, [0, 10]));
    expect(counterValues(group.events)).to.include({ numa_task_migrated: 1, numa_task_swapped: 0 });
  });

  it('only to a CPU it is allowed on', () => {
    const { state, tasks } = tasksOn(machine({ nodes: 2, cpusPerNode: 2 }), [0]);
    const task = learnt(tasks[0]!, 1, [0, 10]);
    task.affinity = [0, 3];
    migratePreferred(state, task);
    expect(task.cpu).to.equal(3);
  });

  it('nowhere when it is allowed on no CPU there', () => {
    const { state, tasks } = tasksOn(machine({ nodes: 2, cpusPerNode: 2 }), [0]);
    const task = learnt(tasks[0]!, 1, [0, 10]);
    task.affinity = [0, 1];
    migratePreferred(state, task);
    expect(task.cpu).to.equal(0);
    expect(counted(state)).to.deep.equal([0, 0]);
  });

  it('past a CPU that another migration has chosen', () => {
    const { state, tasks } = tasksOn(machine({ nodes: 2, cpusPerNode: 2 }), [0]);
    state.runQueues[2]!.numaMigrateOn = true;
    const task = learnt(tasks[0]!, 1, [0, 10]);
    migratePreferred(state, task);
    expect(task.cpu).to.equal(3);
    expect(state.runQueues[2]!.numaMigrateOn).to.equal(true);
  });

  it('elsewhere, where it gains too, when the preferred node has no room', () => {
    const { state, tasks } = tasksOn(machine({ nodes: 3 }), [0, 1]);
    // The task on node 1 is where it wants to be, with all its memory: no swap.
    learnt(tasks[1]!, 1, [0, 1000, 0]);
    const task = learnt(tasks[0]!, 1, [0, 600, 400]);
    migratePreferred(state, task);
    expect(task.cpu).to.equal(2);
    expect(task.preferredNode).to.equal(1);
  });

  it('not to a node where it would lose', () => {
    const { state, tasks } = tasksOn(machine({ nodes: 3 }), [0, 1]);
    learnt(tasks[1]!, 1, [0, 1000, 0]);
    const task = learnt(tasks[0]!, 1, [300, 600, 100]);
    task.group = undefined;
    migratePreferred(state, task);
    // A task without a group has a group improvement of 0, which is not a loss: only both being negative excludes.
    expect(task.cpu).to.equal(2);
  });

  it('a member of a group settles for where it can be', () => {
    const { state, tasks } = tasksOn(TWO_NODES, [0, 1]);
    tasks[1]!.affinity = [1];
    const task = learnt(tasks[0]!, 1, [0, 10]);
    task.group = new NumaGroup(task.pid, 0, 2);
    task.group.members.add(task);
    migratePreferred(state, task);
    expect(task).to.include({ cpu: 0, preferredNode: 0 });
  });

  it('the kernel without the counters moves all the same', () => {
    const { state, tasks } = tasksOn(TWO_NODES, [0], { variant: { taskCounters: false } });
    migratePreferred(state, learnt(tasks[0]!, 1, [0, 10]));
    expect(tasks[0]!.cpu).to.equal(1);
    expect(counted(state)).to.deep.equal([0, 0]);
  });
});

describe('REF §14.3 nodes beyond the preferred one', () => {
  it('a group active on one node stops at the first place found, one active on more looks on', () => {
    const search = (activeNodes: number): number => {
      const { state, tasks } = tasksOn(machine({ nodes: 3, cpusPerNode: 1 }), [0, 1]);
      const task = learnt(tasks[0]!, 1, [0, 400, 600]);
      task.group = new NumaGroup(task.pid, 0, 3);
      task.group.members.add(task);
      task.group.mem.set(task.faults!.mem);
      task.group.totalFaults = 1000;
      task.group.activeNodes = activeNodes;
      migratePreferred(state, task);
      expect(state.runQueues.some(({ numaMigrateOn }) => numaMigrateOn)).to.equal(false);
      return task.cpu;
    };
    // On node 1 a swap with a stranger of no faults is found; node 2 is idle.
    expect(search(1)).to.equal(1);
    expect(search(2)).to.equal(2);
  });

  it('works on a backplane', () => {
    const { state, tasks } = tasksOn(BACKPLANE, [0]);
    const task = learnt(tasks[0]!, 3, [0, 0, 300, 700]);
    migratePreferred(state, task);
    expect(task.cpu).to.equal(3);
  });
});
