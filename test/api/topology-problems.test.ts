import { expect } from 'chai';

import { topologyProblems } from '../../src/api/topology-problems.ts';

function problemsOf(...cpus: readonly string[]): readonly string[] {
  const nodes = cpus.map((list) => ({ cpus: list, memory: '1Gi' }));
  return topologyProblems({ nodes }).map(({ path, message }) => `${path}: ${message}`);
}

describe('problems of an explicit topology', () => {
  it('are none when each CPU is in one node, or there are no CPUs', () =>
    expect(problemsOf('0-3,8', '4-7', '')).to.deep.equal([]));

  it('are none for a preset', () => expect(topologyProblems({ preset: 'TwoSocket' })).to.deep.equal([]));

  it('are CPUs in two nodes, named once per node', () =>
    expect(problemsOf('0-3', '3-6', '0-7')).to.deep.equal([
      'spec.topology.nodes[1].cpus: CPU 3 is in node 0 already; each CPU must be in one node',
      'spec.topology.nodes[2].cpus: CPU 0 is in node 0 already; each CPU must be in one node',
    ]));
});
