import { expect } from 'chai';

import { makeCgroup } from '../../src/engine/cgroup-tree.ts';
import type { Kernel } from '../../src/engine/kernel.ts';
import { NUMA_BALANCING } from '../../src/engine/kernel.ts';
import type { MemoryPolicySpec } from '../../src/engine/memory/memory-policy.ts';
import type { ProcessSpec } from '../../src/engine/process.ts';
import {
  CGROUPS,
  PINNED,
  SECOND,
  boot,
  bootState,
  machine,
  mkdir,
  pidOf,
  processSpec,
  region,
  runTicks,
  start,
  startOn,
  sweep,
  thread,
} from './boot.ts';

const GATED = ['V1', 'V2'] as const;
const variantOf = (rfc: 'V1' | 'V2' | 'AllAncestors' | 'Off') => ({ rfc, interleave: rfc === 'V1' });

/** 16 MiB on node 0, swept by one thread on node 1. */
function remote(options: Partial<ProcessSpec> = {}, policy?: MemoryPolicySpec): ProcessSpec {
  return processSpec({
    regions: [region('heap', 16, { firstTouchNode: 0, policy })],
    threads: [thread({ affinity: [1], accesses: [sweep('heap')] })],
    ...options,
  });
}

/** The same with a page that faults in every pass. */
function lastingRemote(cgroup = '/'): ProcessSpec {
  return remote({
    cgroup,
    regions: [region('heap', 16, { firstTouchNode: 0 }), PINNED],
    threads: [thread({ affinity: [1], accesses: [sweep('heap'), sweep('pinned')] })],
  });
}

/** Free pages between the low watermark (452) and the high one (542) of a node of 256 MiB in a machine of 512. */
const NEARLY_FULL = 540;

const pages = (kernel: Kernel, index = 0): readonly number[] =>
  kernel.processes()[index]!.regions[0]!.pagesPerNode;

describe('REF §21 sanity scenarios', () => {
  it('1: remote private memory follows its task in the first pass, and the period doubles', () => {
    const kernel = boot();
    kernel.spawn(lastingRemote());
    kernel.run(6 * SECOND);
    expect(pages(kernel)[1]).to.be.at.least(4096 - 30);
    expect(kernel.counters().numa_pages_migrated).to.be.at.least(4096 - 30);
    const [only] = kernel.processes()[0]!.threads;
    expect(only).to.include({ preferredNode: 1, cpu: 1 });
    expect([2000, 4000]).to.include(only!.scanPeriodMs);
  });

  it('2: crosswise interleaved memory with the RFC flag: exactly one swap, no page moves', () => {
    const kernel = boot({ mode: 1 });
    const policy: MemoryPolicySpec = { mode: 'Interleave', nodes: [0, 1], numaBalancing: true };
    const pid = pidOf(
      kernel.spawn(
        processSpec({
          regions: [region('heap', 32, { policy })],
          // The region begins on an even page: even pages are on node 0.
          threads: [0, 1].map((cpu) =>
            thread({
              affinity: [cpu],
              accesses: [sweep('heap', { pattern: 'Strided', stridePages: 2, offsetPages: 1 - cpu })],
            }),
          ),
        }),
      ),
    );
    kernel.run(5 * SECOND);
    for (const { pid: tid } of kernel.processes()[0]!.threads) kernel.calls.setAffinity(tid, [0, 1]);
    const cpus = (): readonly number[] => kernel.processes()[0]!.threads.map(({ cpu }) => cpu);
    expect(cpus()).to.deep.equal([0, 1]);
    kernel.run(30 * SECOND);
    expect(cpus()).to.deep.equal([1, 0]);
    expect(kernel.counters()).to.include({
      numa_task_swapped: 2,
      numa_task_migrated: 0,
      numa_pages_migrated: 0,
    });
    expect(pages(kernel)).to.deep.equal([4096, 4096]);
    expect(kernel.read(`/proc/${pid}/sched`)).to.contain('numa_group_id=0');
  });

  it('2, with an idle CPU at home: the task moves there instead', () => {
    const kernel = boot({ mode: 1 });
    const policy: MemoryPolicySpec = { mode: 'Interleave', nodes: [0, 1], numaBalancing: true };
    const spec = remote(
      {
        threads: [
          thread({ affinity: [1], accesses: [sweep('heap', { pattern: 'Strided', stridePages: 2 })] }),
        ],
      },
      policy,
    );
    const pid = pidOf(kernel.spawn(spec));
    kernel.calls.setAffinity(pid, [0, 1]);
    kernel.run(10 * SECOND);
    expect(kernel.processes()[0]!.threads[0]!.cpu).to.equal(0);
    expect(kernel.counters()).to.include({
      numa_task_swapped: 0,
      numa_task_migrated: 1,
      numa_pages_migrated: 0,
    });
  });

  for (const rfc of GATED) {
    it(`3: mode 4 on ${rfc}, two cgroups, one enabled: only that one is scanned`, () => {
      const kernel = boot({
        mode: 4,
        machine: machine({ nodes: 2, cpusPerNode: 2 }),
        variant: variantOf(rfc),
      });
      for (const path of ['/on', '/off']) {
        mkdir(kernel, path);
        kernel.spawn(
          remote({
            comm: path,
            cgroup: path,
            threads: [thread({ affinity: [2, 3], accesses: [sweep('heap')] })],
          }),
        );
      }
      kernel.write(`${CGROUPS}/on/cpu.numa_load_balance`, '1');
      kernel.run(5 * SECOND);
      expect(kernel.cgroupCounters('/on').numa_pte_updates).to.be.at.least(4096);
      expect(pages(kernel, 0)[1]).to.be.greaterThan(4000);
      expect(Object.values(kernel.cgroupCounters('/off')).every((count) => count === 0)).to.equal(true);
      expect(pages(kernel, 1)).to.deep.equal([4096, 0]);
    });

    it(`4: on ${rfc}, the flag off mid-run: marked pages drain and may move, task statistics freeze`, () => {
      const kernel = boot({ mode: 4, variant: variantOf(rfc) });
      mkdir(kernel, '/g');
      const flag = `${CGROUPS}/g/cpu.numa_load_balance`;
      kernel.write(flag, '1');
      const slow = [thread({ affinity: [1], accesses: [sweep('heap', { touchesPerSecond: 2000 })] })];
      const pid = pidOf(kernel.spawn(remote({ cgroup: '/g', threads: slow })));
      kernel.run(2.5 * SECOND);
      const before = kernel.counters();
      const known = kernel.read(`/proc/${pid}/sched`);
      expect(before.numa_pages_migrated).to.be.within(100, 4000);
      kernel.write(flag, '0');
      kernel.run(20 * SECOND);
      const after = kernel.counters();
      expect(after.numa_pte_updates).to.equal(before.numa_pte_updates);
      expect(after.numa_hint_faults).to.equal(before.numa_pte_updates);
      expect(after.numa_pages_migrated).to.be.greaterThan(before.numa_pages_migrated);
      expect(kernel.read(`/proc/${pid}/sched`)).to.equal(known);
    });
  }

  it('5: the target is full: every move fails, and the period climbs to its maximum', () => {
    const kernel = boot({ tunables: { scanPeriodMaxMs: 8000 } });
    kernel.spawn(remote());
    kernel.spawn(
      processSpec({
        comm: 'fill',
        regions: [{ name: 'fill', pages: kernel.nodes()[1]!.freePages - NEARLY_FULL, firstTouchNode: 1 }],
        threads: [thread({ dutyPercent: 1, affinity: [0] })],
      }),
    );
    kernel.run(40 * SECOND);
    expect(kernel.counters()).to.include({ numa_pages_migrated: 0, pgmigrate_fail: 0 });
    expect(pages(kernel)).to.deep.equal([4096, 0]);
    expect(kernel.processes()[0]!.threads[0]!.scanPeriodMs).to.equal(8000);
  });
});

describe('REF §17.4 truth table, base pages', () => {
  for (const [mode, flag, rfc, scan, stats] of [
    [0, 1, 'V1', false, false],
    [1, 0, 'V1', true, true],
    [1, 0, 'V2', true, true],
    [1, 0, 'Off', true, true],
    [2, 1, 'V1', false, false],
    [4, 0, 'Off', false, false],
    [4, 0, 'V1', false, false],
    [4, 0, 'V2', false, false],
    [4, 0, 'AllAncestors', false, false],
    [4, 1, 'V1', true, true],
    [4, 1, 'V2', true, true],
    [4, 1, 'AllAncestors', false, false],
  ] as const) {
    it(`mode ${mode}, flag ${flag}, ${rfc}: ${scan ? 'marks' : 'marks nothing'}`, () => {
      const kernel = boot({ mode, variant: variantOf(rfc) });
      mkdir(kernel, '/g');
      if (rfc !== 'Off') kernel.write(`${CGROUPS}/g/cpu.numa_load_balance`, String(flag));
      const pid = pidOf(kernel.spawn(lastingRemote('/g')));
      kernel.run(6 * SECOND);
      const { numa_pte_updates: marked, numa_pages_migrated: moved } = kernel.counters();
      expect([marked > 0, moved > 0]).to.deep.equal([scan, scan]);
      expect(/total_numa_faults\s+:\s+0\n/.test(kernel.read(`/proc/${pid}/sched`))).to.equal(!stats);
    });
  }

  it('mode 4 unpatched and mode 2: scans run, passes are counted, nothing is marked', () => {
    for (const [mode, rfc] of [
      [4, 'Off'],
      [2, 'V1'],
    ] as const) {
      const kernel = boot({ mode, variant: variantOf(rfc) });
      kernel.spawn(remote());
      kernel.run(6 * SECOND);
      expect(kernel.processes()[0]!.scanSeq).to.be.at.least(3);
    }
  });

  it('note 1: another thread of the address space in an enabled group scans for the disabled one', () => {
    const state = bootState({ mode: 4 });
    const { process } = startOn(state, 1, 0, { threads: 2 });
    const [off, on] = process.tasks;
    state.root.subtreeControl.add('cpu');
    on!.cgroup = makeCgroup(state, '/on');
    on!.cgroup.numaLoadBalance = 1n;
    runTicks(state, 1250);
    expect(state.events[0]).to.be.at.least(1024);
    expect(process.mm.vmas[0]!.object.residentPerNode[1]).to.be.greaterThan(900);
    expect(off!.faults).to.equal(undefined);
    expect(on!.faults).not.to.equal(undefined);
  });

  it('leaving mode 1 for 0: leftovers drain, move, and are not recorded', () => {
    const kernel = boot();
    const slow = [thread({ affinity: [1], accesses: [sweep('heap', { touchesPerSecond: 2000 })] })];
    const pid = pidOf(kernel.spawn(remote({ threads: slow })));
    kernel.run(2.5 * SECOND);
    const before = kernel.counters();
    const known = kernel.read(`/proc/${pid}/sched`);
    kernel.write(NUMA_BALANCING, '0');
    kernel.run(20 * SECOND);
    const after = kernel.counters();
    expect(after.numa_hint_faults).to.equal(after.numa_pte_updates).and.to.equal(before.numa_pte_updates);
    expect(after.numa_pages_migrated).to.be.greaterThan(before.numa_pages_migrated);
    expect(kernel.read(`/proc/${pid}/sched`)).to.equal(known);
  });
});

describe('REF §17.2 the effective cgroup', () => {
  it('is the nearest one with the cpu controller: the flag of a parent rules a child without it', () => {
    const kernel = boot({ mode: 4 });
    mkdir(kernel, '/b');
    kernel.mkdir('/b/c');
    kernel.write(`${CGROUPS}/b/cpu.numa_load_balance`, '1');
    kernel.spawn(remote({ cgroup: '/b/c' }));
    kernel.run(4 * SECOND);
    expect(kernel.counters().numa_pte_updates).to.be.at.least(4096);
  });

  it('flags are not inherited, and parents do not restrict', () => {
    const kernel = boot({ mode: 4, machine: machine({ nodes: 2, cpusPerNode: 2 }) });
    for (const path of ['/p1/c0', '/p0/c1']) mkdir(kernel, path);
    kernel.write(`${CGROUPS}/p1/cpu.numa_load_balance`, '1');
    kernel.write(`${CGROUPS}/p0/c1/cpu.numa_load_balance`, '1');
    for (const cgroup of ['/p1/c0', '/p0/c1'])
      kernel.spawn(
        remote({ comm: cgroup, cgroup, threads: [thread({ affinity: [2, 3], accesses: [sweep('heap')] })] }),
      );
    kernel.run(4 * SECOND);
    expect(kernel.cgroupCounters('/p1').numa_pte_updates).to.equal(0);
    expect(kernel.cgroupCounters('/p0').numa_pte_updates).to.be.at.least(4096);
  });

  it('the root’s flag rules the processes of the root', () => {
    const kernel = boot({ mode: 4 });
    kernel.spawn(remote());
    kernel.run(4 * SECOND);
    expect(kernel.counters().numa_pte_updates).to.equal(0);
    kernel.write(`${CGROUPS}/cpu.numa_load_balance`, '1');
    kernel.run(6 * SECOND);
    expect(kernel.counters().numa_pte_updates).to.be.at.least(4096);
  });

  it('a process that moves to another group is ruled by its flag from then on', () => {
    const kernel = boot({ mode: 4 });
    for (const path of ['/on', '/off']) mkdir(kernel, path);
    kernel.write(`${CGROUPS}/on/cpu.numa_load_balance`, '1');
    const pid = pidOf(kernel.spawn(remote({ cgroup: '/off' })));
    kernel.run(4 * SECOND);
    expect(kernel.counters().numa_pte_updates).to.equal(0);
    kernel.write(`${CGROUPS}/on/cgroup.procs`, String(pid));
    kernel.run(8 * SECOND);
    const marked = kernel.counters().numa_pte_updates;
    expect(marked).to.be.at.least(4096);
    expect(kernel.cgroupCounters('/on').numa_pte_updates, 'marks: the owner of the address space').to.equal(
      marked,
    );
    expect(kernel.cgroupCounters('/off').numa_hint_faults, 'faults: the owner of the memory').to.be.at.least(
      4000,
    );
    expect(kernel.cgroupCounters('/on').numa_hint_faults).to.equal(0);
  });
});

describe('REF §17.3 V1 and V2 differ in what a closed gate lets pass', () => {
  for (const [rfc, stands] of [
    ['V1', true],
    ['V2', false],
  ] as const) {
    it(`${rfc}: the CPU-time stamp ${stands ? 'stands still' : 'advances'}`, () => {
      const state = bootState({ mode: 4, variant: variantOf(rfc) });
      const { task } = startOn(state, 1, 0);
      runTicks(state, 1250);
      expect(task.nodeStamp > 0).to.equal(!stands);
      expect(task.mm.nextScan).to.equal(0);
    });
  }

  it('V1, reopened: the task is due at every tick until its stamp has caught up', () => {
    const state = bootState({ mode: 4 });
    const { task } = startOn(state, 1, 0);
    runTicks(state, 2500);
    state.root.numaLoadBalance = 1n;
    runTicks(state, 3);
    expect(task.nodeStamp).to.be.within(3e9, 3e9 + 1e8);
  });
});

describe('REF §18.1 events in the cgroup tree', () => {
  it('an event counts in all ancestors, and stays with them when the group goes', () => {
    const kernel = boot();
    mkdir(kernel, '/a/b/c');
    const pid = pidOf(kernel.spawn(remote({ cgroup: '/a/b/c' })));
    kernel.run(4 * SECOND);
    const counters = kernel.cgroupCounters('/a/b/c');
    expect(counters.numa_pages_migrated).to.be.greaterThan(4000);
    for (const path of ['/a/b', '/a', '/']) expect(kernel.cgroupCounters(path)).to.deep.equal(counters);
    kernel.kill(pid);
    kernel.rmdir('/a/b/c');
    expect(kernel.cgroupCounters('/a/b')).to.deep.equal(counters);
    kernel.rmdir('/a/b');
    expect(kernel.cgroupCounters('/a')).to.deep.equal(counters);
    mkdir(kernel, '/a/b');
    expect(kernel.cgroupCounters('/a/b').numa_pages_migrated).to.equal(0);
  });

  it('what a group counted before it lost the memory controller stays with its parent, once', () => {
    const kernel = boot();
    mkdir(kernel, '/a');
    kernel.spawn(remote({ cgroup: '/a' }));
    kernel.run(4 * SECOND);
    const before = kernel.cgroupCounters('/');
    expect(before.numa_hint_faults).to.be.greaterThan(4000);
    kernel.write(`${CGROUPS}/cgroup.subtree_control`, '-memory');
    kernel.write(`${CGROUPS}/cgroup.subtree_control`, '+memory');
    expect(kernel.cgroupCounters('/a').numa_hint_faults).to.equal(0);
    expect(kernel.cgroupCounters('/')).to.deep.equal(before);
  });

  it('memory that outlives its group goes on counting for the ancestors', () => {
    const kernel = boot();
    mkdir(kernel, '/a/b');
    mkdir(kernel, '/c');
    const pid = pidOf(kernel.spawn(remote({ cgroup: '/a/b' })));
    kernel.write(`${CGROUPS}/c/cgroup.procs`, String(pid));
    kernel.rmdir('/a/b');
    kernel.run(4 * SECOND);
    const { numa_hint_faults: faults } = kernel.counters();
    expect(faults).to.be.greaterThan(4000);
    expect(kernel.cgroupCounters('/a').numa_hint_faults).to.equal(faults);
    expect(kernel.cgroupCounters('/').numa_hint_faults).to.equal(faults);
  });
});

describe('REF §17.6 policies without the flag are never balanced', () => {
  const policies: readonly MemoryPolicySpec[] = [
    { mode: 'Local', nodes: [], numaBalancing: false },
    { mode: 'Preferred', nodes: [0], numaBalancing: false },
    { mode: 'PreferredMany', nodes: [0, 1], numaBalancing: false },
    { mode: 'Bind', nodes: [0, 1], numaBalancing: false },
    { mode: 'Interleave', nodes: [0, 1], numaBalancing: false },
    { mode: 'WeightedInterleave', nodes: [0, 1], numaBalancing: false },
  ];
  for (const policy of policies) {
    it(`${policy.mode} of the region, or of the task`, () => {
      const kernel = boot();
      kernel.spawn(remote({}, policy));
      kernel.run(4 * SECOND);
      expect(kernel.counters().numa_pte_updates).to.equal(0);
      const tasks = boot();
      tasks.spawn(remote({ policy }));
      tasks.run(4 * SECOND);
      expect(tasks.counters().numa_pte_updates).to.equal(0);
    });
  }

  it('with the flag BIND and PREFERRED_MANY are, within their nodes', () => {
    for (const mode of ['Bind', 'PreferredMany'] as const) {
      const kernel = boot();
      kernel.spawn(remote({}, { mode, nodes: [0, 1], numaBalancing: true }));
      kernel.run(4 * SECOND);
      expect(pages(kernel)[1]).to.be.greaterThan(4000);
      const outside = boot();
      outside.spawn(remote({}, { mode, nodes: [0], numaBalancing: true }));
      outside.run(8 * SECOND);
      expect(pages(outside)).to.deep.equal([4096, 0]);
      expect(outside.counters().numa_hint_faults).to.be.at.least(8192);
    }
  });

  it('setMemoryPolicy rules what is scanned from then on', () => {
    const kernel = boot();
    const pid = pidOf(kernel.spawn(remote({ policy: { mode: 'Local', nodes: [], numaBalancing: false } })));
    kernel.run(4 * SECOND);
    expect(kernel.counters().numa_pte_updates).to.equal(0);
    kernel.setMemoryPolicy(pid, { mode: 'Default', nodes: [], numaBalancing: false });
    kernel.run(8 * SECOND);
    expect(pages(kernel)[1]).to.be.greaterThan(4000);
  });
});

describe('REF §7 single-threaded and threaded processes', () => {
  it('local memory of one thread is never marked, of two it is', () => {
    for (const [threads, marks] of [
      [1, false],
      [2, true],
    ] as const) {
      const state = bootState();
      start(state, {
        regions: [region('heap', 8, { firstTouchNode: 1 })],
        threads: Array.from({ length: threads }, () => thread({ affinity: [1], accesses: [sweep('heap')] })),
      });
      runTicks(state, 1500);
      expect(state.events[0]! > 0).to.equal(marks);
    }
  });
});
