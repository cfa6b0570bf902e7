import { expect } from 'chai';

import { KernelError } from '../../../src/engine/kernel-error.ts';
import type { Kernel } from '../../../src/engine/kernel.ts';
import { CGROUPS, SECOND, boot, field, mkdir, pidOf, processSpec, region, sweep, thread } from '../boot.ts';

const type = (kernel: Kernel, path: string): string => kernel.read(`${CGROUPS}${path}/cgroup.type`).trim();
const makeThreaded = (kernel: Kernel, path: string): void =>
  kernel.write(`${CGROUPS}${path}/cgroup.type`, 'threaded');

/** /d with a process of two threads on CPU 1, their memory on node 0, and the threaded groups /d/on and /d/off. */
function domain(mode = 4): { readonly kernel: Kernel; readonly pid: number } {
  const kernel = boot({ mode });
  mkdir(kernel, '/d');
  const worker = thread({ affinity: [1], accesses: [sweep('heap')] });
  const spec = processSpec({
    cgroup: '/d',
    regions: [region('heap', 4, { firstTouchNode: 0 })],
    threads: [worker, worker],
  });
  const pid = pidOf(kernel.spawn(spec));
  for (const path of ['/d/on', '/d/off']) {
    kernel.mkdir(path);
    makeThreaded(kernel, path);
  }
  return { kernel, pid };
}

describe('threaded cgroups', () => {
  it('make their parent a threaded domain, and domains beside them invalid', () => {
    const { kernel } = domain();
    kernel.mkdir('/d/plain');
    expect(['/d', '/d/on', '/d/plain'].map((path) => type(kernel, path))).to.deep.equal([
      'domain threaded',
      'threaded',
      'domain invalid',
    ]);
    expect(kernel.exists(`${CGROUPS}/cgroup.type`)).to.equal(false);
    expect(() => kernel.spawn(processSpec({ cgroup: '/d/plain' }))).to.throw(KernelError, 'EOPNOTSUPP');
  });

  it('take single threads of their domain; memory stays with the domain', () => {
    const { kernel, pid } = domain();
    kernel.write(`${CGROUPS}/d/on/cgroup.threads`, String(pid + 1));
    expect(kernel.read(`${CGROUPS}/d/on/cgroup.threads`)).to.equal(`${pid + 1}\n`);
    expect(kernel.read(`${CGROUPS}/d/cgroup.threads`)).to.equal(`${pid}\n`);
    expect(kernel.read(`${CGROUPS}/d/cgroup.procs`)).to.equal(`${pid}\n`);
    expect(kernel.exists(`${CGROUPS}/d/on/memory.stat`)).to.equal(false);
  });

  it('REF §17.2, §17.4 note 1: the gate is asked per thread, and one that is on marks for all', () => {
    const { kernel, pid } = domain();
    kernel.write(`${CGROUPS}/d/cgroup.subtree_control`, '+cpu');
    kernel.write(`${CGROUPS}/d/on/cgroup.threads`, String(pid + 1));
    kernel.write(`${CGROUPS}/d/off/cgroup.threads`, String(pid));
    kernel.write(`${CGROUPS}/d/on/cpu.numa_load_balance`, '1');
    kernel.run(20 * SECOND);
    const faults = (tid: number): number =>
      field(kernel.read(`/proc/${pid}/task/${tid}/sched`), 'total_numa_faults');
    expect(kernel.counters().numa_pte_updates).to.be.greaterThan(1000);
    expect(faults(pid + 1)).to.be.greaterThan(0);
    expect(faults(pid)).to.equal(0);
  });

  it('refuse threads of other domains, and anything but "threaded"', () => {
    const { kernel } = domain();
    const stranger = pidOf(kernel.spawn(processSpec({ cgroup: '/' })));
    expect(() => kernel.write(`${CGROUPS}/d/on/cgroup.threads`, String(stranger))).to.throw('EOPNOTSUPP');
    expect(() => kernel.write(`${CGROUPS}/d/on/cgroup.threads`, '4000')).to.throw('ESRCH');
    expect(() => kernel.write(`${CGROUPS}/d/on/cgroup.type`, 'domain')).to.throw('EINVAL');
    expect(() => kernel.read(`${CGROUPS}/d/on/cgroup.procs`)).to.throw('EOPNOTSUPP');
  });

  it('are not to be had below a group that hands down memory', () => {
    const { kernel } = domain();
    mkdir(kernel, '/m/x');
    expect(() => makeThreaded(kernel, '/m/x')).to.throw('EOPNOTSUPP');
    expect(type(kernel, '/m/x')).to.equal('domain');
  });
});
