import { expect } from 'chai';

import { TaskFaults } from '../../../src/engine/balancing/fault-statistics.ts';
import { groupWeight, nearbyFaults, taskWeight } from '../../../src/engine/balancing/node-weights.ts';
import { NumaGroup } from '../../../src/engine/balancing/numa-group.ts';
import { Topology } from '../../../src/engine/machine/topology.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import { BACKPLANE, MESH, TWO_NODES } from '../boot.ts';

function taskWith(mem: readonly number[], totalFaults = mem.reduce((a, b) => a + b, 0)): Task {
  const faults = new TaskFaults(mem.length);
  mem.forEach((count, node) => (faults.mem[2 * node + (node % 2)] = count));
  return { faults, totalFaults, group: undefined } as unknown as Task;
}

describe('REF §20.3 weights', () => {
  const direct = new Topology(TWO_NODES);

  for (const [here, total, weight] of [
    [600, 1000, 600],
    [1, 3, 333],
    [999, 1000, 999],
  ] as const) {
    it(`${here} of ${total} faults weigh ${weight}`, () => {
      expect(taskWeight(direct, taskWith([total - here, here]), 1, 20)).to.equal(weight);
    });
  }

  it('no faults weigh nothing', () => {
    expect(taskWeight(direct, taskWith([0, 0]), 0, 20)).to.equal(0);
    expect(taskWeight(direct, { totalFaults: 0 } as Task, 0, 20)).to.equal(0);
    expect(groupWeight(direct, taskWith([1, 1]), 0, 20)).to.equal(0);
  });

  it("a group's weight is that of its sums", () => {
    const group = new NumaGroup(1, 0, 2);
    group.mem.set([100, 200, 300, 400]);
    group.totalFaults = 1000;
    const task = { group } as Task;
    expect(groupWeight(direct, task, 0, 20)).to.equal(300);
    expect(groupWeight(direct, task, 1, 20)).to.equal(700);
  });
});

describe('REF §12.5 nearby score', () => {
  const faults =
    (...counts: readonly number[]) =>
    (node: number) =>
      counts[node]!;

  it('on a mesh, 300 faults at distance 20 of at most 30 count 150', () => {
    expect(nearbyFaults(new Topology(MESH), faults(0, 300, 0, 0), 0, 30)).to.equal(150);
  });

  it('on a mesh, the farthest nodes and the node itself add nothing, each neighbour is truncated', () => {
    expect(nearbyFaults(new Topology(MESH), faults(7, 3, 1000, 3), 0, 30)).to.equal(2);
  });

  it('on a backplane, nodes nearer than the limit count in full', () => {
    const topology = new Topology(BACKPLANE);
    expect(nearbyFaults(topology, faults(7, 300, 50, 50), 0, 21)).to.equal(300);
    expect(nearbyFaults(topology, faults(7, 300, 50, 50), 0, 12)).to.equal(0);
  });

  it('with one remote distance, nothing does', () => {
    expect(nearbyFaults(new Topology(TWO_NODES), faults(7, 300), 0, 20)).to.equal(0);
  });

  it('a weight includes its neighbours', () => {
    expect(taskWeight(new Topology(MESH), taskWith([200, 400, 300, 100]), 0, 30)).to.equal(450);
  });
});
