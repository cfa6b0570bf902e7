import { expect } from 'chai';

import { KernelError } from '../../src/engine/kernel-error.ts';
import type { Kernel } from '../../src/engine/kernel.ts';
import { ANONYMOUS } from '../../src/engine/memory/vma.ts';
import { CGROUPS, SECOND, boot, mkdir, sweep } from './boot.ts';

const SHARED = { ...ANONYMOUS, shared: true };

function begin(kernel: Kernel, cpu: number, cgroup = '/', origin: 'Exec' | 'Fork' = 'Fork'): number {
  return kernel.calls.start({ comm: 'p', cgroup, streamName: `p${cpu}`, origin, main: { affinity: [cpu] } });
}

/** A process that maps the shared pages and touches the first `touched` of them. */
function sharer(kernel: Kernel, cpu: number, touched: number, cgroup = '/'): number {
  const pid = begin(kernel, cpu, cgroup);
  kernel.calls.map(pid, { name: 's', pages: 256, flags: SHARED, sharedObject: 'S' });
  kernel.calls.touch(pid, 's', [0, touched]);
  return pid;
}

const used = (kernel: Kernel): readonly number[] =>
  kernel.nodes().map(({ managedPages, freePages }) => managedPages - freePages);

describe('pages that several processes map', () => {
  it('are allocated once, by whoever touches them first, and charged to it', () => {
    const kernel = boot();
    mkdir(kernel, '/a');
    mkdir(kernel, '/b');
    const a = sharer(kernel, 0, 100, '/a');
    const b = sharer(kernel, 1, 256, '/b');
    expect(used(kernel)).to.deep.equal([100, 156]);
    expect(kernel.cgroupMemory('/')).to.deep.equal([100, 156]);
    expect(kernel.read(`${CGROUPS}/a/memory.current`)).to.equal(`${256 * 4096}\n`);
    kernel.kill(a);
    expect(used(kernel)).to.deep.equal([100, 156]);
    kernel.kill(b);
    expect(used(kernel)).to.deep.equal([0, 0]);
    expect(kernel.read(`${CGROUPS}/a/memory.current`)).to.equal('0\n');
  });

  it('are new pages once the last process that mapped them has ended', () => {
    const kernel = boot();
    kernel.kill(sharer(kernel, 0, 256));
    const pid = sharer(kernel, 1, 10);
    expect(used(kernel)).to.deep.equal([0, 10]);
    expect(kernel.calls.pageNode(pid, 's', 10)).to.equal(-1);
  });

  it('lose their marks in every mapping when they move (REF §18.5 I4)', () => {
    const kernel = boot();
    const a = sharer(kernel, 0, 256);
    const b = sharer(kernel, 1, 256);
    kernel.calls.drainLruBatches();
    // Both processes mark; only the remote one touches.
    kernel.run(1.5 * SECOND);
    kernel.calls.setWork(b, { accesses: [sweep('s')] });
    kernel.run(1.6 * SECOND);
    const before = kernel.counters();
    expect(before.numa_pages_migrated).to.equal(256);
    expect(before.numa_pte_updates).to.be.at.least(512);
    kernel.calls.setWork(a, { accesses: [sweep('s')] });
    kernel.calls.setWork(b, { accesses: [] });
    kernel.run(1.7 * SECOND);
    expect(kernel.counters().numa_hint_faults).to.equal(before.numa_hint_faults);
  });
});

describe('REF §5.1 and §5.2 the first scan', () => {
  const firstScan = (origin: 'Exec' | 'Fork', threads: number): number => {
    const kernel = boot();
    const pid = begin(kernel, 1, '/', origin);
    kernel.calls.map(pid, { name: 'r', pages: 100 });
    kernel.calls.touch(pid, 'r', [0, 100]);
    kernel.calls.setAffinity(pid, [0]);
    for (let i = 1; i < threads; i++) kernel.calls.startThread(pid, { affinity: [0] });
    while (kernel.counters().numa_pte_updates === 0 && kernel.now < 5 * SECOND)
      kernel.run(kernel.now + kernel.tickNs);
    return kernel.now / SECOND;
  };

  it('comes a scan delay after a fork, another one later after an exec', () => {
    expect(firstScan('Fork', 1)).to.be.within(1, 1.1);
    expect(firstScan('Exec', 1)).to.be.within(2, 2.1);
  });
});

describe('system calls refuse what they cannot do, and change nothing', () => {
  for (const [what, errno, call] of [
    ['a process in a group that is not there', 'ENOENT', (kernel) => begin(kernel, 0, '/x')],
    ['a thread of no process', 'ESRCH', (kernel) => kernel.calls.startThread(99, {})],
    ['an affinity to no CPU', 'EINVAL', (kernel, pid) => kernel.calls.setAffinity(pid, [])],
    ['an affinity to a CPU that is not there', 'EINVAL', (kernel, pid) => kernel.calls.setAffinity(pid, [2])],
    [
      'a thread on a CPU that is not there',
      'EINVAL',
      (kernel, pid) => kernel.calls.startThread(pid, { affinity: [2] }),
    ],
    ['a process in a group that hands controllers down', 'EBUSY', (kernel) => begin(kernel, 0, '/a')],
    ['a mapping of no pages', 'EINVAL', (kernel, pid) => kernel.calls.map(pid, { name: 'n', pages: 0 })],
    [
      'a second mapping of one name',
      'EINVAL',
      (kernel, pid) => kernel.calls.map(pid, { name: 'r', pages: 1 }),
    ],
    [
      'a mapping on top of another',
      'EINVAL',
      (kernel, pid) => kernel.calls.map(pid, { name: 'n', pages: 1, address: 0x7f00_0000_0000 }),
    ],
    ['a touch outside', 'EINVAL', (kernel, pid) => kernel.calls.touch(pid, 'r', [0, 11])],
    [
      'an access to no region',
      'EINVAL',
      (kernel, pid) => kernel.calls.setWork(pid, { accesses: [sweep('x')] }),
    ],
    ...[
      [{ afterNs: -1, touchesPerSecond: 1 }],
      [{ afterNs: 1, touchesPerSecond: -1 }],
      [{ afterNs: 1, touchesPerSecond: 1, writePercent: 101 }],
      [2, 1].map((afterNs) => ({ afterNs, touchesPerSecond: 1 })),
    ].map(
      (rateChanges) =>
        [
          `rate changes ${JSON.stringify(rateChanges)}`,
          'EINVAL',
          (kernel: Kernel, pid: number) =>
            kernel.calls.setWork(pid, { accesses: [sweep('r', { rateChanges })] }),
        ] as const,
    ),
    [
      'an access outside its region',
      'EINVAL',
      (kernel, pid) => kernel.calls.setWork(pid, { accesses: [sweep('r'), sweep('r', { offsetPages: 10 })] }),
    ],
    [
      'a duty of more than all',
      'EINVAL',
      (kernel, pid) => kernel.calls.setWork(pid, { dutyPercent: 101, accesses: [] }),
    ],
  ] as readonly (readonly [string, string, (kernel: Kernel, pid: number) => unknown])[]) {
    it(`${what} is ${errno}`, () => {
      const kernel = boot();
      mkdir(kernel, '/a/b');
      const pid = begin(kernel, 0);
      kernel.calls.map(pid, { name: 'r', pages: 10 });
      const before = kernel.digest();
      expect(() => call(kernel, pid))
        .to.throw(KernelError)
        .with.property('errno', errno);
      expect(kernel.digest()).to.equal(before);
    });
  }
});
