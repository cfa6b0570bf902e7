import { expect } from 'chai';

import { containerPaths } from '../../src/cgroup/container-path.ts';
import type { CgroupConfig } from '../../src/cgroup/config.ts';
import { config } from './builders.ts';

const id = 'f'.repeat(64);

/** Runtime, driver, low-level runtime, directories below the pod's. Only containerd's rows are recorded. */
const table: readonly (readonly [
  CgroupConfig['runtime'],
  CgroupConfig['driver'],
  CgroupConfig['ociRuntime'],
  readonly string[],
])[] = [
  ['Containerd', 'Systemd', 'Runc', [`cri-containerd-${id}.scope`]],
  ['Containerd', 'Systemd', 'Crun', [`cri-containerd-${id}.scope`, `cri-containerd-${id}.scope/container`]],
  ['Containerd', 'Cgroupfs', 'Runc', [id]],
  ['Containerd', 'Cgroupfs', 'Crun', [id]],
  ['CriO', 'Systemd', 'Runc', [`crio-${id}.scope`]],
  ['CriO', 'Systemd', 'Crun', [`crio-${id}.scope`, `crio-${id}.scope/container`]],
  ['CriO', 'Cgroupfs', 'Runc', [`crio-${id}`]],
  ['Docker', 'Systemd', 'Runc', [`docker-${id}.scope`]],
  ['Docker', 'Cgroupfs', 'Runc', [id]],
];

describe('container directories', () => {
  for (const [runtime, driver, ociRuntime, names] of table) {
    it(`${runtime}, ${driver}, ${ociRuntime}`, () => {
      const place = config({ runtime, driver, ociRuntime });
      expect(containerPaths('/pod', id, place, place)).to.deep.equal(names.map((name) => `/pod/${name}`));
    });
  }
});
