import { expect } from 'chai';

import { Kernel } from '../../src/engine/kernel.ts';
import {
  cgroupFile,
  handDown,
  makeContainer,
  makeInner,
  writeIfDifferent,
  writeValues,
} from '../../src/fleet/kernel-directories.ts';

function booted(): Kernel {
  const kernel = new Kernel({ machine: { nodes: [{ cpus: [0], pages: 4096 }], distances: [[10]] } });
  handDown(kernel, '');
  return kernel;
}

describe('directories in a simulated kernel', () => {
  it('an inner one hands its controllers down, so that its children have files', () => {
    const kernel = booted();
    makeInner(kernel, { path: '/a', values: { 'cpu.weight': '7' } });
    makeInner(kernel, { path: '/a/b', values: {} });
    expect(kernel.read(cgroupFile('/a', 'cpu.weight'))).to.equal('7\n');
    expect(kernel.exists(cgroupFile('/a/b', 'cpu.numa_load_balance'))).to.equal(true);
  });

  it('one that exists only gets its values', () => {
    const kernel = booted();
    makeInner(kernel, { path: '/a', values: { 'cpu.weight': '7' } });
    makeInner(kernel, { path: '/a', values: { 'cpu.weight': '8' } });
    expect(kernel.read(cgroupFile('/a', 'cpu.weight'))).to.equal('8\n');
  });

  it('a container’s innermost one can hold tasks', () => {
    const kernel = booted();
    const directories = ['/scope', '/scope/container'].map((path) => ({ path, values: {} }));
    makeContainer(kernel, directories, '/scope/container');
    const spawn = (cgroup: string): unknown =>
      kernel.spawn({ comm: 'x', cgroup, streamName: 'x', regions: [], threads: [{ accesses: [] }] });
    expect(spawn('/scope/container')).to.have.property('pid');
    expect(() => spawn('/scope')).to.throw(/EBUSY/u);
  });

  it('files that the kernel does not have are passed over', () => {
    const kernel = booted();
    kernel.mkdir('/a');
    writeValues(kernel, { path: '/a', values: { 'hugetlb.2MB.max': 'max', 'cpu.weight': '9' } });
    expect(kernel.read(cgroupFile('/a', 'cpu.weight'))).to.equal('9\n');
  });

  it('a file that reads as wanted is not written', () => {
    const kernel = booted();
    // Writing this one would be refused.
    writeIfDifferent(kernel, '/sys/fs/cgroup/cgroup.controllers', 'cpuset cpu memory');
    expect(() => writeIfDifferent(kernel, '/sys/fs/cgroup/cgroup.controllers', 'cpu')).to.throw(/read-only/u);
  });
});
