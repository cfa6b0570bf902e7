import type { V1Node } from '@kubernetes/client-node';
import { expect } from 'chai';

import { cgroupNodeOf } from '../../src/cgroup/config.ts';

function nodeWith(capacity: object, allocatable?: object): V1Node {
  return { metadata: { name: 'node1' }, status: { capacity, allocatable } } as unknown as V1Node;
}

const capacity = { cpu: '8', memory: '6085268Ki', 'hugepages-2Mi': '128Mi' };

describe('a node’s budget', () => {
  it('is capacity less reservations, without the eviction threshold (recorded: 5753163776)', () => {
    const allocatable = { cpu: '7500m', memory: '5384852Ki', 'hugepages-2Mi': '128Mi' };
    expect(cgroupNodeOf(nodeWith(capacity, allocatable))).to.deep.include({
      cpuMillis: 7500,
      memoryBytes: 5_753_163_776,
      hugePageBytes: { '2MB': 134_217_728 },
    });
  });

  it('of a node without reservations (kwok) is its capacity', () => {
    expect(
      cgroupNodeOf(nodeWith({ cpu: '32', memory: '256Gi' }, { cpu: '32', memory: '256Gi' })),
    ).to.deep.include({
      cpuMillis: 32_000,
      memoryBytes: 274_877_906_944,
    });
    expect(cgroupNodeOf(nodeWith({ cpu: '4', memory: '1Gi' })).cpuMillis).to.equal(4000);
  });

  it('names node and field of a quantity that is none', () => {
    expect(() => cgroupNodeOf(nodeWith({ memory: 'much' }))).to.throw('Node node1: status.capacity.memory');
  });
});
