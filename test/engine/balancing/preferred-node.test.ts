import { expect } from 'chai';

import { TaskFaults } from '../../../src/engine/balancing/fault-statistics.ts';
import { NumaGroup } from '../../../src/engine/balancing/numa-group.ts';
import { choosePreferredNode } from '../../../src/engine/balancing/preferred-node.ts';
import { Topology } from '../../../src/engine/machine/topology.ts';
import type { MachineSpec } from '../../../src/engine/machine/topology.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import { BACKPLANE, MESH, TWO_NODES, machine } from '../boot.ts';

function alone(spec: MachineSpec, mem: readonly number[]): number {
  const faults = new TaskFaults(mem.length);
  mem.forEach((count, node) => (faults.mem[2 * node] = count));
  return choosePreferredNode(new Topology(spec), { faults, group: undefined } as unknown as Task);
}

function grouped(spec: MachineSpec, mem: readonly number[]): number {
  const group = new NumaGroup(1, 0, mem.length);
  mem.forEach((count, node) => (group.mem[2 * node] = count));
  group.totalFaults = mem.reduce((a, b) => a + b, 0);
  return choosePreferredNode(new Topology(spec), { group } as Task);
}

describe('REF §12.3 preferred node by topology', () => {
  it('no faults, no preference', () => {
    expect(alone(TWO_NODES, [0, 0])).to.equal(-1);
    expect(grouped(TWO_NODES, [0, 0])).to.equal(-1);
  });

  it('a node without CPUs stands for the nearest one that has some, ties by id', () => {
    const spec = machine({ nodes: 3 });
    const cxl = { nodes: [...spec.nodes.slice(0, 2), { cpus: [], pages: 1000 }], distances: spec.distances };
    expect(alone(cxl, [1, 2, 3])).to.equal(0);
    const nearer = {
      ...cxl,
      distances: [
        [10, 20, 40],
        [20, 10, 30],
        [40, 30, 10],
      ],
    };
    expect(alone(nearer, [1, 2, 3])).to.equal(1);
  });

  it('DIRECT: the node with most faults of the group', () => {
    expect(grouped(TWO_NODES, [4, 5])).to.equal(1);
  });

  it('GLUELESS_MESH: the node with most faults on it and around it', () => {
    // Node 0 alone has most; node 1 lies between two full ones.
    expect(grouped(MESH, [400, 390, 0, 390])).to.equal(0);
    expect(grouped(MESH, [300, 290, 290, 0])).to.equal(1);
    expect(alone(MESH, [300, 290, 290, 0])).to.equal(0);
  });

  it('BACKPLANE: first the board, then the node on it', () => {
    // Node 0 has most by itself, but the other board has more.
    expect(grouped(BACKPLANE, [500, 0, 300, 400])).to.equal(3);
    expect(grouped(BACKPLANE, [500, 300, 300, 400])).to.equal(0);
    expect(alone(BACKPLANE, [500, 0, 300, 400])).to.equal(0);
  });
});
