import { expect } from 'chai';

import { TaskFaults } from '../../../src/engine/balancing/fault-statistics.ts';
import { LoadBalancer } from '../../../src/engine/sched/load-balancer.ts';
import { degradesLocality } from '../../../src/engine/sched/pull-across.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import type { KernelState } from '../../../src/engine/state.ts';
import { TWO_NODES, bootState, machine, runTicks, startOn } from '../boot.ts';

/** Tasks stacked on CPUs, free to go anywhere. */
function stacked(cpus: readonly number[], spec = TWO_NODES): { state: KernelState; tasks: readonly Task[] } {
  const state = bootState({ machine: spec });
  const tasks = cpus.map((cpu) => startOn(state, cpu, 0, { pages: 1 }).task);
  runTicks(state, 1);
  for (const task of tasks) task.affinity = undefined;
  return { state, tasks };
}

function prefer(task: Task, preferredNode: number): void {
  Object.assign(task, { faults: new TaskFaults(2), preferredNode });
}

const cpus = (tasks: readonly Task[]): readonly number[] => tasks.map(({ cpu }) => cpu).sort((a, b) => a - b);

describe('REF §15 what a pull to an idle CPU of another node does to a task', () => {
  it('nothing in mode 0, without statistics, within a node, between two nodes it does not prefer', () => {
    const { state, tasks } = stacked([0, 0]);
    expect(degradesLocality(state, tasks[0]!, 0, 1)).to.equal(0);
    prefer(tasks[0]!, -1);
    expect(degradesLocality(state, tasks[0]!, 0, 1)).to.equal(0);
    prefer(tasks[0]!, 1);
    expect(degradesLocality(state, tasks[0]!, 0, 0)).to.equal(0);
    state.mode = 0;
    expect(degradesLocality(state, tasks[0]!, 0, 1)).to.equal(0);
  });

  it('good when it goes to where it prefers to be', () => {
    const { state, tasks } = stacked([0]);
    prefer(tasks[0]!, 1);
    expect(degradesLocality(state, tasks[0]!, 0, 1)).to.equal(-1);
  });

  it('bad when it leaves, while others on the queue are not where they prefer to be', () => {
    const { state, tasks } = stacked([0, 0]);
    prefer(tasks[0]!, 0);
    expect(degradesLocality(state, tasks[0]!, 0, 1)).to.equal(1);
    prefer(tasks[1]!, 0);
    expect(degradesLocality(state, tasks[0]!, 0, 1)).to.equal(0);
  });
});

describe('REF §15 the minimal load balancer', () => {
  it('an idle CPU takes a waiting task of its node at the next tick', () => {
    const { state, tasks } = stacked([0, 0], machine({ nodes: 1, cpusPerNode: 2 }));
    runTicks(state, 1);
    expect(cpus(tasks)).to.deep.equal([0, 1]);
  });

  it('an imbalance of two between nodes is tolerated, of three it is not', () => {
    const spec = { ...machine({ nodes: 2, cpusPerNode: 2 }), llcsPerNode: 2 };
    const balanced = (count: number): readonly number[] => {
      const { state, tasks } = stacked(
        Array.from({ length: count }, (_, i) => i % 2),
        spec,
      );
      runTicks(state, 40);
      return tasks.map((task) => state.nodeOfTask(task)).sort();
    };
    expect(balanced(2)).to.deep.equal([0, 0]);
    expect(balanced(3)).to.deep.equal([0, 0, 1]);
    expect(balanced(4)).to.deep.equal([0, 0, 1, 1]);
  });

  it('takes those first that want to go', () => {
    const { state, tasks } = stacked([0, 0, 0]);
    const waiting = tasks.filter((task) => state.runQueues[0]!.current !== task);
    prefer(waiting[1]!, 1);
    runTicks(state, 8);
    expect(tasks.filter(({ cpu }) => cpu === 1)).to.deep.equal([waiting[1]]);
  });

  it('takes a well-placed one only after three attempts in vain', () => {
    const { state, tasks } = stacked([0, 0, 0]);
    const current = state.runQueues[0]!.current;
    for (const task of tasks) if (task !== current) prefer(task, 0);
    const balancer = new LoadBalancer();
    const attempts = [];
    for (let attempt = 1; attempt <= 4; attempt++) {
      state.now = 8 * attempt * state.tickNs;
      balancer.balance(state);
      attempts.push(tasks.filter(({ cpu }) => cpu === 1).length);
    }
    expect(attempts).to.deep.equal([0, 0, 0, 1]);
  });

  it('respects affinity', () => {
    const { state, tasks } = stacked([0, 0, 0]);
    for (const task of tasks) task.affinity = [0];
    runTicks(state, 100);
    expect(cpus(tasks)).to.deep.equal([0, 0, 0]);
  });

  it('evens out every pair of nodes, though the busiest cannot give any up', () => {
    const { state, tasks } = stacked([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1], machine({ nodes: 3 }));
    for (const task of tasks.slice(0, 6)) task.affinity = [0];
    runTicks(state, 100);
    expect(cpus(tasks.slice(6)).filter((cpu) => cpu === 2)).to.have.length.greaterThan(1);
  });

  it('leaves a queue alone whose tasks are all well placed, while others of the node are not', () => {
    const { state, tasks } = stacked([0, 0, 0, 1, 1, 1], machine({ nodes: 2, cpusPerNode: 2 }));
    const placed = tasks.filter(({ cpu }) => cpu === 0);
    for (const task of placed) prefer(task, 0);
    runTicks(state, 8);
    expect(placed.map((task) => state.nodeOfTask(task))).to.deep.equal([0, 0, 0]);
    expect(tasks.some((task) => state.nodeOfTask(task) === 1)).to.equal(true);
  });

  it('pulls running tasks too, after three attempts in vain', () => {
    const { state, tasks } = stacked([0, 1, 2, 3], machine({ nodes: 2, cpusPerNode: 4 }));
    const perNode = (): number => tasks.filter((task) => state.nodeOfTask(task) === 1).length;
    runTicks(state, 24);
    expect(perNode()).to.equal(0);
    runTicks(state, 40);
    expect(perNode()).to.equal(2);
  });
});

describe('REF §15 what a pull to a busy node does to a task', () => {
  it('is as good as its memory there is more than here', () => {
    const { state, tasks } = stacked([0, 0, 1]);
    const [task] = tasks;
    prefer(task!, -1);
    task!.faults!.mem[0] = 700;
    task!.faults!.mem[2] = 300;
    task!.totalFaults = 1000;
    expect(degradesLocality(state, task!, 0, 1)).to.equal(1);
    task!.faults!.mem[2] = 900;
    expect(degradesLocality(state, task!, 0, 1)).to.equal(-1);
  });
});
