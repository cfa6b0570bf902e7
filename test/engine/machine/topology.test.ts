import { expect } from 'chai';

import { KernelError } from '../../../src/engine/kernel-error.ts';
import { allowedImbalance } from '../../../src/engine/machine/sched-domains.ts';
import { Topology } from '../../../src/engine/machine/topology.ts';
import { BACKPLANE, MESH, TWO_NODES, machine } from '../boot.ts';

describe('REF §3.1 topology class', () => {
  for (const [what, spec, expected] of [
    ['one node', machine({ nodes: 1 }), 'DIRECT'],
    ['two nodes', TWO_NODES, 'DIRECT'],
    ['four nodes at one distance', machine({ nodes: 4 }), 'DIRECT'],
    ['a ring of four', MESH, 'GLUELESS_MESH'],
    ['two boards', BACKPLANE, 'BACKPLANE'],
  ] as const) {
    it(`${what}: ${expected}`, () => {
      expect(new Topology(spec).topologyClass).to.equal(expected);
    });
  }

  it('nodes without CPUs do not count', () => {
    const [a, b] = TWO_NODES.nodes;
    const topology = new Topology({
      nodes: [a!, b!, { cpus: [], pages: 1000 }],
      distances: [
        [10, 20, 30],
        [20, 10, 40],
        [30, 40, 10],
      ],
    });
    expect(topology.topologyClass).to.equal('DIRECT');
    expect(topology.maxDistance).to.equal(20);
    expect(topology.nearestCpuNode(2)).to.equal(0);
    expect(topology.zonelist(1)).to.deep.equal([1, 0, 2]);
  });

  for (const [what, change] of [
    [
      'a gap in the CPU ids',
      {
        nodes: [
          { cpus: [0], pages: 1 },
          { cpus: [2], pages: 1 },
        ],
      },
    ],
    [
      'a CPU on two nodes',
      {
        nodes: [
          { cpus: [0], pages: 1 },
          { cpus: [0], pages: 1 },
        ],
      },
    ],
    [
      'no CPU',
      {
        nodes: [
          { cpus: [], pages: 1 },
          { cpus: [], pages: 1 },
        ],
      },
    ],
    [
      'no memory',
      {
        nodes: [
          { cpus: [0], pages: 0 },
          { cpus: [1], pages: 0 },
        ],
      },
    ],
    ['no node', { nodes: [], distances: [] }],
    ['a missing row', { distances: [[10, 20]] }],
    ['a short row', { distances: [[10, 20], [20]] }],
    [
      '11 to itself',
      {
        distances: [
          [11, 20],
          [20, 10],
        ],
      },
    ],
    [
      '10 to another',
      {
        distances: [
          [10, 10],
          [20, 10],
        ],
      },
    ],
    [
      '256 to another',
      {
        distances: [
          [10, 256],
          [20, 10],
        ],
      },
    ],
    ['a core across nodes', { cores: [[0, 1]] }],
    ['a CPU on two cores', { cores: [[0], [0]] }],
  ] as const) {
    it(`${what} is EINVAL`, () => {
      expect(() => new Topology({ ...TWO_NODES, ...change })).to.throw(KernelError, 'EINVAL');
    });
  }
});

describe('REF §14.7 allowed imbalance', () => {
  it('one LLC: an eighth of the CPUs, at least 1', () => {
    expect(allowedImbalance(new Topology(machine({ nodes: 2, cpusPerNode: 4 })), 0, 1)).to.equal(1);
    expect(allowedImbalance(new Topology(machine({ nodes: 2, cpusPerNode: 48 })), 0, 1)).to.equal(6);
  });

  it('several LLCs: their number', () => {
    const spec = { ...machine({ nodes: 2, cpusPerNode: 4 }), llcsPerNode: 3 };
    expect(allowedImbalance(new Topology(spec), 0, 1)).to.equal(3);
  });

  it('a larger NUMA domain allows more, in proportion to its CPUs', () => {
    const topology = new Topology(BACKPLANE);
    expect(allowedImbalance(topology, 0, 1)).to.equal(1);
    expect(allowedImbalance(topology, 0, 2)).to.equal(2);
  });
});
