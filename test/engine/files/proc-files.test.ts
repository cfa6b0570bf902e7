import { expect } from 'chai';

import { COUNTERS } from '../../../src/engine/counters.ts';
import { KernelError } from '../../../src/engine/kernel-error.ts';
import type { Kernel } from '../../../src/engine/kernel.ts';
import { PINNED, SECOND, boot, field, pidOf, processSpec, region, sweep, thread } from '../boot.ts';

function remoteWork(kernel: Kernel): number {
  return pidOf(
    kernel.spawn(
      processSpec({
        comm: 'a-very-long-command-name',
        regions: [region('heap', 16, { firstTouchNode: 0 }), PINNED],
        threads: [thread({ affinity: [1], accesses: [sweep('heap'), sweep('pinned')] })],
      }),
    ),
  );
}

describe('/proc/vmstat (REF §18.1)', () => {
  it('has every counter once, equal to the typed view', () => {
    const kernel = boot();
    remoteWork(kernel);
    kernel.run(4 * SECOND);
    const text = kernel.read('/proc/vmstat');
    const counters = kernel.counters();
    expect(counters.numa_pages_migrated).to.be.greaterThan(4000);
    for (const { name } of COUNTERS) {
      expect(field(text, name), name).to.equal(counters[name]);
      expect(text.split('\n').filter((line) => line.startsWith(`${name} `))).to.have.length(1);
    }
  });

  it('kernels without the RFC statistics lack the task counters', () => {
    const kernel = boot({ variant: { taskCounters: false } });
    expect(kernel.read('/proc/vmstat')).not.to.contain('numa_task');
    expect(kernel.read('/sys/fs/cgroup/memory.stat')).not.to.contain('numa_task');
    expect(kernel.read('/sys/fs/cgroup/memory.stat')).to.contain('numa_pte_updates 0\n');
  });

  it('memory.stat has what the table says and nothing else', () => {
    const names = boot()
      .read('/sys/fs/cgroup/memory.stat')
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(names).to.have.members([
      'anon',
      'file',
      'shmem',
      'numa_pte_updates',
      'numa_hint_faults',
      'numa_pages_migrated',
      'numa_task_migrated',
      'numa_task_swapped',
      'pgpromote_success',
      '',
    ]);
  });
});

describe('/proc/<pid> (REF §18.2)', () => {
  it('sched shows what the balancer knows of a task', () => {
    const kernel = boot();
    const pid = remoteWork(kernel);
    kernel.run(8 * SECOND);
    const text = kernel.read(`/proc/${pid}/sched`);
    expect(text).to.match(new RegExp(`^a-very-long-com \\(${pid}, #threads: 1\\)\n`));
    expect(field(text, 'mm->numa_scan_seq')).to.be.greaterThan(0);
    expect(field(text, 'numa_preferred_nid')).to.equal(1);
    const faults = field(text, 'total_numa_faults');
    expect(faults).to.be.greaterThan(0);
    expect(text).to.contain('current_node=1, numa_group_id=0\n');
    const lines = [
      ...text.matchAll(
        /^numa_faults node=(\d) task_private=(\d+) task_shared=0 group_private=0 group_shared=0$/gm,
      ),
    ].map((line) => line.slice(1).map(Number));
    expect(lines.map(([node]) => node)).to.deep.equal([0, 1]);
    expect(lines[0]![1]! + lines[1]![1]!).to.equal(faults);
    expect(lines[1]![1]).to.be.greaterThan(0.99 * faults);
    expect(kernel.read(`/proc/${pid}/task/${pid}/sched`)).to.equal(text);
  });

  it('numa_maps shows policy and pages by node', () => {
    const kernel = boot();
    const pid = pidOf(
      kernel.spawn(
        processSpec({
          regions: [
            region('a', 1, { firstTouchNode: 1 }),
            region('b', 1, { policy: { mode: 'Bind', nodes: [0, 1], numaBalancing: true } }),
            region('c', 2, { policy: { mode: 'Interleave', nodes: [0, 1], numaBalancing: false } }),
            region('d', 1, { policy: { mode: 'Preferred', nodes: [1], numaBalancing: false } }),
          ],
          threads: [thread({ affinity: [0] })],
        }),
      ),
    );
    expect(kernel.read(`/proc/${pid}/numa_maps`)).to.equal(
      '7f0000000000 default anon=256 dirty=256 N1=256 kernelpagesize_kB=4\n' +
        '7f0000200000 bind=balancing:0-1 anon=256 dirty=256 N0=256 kernelpagesize_kB=4\n' +
        '7f0000400000 interleave:0-1 anon=512 dirty=512 N0=256 N1=256 kernelpagesize_kB=4\n' +
        '7f0000800000 prefer:1 anon=256 dirty=256 N1=256 kernelpagesize_kB=4\n',
    );
  });

  it('comm is cut to 15 characters', () => {
    const kernel = boot();
    expect(kernel.read(`/proc/${remoteWork(kernel)}/comm`)).to.equal('a-very-long-com\n');
  });

  it('files of processes and threads that are not there are ENOENT', () => {
    const kernel = boot();
    const pid = remoteWork(kernel);
    kernel.kill(pid);
    expect(() => kernel.read(`/proc/${pid}/sched`)).to.throw(KernelError, 'ENOENT');
    expect(() => kernel.kill(pid)).to.throw(KernelError, 'ESRCH');
  });
});

describe('/sys/devices/system/node (REF §18.3)', () => {
  it('shows allocation statistics, distances, CPUs and memory of a node', () => {
    const kernel = boot();
    remoteWork(kernel);
    const node = '/sys/devices/system/node/node0';
    expect(kernel.read(`${node}/numastat`)).to.equal(
      'numa_hit 4097\nnuma_miss 0\nnuma_foreign 0\ninterleave_hit 0\nlocal_node 4097\nother_node 0\n',
    );
    expect(kernel.read(`${node}/distance`)).to.equal('10 20\n');
    expect(kernel.read(`${node}/cpulist`)).to.equal('0\n');
    expect(kernel.read('/sys/devices/system/node/online')).to.equal('0-1\n');
    expect(kernel.read(`${node}/meminfo`)).to.match(
      /^Node 0 MemTotal: +262144 kB\nNode 0 MemFree: +245756 kB\n/,
    );
    expect(kernel.exists('/sys/devices/system/node/node2/numastat')).to.equal(false);
  });

  it('vm.numa_stat 0 stops and zeroes the statistics', () => {
    const kernel = boot();
    remoteWork(kernel);
    kernel.write('/proc/sys/vm/numa_stat', '0');
    remoteWork(kernel);
    expect(kernel.nodes().map(({ numastat }) => numastat.numaHit)).to.deep.equal([0, 0]);
    kernel.write('/proc/sys/vm/numa_stat', '1');
    remoteWork(kernel);
    expect(kernel.nodes()[0]!.numastat.numaHit).to.equal(4097);
  });
});
