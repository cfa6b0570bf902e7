import { expect } from 'chai';

import { parseObject } from '../../src/api/parse-object.ts';
import { simulatedNodeObject } from '../../src/fleet/simulated-node-object.ts';
import { testNode } from './builders.ts';

describe('the object of a simulated node', () => {
  it('is named like the node and owned by it', () => {
    const { metadata } = simulatedNodeObject(testNode('worker'));
    expect(metadata.name).to.equal('worker');
    expect(metadata.ownerReferences).to.deep.equal([
      { apiVersion: 'v1', kind: 'Node', name: 'worker', uid: 'uid-worker', controller: true },
    ]);
  });

  it('says that it is simulated', () =>
    expect(simulatedNodeObject(testNode()).metadata.annotations).to.deep.equal({
      'numasim.dev/simulated': 'true',
    }));

  it('has no owner where the node has no uid, as in files', () =>
    expect(simulatedNodeObject({ metadata: { name: 'n' } }).metadata).not.to.have.property(
      'ownerReferences',
    ));

  it('is valid', () => expect(parseObject(simulatedNodeObject(testNode())).ok).to.equal(true));

  it('leaves out the label of the node where the name is too long for one', () => {
    const labelsOf = (length: number): unknown =>
      simulatedNodeObject(testNode('n'.repeat(length))).metadata.labels;
    expect(labelsOf(63)).to.have.property('numasim.dev/node');
    expect(labelsOf(64)).to.deep.equal({ 'app.kubernetes.io/managed-by': 'numasim' });
  });
});
