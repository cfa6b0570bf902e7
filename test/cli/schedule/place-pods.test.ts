import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';

import { placePods } from '../../../src/cli/schedule/place-pods.ts';
import { asking, node, pod } from '../builders.ts';

const nodesOf = (pods: readonly V1Pod[], nodes: readonly V1Node[]): readonly (string | undefined)[] =>
  placePods(pods, nodes).pods.map(({ spec }) => spec?.nodeName);

const two = [node('n0'), node('n1')];

describe('the stand-in for the scheduler', () => {
  it('takes the least requested node, in the order of the pods', () => {
    const pods = [asking('a', { cpu: '2' }), asking('b', { cpu: '1' }), asking('c', { cpu: '500m' })];
    expect(nodesOf(pods, two)).to.deep.equal(['n0', 'n1', 'n1']);
  });

  it('spreads pods that ask for nothing', () =>
    expect(nodesOf([pod('a'), pod('b'), pod('c')], two)).to.deep.equal(['n0', 'n1', 'n0']));

  it('lets pods that have a node take their room first', () => {
    const bound = pod('b', {
      nodeName: 'n0',
      containers: [{ name: 'app', resources: { requests: { cpu: '4' } } }],
    });
    expect(nodesOf([asking('a', { cpu: '1' }), bound], two)).to.deep.equal(['n1', 'n0']);
  });

  it('counts no pods that have ended, and places none', () => {
    const ended = { ...pod('b'), status: { phase: 'Succeeded' } };
    expect(nodesOf([ended], two)).to.deep.equal([undefined]);
  });

  it('leaves a pod that fits nowhere, and says why', () => {
    const { pods, unplaced } = placePods([asking('a', { cpu: '5' }), asking('b', { memory: '9Gi' })], two);
    expect(pods.map(({ spec }) => spec?.nodeName)).to.deep.equal([undefined, undefined]);
    expect(unplaced.map(({ reason }) => reason)).to.deep.equal([
      'no node has room for its requests (CPU, memory, number of pods)',
      'no node has room for its requests (CPU, memory, number of pods)',
    ]);
  });

  it('puts no more pods on a node than it takes', () => {
    const small = node('n0', { capacity: { cpu: '4', memory: '8Gi', pods: '1' } });
    expect(nodesOf([pod('a'), pod('b')], [small])).to.deep.equal(['n0', undefined]);
  });
});

describe('nodes a pod may run on', () => {
  const ssd = node('ssd', { metadata: { name: 'ssd', labels: { disk: 'ssd', cores: '8' } } });
  const hdd = node('hdd', { metadata: { name: 'hdd', labels: { disk: 'hdd' } } });
  const tainted = node('tainted', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } });
  const all = [tainted, hdd, ssd];
  const requiring = (key: string, operator: string, values?: string[]): V1Pod =>
    pod('a', {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key, operator, ...(values ? { values } : {}) }] }],
          },
        },
      },
    });

  const cases: readonly (readonly [what: string, pod: V1Pod, node: string | undefined])[] = [
    ['without a taint', pod('a'), 'hdd'],
    ['of its node selector', pod('a', { nodeSelector: { disk: 'ssd' } }), 'ssd'],
    ['none, if none has the label', pod('a', { nodeSelector: { disk: 'tape' } }), undefined],
    ['of its affinity: In', requiring('disk', 'In', ['ssd', 'tape']), 'ssd'],
    ['of its affinity: NotIn', requiring('disk', 'NotIn', ['hdd']), 'ssd'],
    ['of its affinity: Exists', requiring('cores', 'Exists'), 'ssd'],
    ['of its affinity: DoesNotExist', requiring('cores', 'DoesNotExist'), 'hdd'],
    ['of its affinity: Gt', requiring('cores', 'Gt', ['4']), 'ssd'],
    ['with a taint it tolerates', pod('a', { tolerations: [{ key: 'gpu', value: 'yes' }] }), 'tainted'],
    ['with any taint, if it tolerates all', pod('a', { tolerations: [{ operator: 'Exists' }] }), 'tainted'],
    ['not with another value of the taint', pod('a', { tolerations: [{ key: 'gpu', value: 'no' }] }), 'hdd'],
  ];
  for (const [what, asked, name] of cases) {
    it(`are those ${what}`, () => expect(nodesOf([asked], all)).to.deep.equal([name]));
  }

  it('are not cordoned', () => {
    const { unplaced } = placePods([pod('a')], [node('n0', { spec: { unschedulable: true } })]);
    expect(unplaced[0]?.reason).to.equal('no node matches its node selector, affinity and tolerations');
  });
});
