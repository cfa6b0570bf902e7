import type { V1ContainerStatus } from '@kubernetes/client-node';
import { expect } from 'chai';

import { containerId } from '../../src/cgroup/container-id.ts';

function status(parts: Partial<V1ContainerStatus>): V1ContainerStatus {
  return { name: 'main', restartCount: 0, ...parts } as unknown as V1ContainerStatus;
}

describe('container ids', () => {
  it('are those of the status, without the runtime’s scheme', () => {
    expect(containerId('uid', status({ containerID: 'containerd://0abc' }))).to.equal('0abc');
    expect(containerId('uid', status({ containerID: 'cri-o://0abc' }))).to.equal('0abc');
  });

  it('are derived where the status has none, and change with uid, name and restart', () => {
    const ids = [
      containerId('uid', status({})),
      containerId('uid2', status({})),
      containerId('uid', status({ name: 'other' })),
      containerId('uid', status({ restartCount: 1, containerID: '' })),
    ];
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{64}$/u);
    expect(new Set(ids).size).to.equal(4);
    expect(ids[0]).to.equal(containerId('uid', status({})));
  });

  it('never carry a path separator', () => {
    expect(containerId('uid', status({ containerID: 'containerd://../../etc' }))).to.match(/^[0-9a-f]{64}$/u);
  });
});
