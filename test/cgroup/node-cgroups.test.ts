import { expect } from 'chai';
import fc from 'fast-check';

import { nodeCgroups } from '../../src/cgroup/node-cgroups.ts';
import { config, node, pod } from './builders.ts';

describe('all cgroups of a node', () => {
  it('are the levels and the pods with their containers, below the root', () => {
    const made = nodeCgroups(node(), [pod({ uid: 'a', containers: [{ containerID: 'containerd://0' }] })], config({ driver: 'Cgroupfs', root: '/kubelet' })); // prettier-ignore
    expect(made.map(({ path }) => path)).to.deep.equal([
      '/kubelet',
      '/kubelet/kubepods',
      '/kubelet/kubepods/besteffort',
      '/kubelet/kubepods/burstable',
      '/kubelet/kubepods/besteffort/poda',
      '/kubelet/kubepods/besteffort/poda/0',
    ]);
  });

  it('parents come before children, and no directory twice', () => {
    const pods = fc.uniqueArray(fc.uuid(), { maxLength: 5 });
    const driver = fc.constantFrom('Systemd' as const, 'Cgroupfs' as const);
    const root = fc.constantFrom('', '/kubelet', '/a/b-c');
    const cpu = fc.constantFrom(undefined, { cpu: '1' });
    fc.assert(
      fc.property(pods, driver, root, cpu, (uids, ...[which, where, requests]) => {
        const given = uids.map((uid) =>
          pod({ uid, containers: [requests === undefined ? {} : { requests }] }),
        );
        const seen = new Set(['']);
        for (const { path } of nodeCgroups(
          node(),
          given,
          config({ driver: which, root: where, ociRuntime: 'Crun' }),
        )) {
          expect(seen.has(path), path).to.equal(false);
          expect(seen.has(path.slice(0, path.lastIndexOf('/'))), path).to.equal(true);
          seen.add(path);
        }
      }),
    );
  });
});
