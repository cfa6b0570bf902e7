import { expect } from 'chai';

import { NumaGroup } from '../../../src/engine/balancing/numa-group.ts';
import { migratePreferred } from '../../../src/engine/balancing/task-migration.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import { NO_NODE } from '../../../src/engine/units.ts';
import { machine } from '../boot.ts';
import { counted, learnt, tasksOn } from './running-tasks.ts';

/** Node 0 has CPUs 0 and 1, node 1 has 2 and 3, node 2 has 4 and 5. */
const [TWO_BY_TWO, THREE_BY_TWO] = [2, 3].map((nodes) => machine({ nodes, cpusPerNode: 2 })) as [
  ReturnType<typeof machine>,
  ReturnType<typeof machine>,
];

describe('REF §14.5 searching the CPUs of a node', () => {
  describe('that takes no further task', () => {
    /** A task on CPU 0 that would gain 200 on node 1, and what swaps would gain its partners on CPUs 2 and 3. */
    const cpuAfter = (gains: readonly [number, number], change?: (task: Task) => void): number => {
      const { state, tasks } = tasksOn(TWO_BY_TWO, [0, 1, 2, 3]);
      const task = learnt(tasks[0]!, 1, [400, 600]);
      gains.forEach((gain, i) => learnt(tasks[2 + i]!, NO_NODE, [500 + gain / 2, 500 - gain / 2]));
      change?.(task);
      migratePreferred(state, task);
      return task.cpu;
    };

    it('a swap is given up for one on a later CPU that gains more than 15 more', () => {
      expect(cpuAfter([500, 514])).to.equal(2);
      expect(cpuAfter([500, 516])).to.equal(3);
    });

    it('only CPUs that the task is allowed on are looked at', () => {
      expect(cpuAfter([500, 100], (task) => (task.affinity = [0, 3]))).to.equal(3);
    });
  });

  describe('that takes one more', () => {
    it('a move to a busy CPU is given up for a better swap on a later one', () => {
      const { state, tasks } = tasksOn(TWO_BY_TWO, [0, 0, 1, 2, 3]);
      const task = learnt(tasks[0]!, 1, [0, 1000]);
      const [stays, leaves] = [tasks[3]!, tasks[4]!];
      learnt(stays, NO_NODE, [0, 1000]);
      learnt(leaves, NO_NODE, [1000, 0]);
      migratePreferred(state, task);
      expect([task.cpu, stays.cpu, leaves.cpu]).to.deep.equal([3, 2, 0]);
    });

    it('a swap is given up for a move to an idle CPU that gains as much', () => {
      const { state, tasks } = tasksOn(TWO_BY_TWO, [0, 0, 0, 0, 2, 2, 2]);
      const task = learnt(tasks[0]!, 1, [0, 1000]);
      migratePreferred(state, task);
      expect(task.cpu).to.equal(3);
      expect(counted(state)).to.deep.equal([1, 0]);
    });
  });

  it('an idle CPU found on a node before is kept when a busy one on another node promises more', () => {
    const { state, tasks } = tasksOn(THREE_BY_TWO, [0, 0, 1, 1, 4, 5]);
    const task = learnt(tasks[0]!, 1, [0, 500, 500]);
    task.group = new NumaGroup(task.pid, 0, 3);
    task.group.members.add(task);
    task.group.mem.set(task.faults!.mem);
    Object.assign(task.group, { totalFaults: 1000, activeNodes: 2 });
    for (const home of [tasks[4]!, tasks[5]!]) learnt(home, NO_NODE, [0, 0, 1000]);
    migratePreferred(state, task);
    expect(task).to.include({ cpu: 2, preferredNode: 1 });
    expect(counted(state)).to.deep.equal([1, 0]);
  });
});
