import { expect } from 'chai';

import { completedNode, generatedNodes } from '../../../src/cli/expand/default-nodes.ts';
import { pod } from '../builders.ts';

const names = (count: number, ...nodeNames: readonly string[]): readonly (string | undefined)[] =>
  generatedNodes(
    count,
    nodeNames.map((nodeName, index) => pod(`p${index}`, { nodeName })),
  ).map(({ metadata }) => metadata?.name);

describe('nodes that are made up', () => {
  it('are numbered', () => expect(names(3)).to.deep.equal(['node-0', 'node-1', 'node-2']));

  it('have the names that pods ask for first', () => {
    expect(names(1, 'b', 'a', 'b')).to.deep.equal(['b', 'a']);
    expect(names(3, 'node-0', 'x')).to.deep.equal(['node-0', 'x', 'node-1']);
  });
});

describe('a node that does not say all', () => {
  it('has the default capacity where it says nothing', () => {
    const status = completedNode({ metadata: { name: 'n' }, status: { capacity: { cpu: '4' } } }).status;
    expect(status?.capacity).to.include({ cpu: '4', memory: '64Gi', pods: '110' });
    expect(status?.allocatable).to.include({ cpu: '4', memory: '64Gi' });
  });

  it('keeps the difference between capacity and allocatable', () => {
    const stated = { capacity: { cpu: '4', memory: '8Gi' }, allocatable: { cpu: '3', memory: '7Gi' } };
    const { status } = completedNode({ metadata: { name: 'n' }, status: stated });
    expect(status?.capacity).to.include(stated.capacity);
    expect(status?.allocatable).to.include(stated.allocatable);
  });
});
