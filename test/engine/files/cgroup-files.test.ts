import { expect } from 'chai';

import { KernelError } from '../../../src/engine/kernel-error.ts';
import type { Kernel } from '../../../src/engine/kernel.ts';
import { ANONYMOUS } from '../../../src/engine/memory/vma.ts';
import { CGROUPS, boot, machine, mkdir, pidOf, processSpec, region } from '../boot.ts';

const A = `${CGROUPS}/a`;

function withGroup(): Kernel {
  const kernel = boot({ machine: machine({ nodes: 2, cpusPerNode: 2 }) });
  mkdir(kernel, '/a');
  return kernel;
}

describe('cgroup files: what is written is read back', () => {
  for (const [file, initial, written, back] of [
    ['cpu.numa_load_balance', '0', '1', '1'],
    ['cpu.numa_load_balance', '0', ' 0x10\n', '16'],
    ['cpu.numa_load_balance', '0', '010', '8'],
    ['cpu.numa_load_balance', '0', '18446744073709551615', '18446744073709551615'],
    ['cpu.weight', '100', '10000', '10000'],
    ['cpu.max', 'max 100000', '50000', '50000 100000'],
    ['cpu.max', 'max 100000', '1000 1000', '1000 1000'],
    ['cpu.max', 'max 100000', 'max 20000', 'max 20000'],
    ['memory.max', 'max', '8192', '8192'],
    ['memory.max', 'max', '5000', '4096'],
    ['memory.max', 'max', '1m', '1048576'],
    ['memory.max', 'max', '2G', '2147483648'],
    ['memory.max', 'max', '99999999T', 'max'],
    ['memory.high', 'max', '1M', '1048576'],
    ['memory.low', '0', '1K', '0'],
    ['memory.min', '0', 'max', 'max'],
    ['memory.swap.max', 'max', '0', '0'],
    ['memory.oom.group', '0', '1', '1'],
    ['cpuset.cpus', '', '3,0-1', '0-1,3'],
    ['cpuset.cpus', '', '2-2', '2'],
    ['cpuset.mems', '', '1', '1'],
  ] as const) {
    it(`${file}: ${JSON.stringify(written)} reads ${back}`, () => {
      const kernel = withGroup();
      expect(kernel.read(`${A}/${file}`)).to.equal(`${initial}\n`);
      kernel.write(`${A}/${file}`, written);
      expect(kernel.read(`${A}/${file}`)).to.equal(`${back}\n`);
    });
  }

  it('an empty cpuset is all of the parent again', () => {
    const kernel = withGroup();
    kernel.write(`${A}/cpuset.cpus`, '1');
    kernel.write(`${A}/cpuset.cpus`, '\n');
    expect(kernel.read(`${A}/cpuset.cpus`)).to.equal('\n');
  });
});

describe('cgroup files: bad writes fail as the kernel’s do, and change nothing', () => {
  for (const [file, written, errno] of [
    ['cpu.numa_load_balance', '', 'EINVAL'],
    ['cpu.numa_load_balance', 'on', 'EINVAL'],
    ['cpu.numa_load_balance', '1.5', 'EINVAL'],
    ['cpu.numa_load_balance', '-1', 'EINVAL'],
    ['cpu.numa_load_balance', '1 2', 'EINVAL'],
    ['cpu.numa_load_balance', '18446744073709551616', 'ERANGE'],
    ['cpu.weight', '0', 'ERANGE'],
    ['cpu.weight', '10001', 'ERANGE'],
    ['cpu.weight', 'idle', 'EINVAL'],
    ['cpu.max', '999', 'EINVAL'],
    ['cpu.max', '5000 999', 'EINVAL'],
    ['cpu.max', '5000 1000001', 'EINVAL'],
    ['cpu.max', '', 'EINVAL'],
    ['cpu.max', 'many', 'EINVAL'],
    ['memory.max', '-1', 'EINVAL'],
    ['memory.max', '1X', 'EINVAL'],
    ['memory.max', '', 'EINVAL'],
    ['memory.high', 'much', 'EINVAL'],
    ['memory.oom.group', '2', 'EINVAL'],
    ['cpuset.cpus', '4', 'EINVAL'],
    ['cpuset.cpus', '1-0', 'EINVAL'],
    ['cpuset.cpus', '0-1-2', 'EINVAL'],
    ['cpuset.cpus', 'a', 'EINVAL'],
    ['cpuset.mems', '2', 'EINVAL'],
    ['cgroup.procs', '12345', 'ESRCH'],
    ['cgroup.procs', 'x', 'EINVAL'],
    ['cgroup.subtree_control', 'cpu', 'EINVAL'],
    ['cgroup.subtree_control', '+io', 'EINVAL'],
    ['memory.current', '0', 'EACCES'],
    ['memory.stat', '0', 'EACCES'],
    ['cgroup.controllers', '+cpu', 'EACCES'],
    ['cpu.nothing', '1', 'ENOENT'],
  ] as const) {
    it(`${file}: ${JSON.stringify(written)} is ${errno}`, () => {
      const kernel = withGroup();
      const path = `${A}/${file}`;
      const before = kernel.exists(path) ? kernel.read(path) : undefined;
      expect(() => kernel.write(path, written))
        .to.throw(KernelError)
        .with.property('errno', errno);
      if (before !== undefined) expect(kernel.read(path)).to.equal(before);
    });
  }

  it('one bad change among several spoils all', () => {
    const kernel = withGroup();
    const path = `${A}/cgroup.subtree_control`;
    expect(() => kernel.write(path, '+cpu +io')).to.throw(KernelError, 'EINVAL');
    expect(kernel.read(path)).to.equal('\n');
  });
});

describe('cgroup tree', () => {
  it('the flag exists on the root, other settings do not', () => {
    const kernel = boot();
    kernel.write(`${CGROUPS}/cpu.numa_load_balance`, '1');
    expect(kernel.read(`${CGROUPS}/cpu.numa_load_balance`)).to.equal('1\n');
    for (const file of ['cpu.weight', 'cpu.max', 'memory.max', 'memory.high', 'cpuset.cpus']) {
      expect(kernel.exists(`${CGROUPS}/${file}`), file).to.equal(false);
    }
    expect(kernel.exists(`${CGROUPS}/memory.stat`)).to.equal(true);
  });

  it('an unpatched kernel has no such file', () => {
    const kernel = boot({ variant: { rfc: 'Off' } });
    expect(kernel.exists(`${CGROUPS}/cpu.numa_load_balance`)).to.equal(false);
    expect(() => kernel.write(`${CGROUPS}/cpu.numa_load_balance`, '1')).to.throw(KernelError, 'ENOENT');
  });

  it('files exist where the parent hands the controller down', () => {
    const kernel = boot();
    kernel.mkdir('/a');
    expect(kernel.exists(`${A}/cpu.weight`)).to.equal(false);
    kernel.write(`${CGROUPS}/cgroup.subtree_control`, '+cpu');
    expect(kernel.read(`${A}/cgroup.controllers`)).to.equal('cpu\n');
    expect(kernel.exists(`${A}/cpu.weight`)).to.equal(true);
    expect(kernel.exists(`${A}/memory.max`)).to.equal(false);
    kernel.mkdir('/b');
    expect(kernel.exists(`${CGROUPS}/b/cpu.weight`)).to.equal(true);
  });

  it('a controller that is taken away and given again starts from its defaults', () => {
    const kernel = withGroup();
    const values = {
      'cpu.numa_load_balance': '7',
      'cpu.weight': '9',
      'cpu.max': '5000 100000',
      'memory.max': '4096',
      'memory.high': '4096',
      'cpuset.cpus': '1',
      'cpuset.mems': '1',
    };
    for (const [file, value] of Object.entries(values)) kernel.write(`${A}/${file}`, value);
    kernel.write(`${CGROUPS}/cgroup.subtree_control`, '-cpu -memory -cpuset');
    kernel.write(`${CGROUPS}/cgroup.subtree_control`, '+cpu +memory +cpuset');
    const defaults = Object.keys(values).map((file) => kernel.read(`${A}/${file}`).trim());
    expect(defaults).to.deep.equal(['0', '100', 'max 100000', 'max', 'max', '', '']);
  });

  it('a controller the group does not have cannot be handed down', () => {
    const kernel = boot();
    kernel.write(`${CGROUPS}/cgroup.subtree_control`, '+cpu');
    kernel.mkdir('/a');
    expect(() => kernel.write(`${A}/cgroup.subtree_control`, '+memory')).to.throw(KernelError, 'ENOENT');
  });

  it('one that is in use further down cannot be taken away', () => {
    const kernel = withGroup();
    kernel.write(`${A}/cgroup.subtree_control`, '+cpu');
    kernel.mkdir('/a/b');
    expect(() => kernel.write(`${CGROUPS}/cgroup.subtree_control`, '-cpu')).to.throw(KernelError, 'EBUSY');
  });

  it('a group with processes hands nothing down, one that does takes no processes', () => {
    const kernel = withGroup();
    const pid = pidOf(kernel.spawn(processSpec({ cgroup: '/a' })));
    expect(() => kernel.write(`${A}/cgroup.subtree_control`, '+cpu')).to.throw(KernelError, 'EBUSY');
    kernel.mkdir('/b');
    kernel.write(`${CGROUPS}/b/cgroup.subtree_control`, '+cpu');
    expect(() => kernel.write(`${CGROUPS}/b/cgroup.procs`, String(pid))).to.throw(KernelError, 'EBUSY');
    expect(() => kernel.spawn(processSpec({ cgroup: '/b' }))).to.throw(KernelError, 'EBUSY');
    expect(kernel.read(`${A}/cgroup.procs`)).to.equal(`${pid}\n`);
  });

  it('processes move, with all their threads, by any of their ids', () => {
    const kernel = withGroup();
    mkdir(kernel, '/b');
    const pid = pidOf(
      kernel.spawn(processSpec({ cgroup: '/a', threads: [{ accesses: [] }, { accesses: [] }] })),
    );
    expect(kernel.read(`${A}/cgroup.threads`)).to.equal(`${pid}\n${pid + 1}\n`);
    kernel.write(`${CGROUPS}/b/cgroup.procs`, String(pid));
    expect(kernel.read(`${A}/cgroup.procs`)).to.equal('');
    expect(kernel.read(`${CGROUPS}/b/cgroup.threads`)).to.equal(`${pid}\n${pid + 1}\n`);
    expect(kernel.read(`/proc/${pid}/cgroup`)).to.equal('0::/b\n');
    kernel.write(`${A}/cgroup.procs`, String(pid + 1));
    expect(kernel.read(`${A}/cgroup.procs`)).to.equal(`${pid}\n`);
  });

  it('mkdir and rmdir refuse what a kernel refuses', () => {
    const kernel = withGroup();
    const refused = (call: () => void): unknown => {
      try {
        call();
      } catch (error) {
        return error instanceof KernelError ? error.errno : error;
      }
      return 'done';
    };
    expect(refused(() => kernel.mkdir('/a'))).to.equal('EEXIST');
    expect(refused(() => kernel.mkdir('/x/y'))).to.equal('ENOENT');
    expect(refused(() => kernel.mkdir('/'))).to.equal('EINVAL');
    expect(refused(() => kernel.mkdir('/..'))).to.equal('EINVAL');
    expect(refused(() => kernel.mkdir('b'))).to.equal('EINVAL');
    expect(refused(() => kernel.rmdir('/x'))).to.equal('ENOENT');
    const pid = pidOf(kernel.spawn(processSpec({ cgroup: '/a' })));
    expect(refused(() => kernel.rmdir('/a'))).to.equal('EBUSY');
    kernel.kill(pid);
    kernel.mkdir('/a/b');
    expect(refused(() => kernel.rmdir('/a'))).to.equal('EBUSY');
    kernel.rmdir('/a/b');
    kernel.rmdir('/a');
    expect(kernel.hasCgroup('/a')).to.equal(false);
  });
});

describe('memory accounting', () => {
  const memory = (kernel: Kernel, path: string): number =>
    Number(kernel.read(`${CGROUPS}${path}/memory.current`));

  it('memory.current, memory.stat and memory.numa_stat are bytes, of the group and all below', () => {
    const kernel = withGroup();
    mkdir(kernel, '/a/b');
    kernel.spawn(
      processSpec({
        cgroup: '/a/b',
        regions: [region('x', 1, { firstTouchNode: 0 }), region('y', 2, { firstTouchNode: 1 })],
      }),
    );
    expect(memory(kernel, '/a')).to.equal(3 << 20);
    expect(memory(kernel, '/a/b')).to.equal(3 << 20);
    expect(kernel.read(`${A}/memory.stat`)).to.match(/^anon 3145728\n/);
    expect(kernel.read(`${A}/memory.numa_stat`)).to.equal(
      'anon N0=1048576 N1=2097152\nfile N0=0 N1=0\nshmem N0=0 N1=0\npgpromote_success N0=0 N1=0\n',
    );
    expect(kernel.cgroupMemory('/')).to.deep.equal([256, 512]);
  });

  it('pages of files and of shared memory are not anonymous; shared memory is of the page cache too', () => {
    const kernel = withGroup();
    const flags = { ...ANONYMOUS, shared: true };
    kernel.spawn(
      processSpec({
        cgroup: '/a',
        regions: [
          region('heap', 1, { firstTouchNode: 0 }),
          region('file', 2, { firstTouchNode: 1, flags: { ...flags, file: true } }),
          region('segment', 3, { firstTouchNode: 0, flags }),
        ],
      }),
    );
    expect(kernel.read(`${A}/memory.stat`)).to.match(/^anon 1048576\nfile 5242880\nshmem 3145728\nnuma_/);
    expect(kernel.read(`${A}/memory.numa_stat`)).to.match(
      /^anon N0=1048576 N1=0\nfile N0=3145728 N1=2097152\nshmem N0=3145728 N1=0\n/,
    );
    expect(memory(kernel, '/a')).to.equal(6 << 20);
    expect(kernel.cgroupMemory('/a')).to.deep.equal([1024, 512]);
  });

  it('stays charged where it is when the process moves, and is given back at its end', () => {
    const kernel = withGroup();
    mkdir(kernel, '/b');
    const pid = pidOf(kernel.spawn(processSpec({ cgroup: '/a', regions: [region('x', 1)] })));
    kernel.write(`${CGROUPS}/b/cgroup.procs`, String(pid));
    expect([memory(kernel, '/a'), memory(kernel, '/b')]).to.deep.equal([1 << 20, 0]);
    kernel.kill(pid);
    expect(memory(kernel, '/a')).to.equal(0);
  });

  it('of a removed group belongs to its parent', () => {
    const kernel = withGroup();
    mkdir(kernel, '/a/b');
    mkdir(kernel, '/c');
    const pid = pidOf(kernel.spawn(processSpec({ cgroup: '/a/b', regions: [region('x', 1)] })));
    kernel.write(`${CGROUPS}/c/cgroup.procs`, String(pid));
    kernel.rmdir('/a/b');
    expect(memory(kernel, '/a')).to.equal(1 << 20);
    expect(kernel.cgroupMemory('/a')).to.deep.equal([256, 0]);
    kernel.kill(pid);
    expect(memory(kernel, '/a')).to.equal(0);
  });

  it('a process that would exceed memory.max is ended, which every group above counts', () => {
    const kernel = withGroup();
    mkdir(kernel, '/a/b');
    kernel.write(`${A}/memory.max`, '1M');
    const free = kernel.nodes().map(({ freePages }) => freePages);
    const fits = pidOf(kernel.spawn(processSpec({ cgroup: '/a/b', regions: [region('x', 1)] })));
    kernel.kill(fits);
    const outcome = kernel.spawn(processSpec({ cgroup: '/a/b', regions: [{ name: 'x', pages: 257 }] }));
    expect(outcome).to.have.property('oomKilled').that.contains('memory.max').and.contains('region x');
    expect(kernel.read(`${A}/memory.events`)).to.equal('oom 1\noom_kill 1\n');
    expect(kernel.read(`${CGROUPS}/a/b/memory.events`)).to.equal('oom 1\noom_kill 1\n');
    expect(memory(kernel, '/a')).to.equal(0);
    expect(kernel.nodes().map(({ freePages }) => freePages)).to.deep.equal(free);
    expect(kernel.processes()).to.deep.equal([]);
  });
});
