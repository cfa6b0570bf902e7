import { expect } from 'chai';

import { migratePreferred } from '../../../src/engine/balancing/task-migration.ts';
import { makeCgroup } from '../../../src/engine/cgroup-tree.ts';
import { counterValues } from '../../../src/engine/counters.ts';
import { TWO_NODES, machine } from '../boot.ts';
import { counted, learnt, tasksOn } from './running-tasks.ts';

describe('REF §14.5 and §14.6 swapping', () => {
  it('two tasks on each other’s node exchange their CPUs: 2 counted, one each', () => {
    const { state, tasks } = tasksOn(TWO_NODES, [0, 1]);
    const [a, b] = [learnt(tasks[0]!, 1, [0, 1000]), learnt(tasks[1]!, 0, [1000, 0])];
    migratePreferred(state, a);
    expect([a.cpu, b.cpu]).to.deep.equal([1, 0]);
    expect(counted(state)).to.deep.equal([0, 2]);
    expect([a.numaSwaps, b.numaSwaps]).to.deep.equal([1, 1]);
    expect(state.runQueues.map(({ tasks: queued }) => queued.map(({ pid }) => pid))).to.deep.equal([
      [b.pid],
      [a.pid],
    ]);
  });

  it('not when the partner is pinned', () => {
    const { state, tasks } = tasksOn(TWO_NODES, [0, 1]);
    learnt(tasks[1]!, 0, [1000, 0]).affinity = [1];
    migratePreferred(state, learnt(tasks[0]!, 1, [0, 1000]));
    expect(tasks[0]!.cpu).to.equal(0);
    expect(counted(state)).to.deep.equal([0, 0]);
  });

  it('a partner that wants to come here is taken at once, before better CPUs', () => {
    const { state, tasks } = tasksOn(machine({ nodes: 2, cpusPerNode: 2 }), [0, 1, 2, 3]);
    const task = learnt(tasks[0]!, 1, [0, 1000]);
    learnt(tasks[2]!, 0, [600, 400]);
    learnt(tasks[3]!, 0, [1000, 0]);
    migratePreferred(state, task);
    expect([task.cpu, tasks[2]!.cpu, tasks[3]!.cpu]).to.deep.equal([2, 0, 3]);
  });

  it('§17.5: a task behind a closed gate can still be a partner, and is charged for it', () => {
    const { state, tasks } = tasksOn(TWO_NODES, [0, 1], { mode: 4 });
    state.root.subtreeControl.add('cpu').add('memory');
    const [on, off] = [makeCgroup(state, '/on'), makeCgroup(state, '/off')];
    on.numaLoadBalance = 1n;
    tasks[0]!.cgroup = on;
    tasks[1]!.cgroup = off;
    migratePreferred(state, learnt(tasks[0]!, 1, [0, 1000]));
    expect(tasks.map(({ cpu }) => cpu)).to.deep.equal([1, 0]);
    expect(counterValues(off.events)).to.include({ numa_task_swapped: 1, numa_task_migrated: 0 });
  });
});
