import { expect } from 'chai';
import fc from 'fast-check';

import { findCgroup, makeCgroup, moveProcess, removeCgroup } from '../../src/engine/cgroup-tree.ts';
import { COUNTER_INDEX, counterValues } from '../../src/engine/counters.ts';
import { cgroupFiles } from '../../src/engine/files/cgroup-files.ts';
import { sysctlFiles } from '../../src/engine/files/sysctl-files.ts';
import { KernelError } from '../../src/engine/kernel-error.ts';
import type { MachineSpec } from '../../src/engine/machine/topology.ts';
import type { MemoryPolicySpec } from '../../src/engine/memory/memory-policy.ts';
import { endProcess, spawnProcess } from '../../src/engine/process.ts';
import { ProcessCalls } from '../../src/engine/process-calls.ts';
import type { Process, ProcessSpec } from '../../src/engine/process.ts';
import { fitToAllowed } from '../../src/engine/sched/fork-placement.ts';
import { Scheduler } from '../../src/engine/sched/scheduler.ts';
import type { KernelState } from '../../src/engine/state.ts';
import { BACKPLANE, CGROUPS, MESH, TUNABLES, bootState, priced } from './boot.ts';
import { checkInvariants, checkMonotonic } from './invariants.ts';

/** `npm run --silent properties` raises it to 100 000 for a long hunt. */
const RUNS = Number(process.env.NUMASIM_PROPERTY_RUNS ?? 1000);
/** Of all properties here; a failure prints it too, with the path to the smallest example. */
const SEED = Number(process.env.NUMASIM_PROPERTY_SEED ?? Date.now() % 2 ** 31);
const GROUPS = ['/', '/a', '/b', '/a/x', '/a/y'] as const;
const TICKS_PER_SECOND = 250;

// --- machines and workloads ---

const distances: Readonly<Record<number, readonly (readonly (readonly number[])[])[]>> = {
  1: [[[10]]],
  2: [
    [
      [10, 20],
      [20, 10],
    ],
    [
      [10, 32],
      [32, 10],
    ],
  ],
  3: [
    [
      [10, 20, 20],
      [20, 10, 20],
      [20, 20, 10],
    ],
    [
      [10, 15, 25],
      [15, 10, 15],
      [25, 15, 10],
    ],
  ],
  4: [MESH.distances, BACKPLANE.distances, MESH.distances.map((row) => row.map((d) => (d === 10 ? 10 : 20)))],
};

const machineArb: fc.Arbitrary<MachineSpec> = fc
  .record({
    nodes: fc.integer({ min: 1, max: 4 }),
    cpusPerNode: fc.integer({ min: 1, max: 2 }),
    matrix: fc.nat(2),
    memoryOnly: fc.boolean(),
    slow: fc.boolean(),
    mib: fc.constantFrom(6, 12, 40),
    bandwidth: fc.constantFrom(undefined, 100_000, 20),
  })
  .map(({ nodes, cpusPerNode, matrix, memoryOnly, slow, mib, bandwidth }) => {
    const spec = {
      nodes: Array.from({ length: nodes }, (_, node) => ({
        cpus:
          memoryOnly && node === nodes - 1 && node > 0
            ? []
            : Array.from({ length: cpusPerNode }, (_cpu, cpu) => node * cpusPerNode + cpu),
        pages: mib * 256,
        tier: slow && node === nodes - 1 && node > 0 ? ('Slow' as const) : ('Top' as const),
      })),
      distances: distances[nodes]![matrix % distances[nodes]!.length]!,
    };
    return bandwidth === undefined
      ? spec
      : priced(spec, { nodeBandwidthMBps: bandwidth, linkBandwidthMBps: bandwidth / 2 });
  });

const policyArb: fc.Arbitrary<MemoryPolicySpec | undefined> = fc.option(
  fc
    .record({
      mode: fc.constantFrom(
        'Local',
        'Preferred',
        'PreferredMany',
        'Bind',
        'Interleave',
        'WeightedInterleave',
      ),
      nodes: fc.uniqueArray(fc.nat(3), { minLength: 1 }),
      numaBalancing: fc.boolean(),
    } as const)
    .map((policy) => ({
      ...policy,
      nodes: policy.mode === 'Local' ? [] : policy.nodes,
      numaBalancing: policy.numaBalancing && ['Bind', 'PreferredMany', 'Interleave'].includes(policy.mode),
    })),
  { nil: undefined, freq: 2 },
);

const processArb = fc.record({
  group: fc.constantFrom(...GROUPS),
  policy: policyArb,
  regions: fc.array(
    fc.record({
      pages: fc.integer({ min: 1, max: 1500 }),
      firstTouchNode: fc.option(fc.nat(3), { nil: undefined }),
      policy: policyArb,
      shared: fc.boolean(),
      hugePages: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  threads: fc.array(
    fc.record({
      dutyPercent: fc.constantFrom(100, 100, 100, 50, 7),
      affinity: fc.option(fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 3 }), {
        nil: undefined,
        freq: 3,
      }),
      pattern: fc.constantFrom('Sequential', 'Strided', 'Uniform', 'Zipf'),
      touchesPerSecond: fc.constantFrom(500, 20_000, 300_000),
      writePercent: fc.constantFrom(0, 30, 100),
      backlogNs: fc.constantFrom(undefined, 50_000_000),
    } as const),
    { minLength: 1, maxLength: 3 },
  ),
});

type ProcessShape = typeof processArb extends fc.Arbitrary<infer T> ? T : never;

function fitPolicy(
  { topology, variant }: KernelState,
  policy: MemoryPolicySpec | undefined,
): MemoryPolicySpec | undefined {
  return (
    policy && {
      ...policy,
      nodes: policy.nodes.map((node) => node % topology.nodeCount),
      numaBalancing:
        policy.numaBalancing &&
        (policy.mode !== 'Interleave' || (variant.interleave && variant.rfc !== 'Off')),
    }
  );
}

/** Fits a drawn process to the machine: node and CPU ids wrap around. */
function processOf(state: KernelState, shape: ProcessShape, name: string): ProcessSpec {
  const { nodeCount, cpuCount } = state.topology;
  const fit = (policy: MemoryPolicySpec | undefined): MemoryPolicySpec | undefined =>
    fitPolicy(state, policy);
  const regions = shape.regions.map(({ pages, firstTouchNode, policy, shared, hugePages }, index) => ({
    name: `r${index}`,
    pages,
    hugePages,
    firstTouchNode: firstTouchNode === undefined ? undefined : firstTouchNode % nodeCount,
    policy: fit(policy),
    flags: { shared, writable: true, readable: true, executable: false, file: false, special: false },
  }));
  return {
    comm: name,
    cgroup: shape.group,
    streamName: name,
    policy: fit(shape.policy),
    regions,
    threads: shape.threads.map(({ dutyPercent, affinity, pattern, ...rest }) => ({
      dutyPercent,
      affinity: affinity && [...new Set(affinity.map((cpu) => cpu % cpuCount))],
      accesses: regions.map(({ name: region, pages }) => ({
        ...rest,
        region,
        pattern,
        stridePages: pattern === 'Strided' && pages > 3 ? 3 : 1,
      })),
    })),
  };
}

const HUGE_BLOCKS = { pages: 1024, policy: undefined, shared: false, hugePages: true };

// --- operations ---

const opArb = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ op: fc.constant('run'), ticks: fc.integer({ min: 1, max: 500 }) } as const),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('spawn'), shape: processArb } as const) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('kill'), index: fc.nat(9) } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('move'),
      index: fc.nat(9),
      group: fc.constantFrom(...GROUPS),
    } as const),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('group file'),
      group: fc.constantFrom(...GROUPS),
      write: fc.constantFrom(
        ['cpu.numa_load_balance', '0'],
        ['cpu.numa_load_balance', '1'],
        ['cpu.weight', '1'],
        ['cpu.weight', '700'],
        ['cpu.max', '20000 100000'],
        ['cpu.max', '3000 7000'],
        ['cpu.max', 'max'],
        ['memory.max', '3M'],
        ['memory.max', 'max'],
        ['cpuset.cpus', '0'],
        ['cpuset.cpus', '1-3'],
        ['cpuset.cpus', ''],
        ['cpuset.mems', '1'],
        ['cpuset.mems', ''],
        ['cgroup.subtree_control', '-cpu'],
        ['cgroup.subtree_control', '-memory'],
        ['cgroup.subtree_control', '+cpu +memory'],
      ),
    } as const),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('sysctl'),
      write: fc.constantFrom(
        ['/proc/sys/kernel/numa_balancing', '0'],
        ['/proc/sys/kernel/numa_balancing', '1'],
        ['/proc/sys/kernel/numa_balancing', '2'],
        ['/proc/sys/kernel/numa_balancing', '3'],
        ['/proc/sys/kernel/numa_balancing', '4'],
        ['/proc/sys/kernel/numa_balancing_promote_rate_limit_MBps', '1'],
        [`${TUNABLES}/hot_threshold_ms`, '50'],
        [`${TUNABLES}/scan_delay_ms`, '0'],
        [`${TUNABLES}/scan_delay_ms`, '300'],
        [`${TUNABLES}/scan_size_mb`, '1'],
        [`${TUNABLES}/scan_size_mb`, '4096'],
        [`${TUNABLES}/scan_period_min_ms`, '100'],
        [`${TUNABLES}/scan_period_max_ms`, '500'],
        ['/proc/sys/vm/numa_stat', '0'],
        ['/proc/sys/vm/numa_stat', '1'],
      ),
    } as const),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('affinity'),
      index: fc.nat(9),
      cpus: fc.option(fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 2 }), { nil: undefined }),
    } as const),
  },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('rmdir'), group: fc.constantFrom('/b', '/a/x') } as const),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('call'),
      call: fc.constantFrom('fork', 'fork', 'exec', 'exitThread', 'munmap', 'mbind', 'mprotect', 'touch'),
      index: fc.nat(9),
      region: fc.nat(2),
      span: fc.tuple(fc.nat(1500), fc.nat(1500)),
      policy: policyArb,
      writePercent: fc.constantFrom(0, 30, 100),
    } as const),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('fill'), node: fc.nat(3) } as const) },
);

type Op = typeof opArb extends fc.Arbitrary<infer T> ? T : never;

/** A bare kernel under a sequence of operations; what a kernel refuses changes nothing. */
class Machine {
  readonly state: KernelState;
  readonly #scheduler: Scheduler;
  readonly #calls: ProcessCalls;
  #spawned = 0;

  constructor(state: KernelState) {
    this.state = state;
    this.#scheduler = new Scheduler(state);
    this.#calls = new ProcessCalls(state);
    const controllers = '+cpu +cpuset +memory';
    this.#writeGroup('/', 'cgroup.subtree_control', controllers);
    for (const group of GROUPS.slice(1)) {
      makeCgroup(state, group);
      if (group === '/a') this.#writeGroup(group, 'cgroup.subtree_control', controllers);
    }
  }

  /** @returns whether the kernel did it */
  apply(op: Op): boolean {
    try {
      this.#do(op);
      return true;
    } catch (error) {
      if (error instanceof KernelError) return false;
      throw error;
    }
  }

  run(ticks: number): void {
    for (let i = 0; i < ticks; i++) this.#scheduler.tick();
  }

  /** Regions that have pages of their own beside those they had at a fork. */
  copiedRegions(): number {
    const regions = [...this.state.processes.values()].flatMap(({ mm }) => mm.regions());
    return regions.filter(({ objects }) => objects.length > 1).length;
  }

  process(index: number): Process | undefined {
    const all = [...this.state.processes.values()];
    return all[index % Math.max(1, all.length)];
  }

  #do(op: Op): void {
    const { state } = this;
    switch (op.op) {
      case 'run':
        this.run(op.ticks);
        return;
      case 'spawn':
        this.#spawn(op.shape);
        return;
      case 'group file':
        this.#writeGroup(op.group, op.write[0], op.write[1]);
        return;
      case 'sysctl':
        sysctlFiles(state)(op.write[0])!.write!(op.write[1]);
        return;
      case 'rmdir':
        removeCgroup(state, op.group);
        return;
      case 'fill':
        this.#fill(op.node);
        return;
      default:
        this.#change(op);
    }
  }

  #change(op: Extract<Op, { index: number }>): void {
    const { state } = this;
    const process = this.process(op.index);
    if (!process) return;
    if (op.op === 'call') this.#call(process, op);
    else if (op.op === 'kill') endProcess(state, process);
    else if (op.op === 'move') moveProcess(state, process.pid, this.#group(op.group));
    else {
      for (const task of process.tasks) {
        task.affinity = op.cpus?.map((cpu) => cpu % state.topology.cpuCount);
        fitToAllowed(state, task);
      }
    }
  }

  #call(
    { pid, tasks, mm }: Process,
    { call, region, span, policy, writePercent }: Extract<Op, { op: 'call' }>,
  ): void {
    const tid = tasks[region % tasks.length]!.pid;
    if (call === 'fork') this.#fork(tid, writePercent);
    else if (call === 'exec') this.#calls.exec(pid);
    else if (call === 'exitThread') this.#calls.exitThread(tid);
    const table = mm.regions()[region];
    if (!table) return;
    const [low, high] = span.map((page) => page % (table.pages + 1)).sort((a, b) => a - b) as [
      number,
      number,
    ];
    if (call === 'munmap') this.#calls.munmap(pid, table.name, [low, high]);
    else if (call === 'touch') this.#calls.touch(tid, table.name, [low, high]);
    else if (call === 'mprotect') {
      const rights = { readable: true, writable: writePercent > 0, executable: false };
      this.#calls.mprotect(pid, table.name, [low, high], rights);
    } else if (call === 'mbind') {
      const spec = fitPolicy(this.state, policy) ?? { mode: 'Default', nodes: [], numaBalancing: false };
      this.#calls.mbind(pid, table.name, [low, high], spec);
    }
  }

  /** The child goes on with the same memory. */
  #fork(tid: number, writePercent: number): void {
    const child = this.#calls.fork(tid);
    const regions = this.state.processes.get(child)!.mm.regions();
    const accesses = regions.map(({ name }, index) => ({
      region: name,
      pattern: (['Sequential', 'Uniform', 'Zipf'] as const)[index % 3]!,
      touchesPerSecond: 20_000,
      writePercent,
    }));
    this.#calls.setWork(child, { accesses });
  }

  #spawn(shape: ProcessShape): void {
    const group = this.#group(shape.group);
    if (group.parent && group.subtreeControl.size > 0) return;
    spawnProcess(this.state, processOf(this.state, shape, `p${this.#spawned++}`), group);
  }

  /** A sleeping process takes what is left of a node. */
  #fill(node: number): void {
    const at = node % this.state.topology.nodeCount;
    const pages = this.state.memory.free[at]! - this.state.memory.marks[at]!.high;
    if (pages < 1) return;
    const regions = [{ name: 'r', pages, firstTouchNode: at }];
    const spec = {
      comm: 'fill',
      cgroup: '/',
      streamName: 'fill',
      regions,
      threads: [{ dutyPercent: 1, accesses: [] }],
    };
    spawnProcess(this.state, spec, this.state.root);
  }

  #group(path: string) {
    const group = findCgroup(this.state, path);
    if (!group) throw new KernelError('ENOENT', path, 'removed');
    return group;
  }

  #writeGroup(group: string, file: string, text: string): void {
    const path = `${CGROUPS}${group === '/' ? '' : group}/${file}`;
    const found = cgroupFiles(this.state)(path);
    if (!found?.write) throw new KernelError('ENOENT', path, 'not there');
    found.write(text);
  }
}

const variantArb = fc.record({
  rfc: fc.constantFrom('V1', 'V1', 'V2', 'AllAncestors', 'Off'),
  interleave: fc.boolean(),
  sentinel: fc.constantFrom('Intended', 'AsPosted'),
  stickyMigrationFailure: fc.boolean(),
  singleNodeCpusetSkip: fc.boolean(),
  thpMarking: fc.constantFrom('AsPosted', 'Fixed'),
  pidFilter: fc.constantFrom('Complete', 'Complete', 'Skip', 'None'),
  pseudoInterleaving: fc.boolean(),
} as const);

const bootArb = fc.record({
  machine: machineArb,
  variant: variantArb,
  mode: fc.constantFrom(1, 1, 4, 0, 2, 3),
  hz: fc.constantFrom(250, 250, 100, 300, 1000),
  seed: fc.nat(),
  scanDelayMs: fc.constantFrom(100, 1000),
});

type Boot = typeof bootArb extends fc.Arbitrary<infer T> ? T : never;

function machineOf({ scanDelayMs, ...options }: Boot, change: Partial<Boot> = {}): Machine {
  const tunables = { scanDelayMs, scanPeriodMinMs: scanDelayMs };
  return new Machine(bootState({ ...options, ...change, tunables }));
}

const opsArb = fc.array(opArb, { minLength: 4, maxLength: 14 });

describe('REF §18.5 invariants over random machines, workloads and operations', function () {
  this.timeout(0);

  before(() => {
    process.stderr.write(`properties: ${RUNS} runs, NUMASIM_PROPERTY_SEED=${SEED}\n`);
  });

  it('I1–I12, I14–I19 hold at every moment', () => {
    let [faults, hugeMarks, promoted, copied] = [0, 0, 0, 0];
    fc.assert(
      fc.property(
        bootArb,
        fc.array(processArb, { minLength: 1, maxLength: 3 }),
        opsArb,
        (options, shapes, ops) => {
          const machine = machineOf(options);
          for (const shape of shapes) machine.apply({ op: 'spawn', shape });
          let before = counterValues(machine.state.events);
          for (const op of [...ops, { op: 'run', ticks: 2 * TICKS_PER_SECOND } as const]) {
            const seqs = new Map([...machine.state.processes.values()].map(({ mm }) => [mm, mm.scanSeq]));
            machine.apply(op);
            checkInvariants(machine.state);
            const after = counterValues(machine.state.events);
            checkMonotonic(before, after);
            before = after;
            // A fork of a single thread and an exec begin anew (REF §5.1, §5.2).
            if (op.op === 'call') continue;
            for (const [mm, seq] of seqs) expect(mm.scanSeq, 'I15').to.be.at.least(seq);
          }
          faults += before.numa_hint_faults;
          hugeMarks += before.numa_huge_pte_updates;
          promoted += before.pgpromote_success;
          copied += machine.copiedRegions();
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
    expect(faults, 'the histories have faults to speak of').to.be.greaterThan(100 * RUNS);
    expect(hugeMarks, 'and huge pages').to.be.greaterThan(RUNS / 10);
    expect(promoted, 'and promotions').to.be.greaterThan(RUNS / 10);
    expect(copied, 'and copies of forked memory').to.be.greaterThan(RUNS / 20);
  });

  it('I20 and I22: with the flag 0 everywhere from the start, nothing is counted', () => {
    fc.assert(
      fc.property(
        bootArb,
        fc.constantFrom('V1', 'V2', 'AllAncestors'),
        fc.array(processArb, { minLength: 1, maxLength: 3 }),
        (options, rfc, shapes) => {
          const machine = machineOf(options, { mode: 4, variant: { ...options.variant, rfc } });
          for (const shape of shapes) machine.apply({ op: 'spawn', shape });
          machine.run(3 * TICKS_PER_SECOND);
          expect(Object.values(counterValues(machine.state.events)).every((count) => count === 0)).to.equal(
            true,
          );
        },
      ),
      { numRuns: Math.ceil(RUNS / 4), seed: SEED },
    );
  });

  it('I22: a group whose flag is 0 never moves its own tasks, whatever the others do', () => {
    fc.assert(
      fc.property(bootArb, fc.constantFrom('V1', 'V2'), processArb, processArb, (options, rfc, on, off) => {
        const machine = machineOf(options, { mode: 4, variant: { ...options.variant, rfc } });
        findCgroup(machine.state, '/a/x')!.numaLoadBalance = 1n;
        machine.apply({ op: 'spawn', shape: { ...on, group: '/a/x' } });
        machine.apply({ op: 'spawn', shape: { ...off, group: '/b' } });
        machine.run(4 * TICKS_PER_SECOND);
        const events = counterValues(findCgroup(machine.state, '/b')!.events);
        expect([events.numa_task_migrated, events.numa_pte_updates]).to.deep.equal([0, 0]);
      }),
      { numRuns: Math.ceil(RUNS / 4), seed: SEED },
    );
  });

  it('I2: the pages of folios that fault are no more than the pages marked, and 512 each where all are huge', () => {
    let faults = 0;
    fc.assert(
      fc.property(bootArb, processArb, (options, shape) => {
        const machine = machineOf(options, { mode: 1 });
        // Whole blocks, no policy, nobody short of memory: every page is huge.
        const regions = [{ ...HUGE_BLOCKS, firstTouchNode: 0 }];
        const roomy = { ...shape, group: '/' as const, policy: undefined, regions };
        if (machine.state.memory.free[0]! < 4 * 1024) return;
        machine.apply({ op: 'spawn', shape: roomy });
        machine.run(3 * TICKS_PER_SECOND);
        const events = counterValues(machine.state.events);
        const armed = machine.process(0)?.mm.vmas[0]?.armed.count ?? 0;
        expect(events.numa_pte_updates).to.equal(512 * events.numa_huge_pte_updates);
        expect(512 * events.numa_hint_faults + armed, 'I2, I4').to.equal(events.numa_pte_updates);
        expect(events.numa_pages_migrated % 512).to.equal(0);
        expect(events.numa_pages_migrated).to.equal(512 * events.thp_migration_success);
        faults += events.numa_hint_faults;
      }),
      { numRuns: Math.ceil(RUNS / 4), seed: SEED },
    );
    expect(faults, 'there are faults').to.be.greaterThan(RUNS / 20);
  });

  it('I21: pages under INTERLEAVE with the flag never change node', () => {
    fc.assert(
      fc.property(bootArb, processArb, (options, shape) => {
        // As posted, huge pages do move (REF §17.7 D2).
        const variant = { ...options.variant, rfc: 'V1', interleave: true, sentinel: 'Intended' } as const;
        const machine = machineOf(options, { mode: 1, variant });
        const policy: MemoryPolicySpec = { mode: 'Interleave', nodes: [0, 1, 2, 3], numaBalancing: true };
        const regions = [{ pages: 900, firstTouchNode: undefined, policy, shared: false, hugePages: true }];
        machine.apply({ op: 'spawn', shape: { ...shape, regions } });
        const object = machine.process(0)?.mm.vmas[0]?.object;
        const placed = object && [...object.node];
        machine.run(3 * TICKS_PER_SECOND);
        expect(object && [...object.node]).to.deep.equal(placed);
        expect(machine.state.events[COUNTER_INDEX.numa_pages_migrated]).to.equal(0);
      }),
      { numRuns: Math.ceil(RUNS / 4), seed: SEED },
    );
  });

  it('I23: no hint fault moves a page out of a BIND or PREFERRED_MANY node set', () => {
    fc.assert(
      fc.property(
        bootArb,
        processArb,
        fc.constantFrom('Bind', 'PreferredMany'),
        fc.uniqueArray(fc.nat(3), { minLength: 1 }),
        (options, shape, mode, wanted) => {
          const machine = machineOf(options, { mode: 1 });
          const nodes = [...new Set(wanted.map((node) => node % machine.state.topology.nodeCount))];
          const policy: MemoryPolicySpec = { mode, nodes, numaBalancing: true };
          const regions = [{ pages: 900, firstTouchNode: undefined, policy, shared: false, hugePages: true }];
          machine.apply({ op: 'spawn', shape: { ...shape, regions } });
          const object = machine.process(0)?.mm.vmas[0]?.object;
          if (!object) return;
          const outside = (): number => [...object.node].filter((node) => !nodes.includes(node)).length;
          const before = outside();
          machine.run(3 * TICKS_PER_SECOND);
          expect(outside()).to.be.at.most(before);
        },
      ),
      { numRuns: Math.ceil(RUNS / 4), seed: SEED },
    );
  });

  it('I24: a task whose cpuset allows one memory node never scans', () => {
    fc.assert(
      fc.property(bootArb, processArb, (options, shape) => {
        const machine = machineOf(options, {
          mode: 1,
          variant: { ...options.variant, singleNodeCpusetSkip: true },
        });
        findCgroup(machine.state, '/b')!.mems = [0];
        machine.apply({ op: 'spawn', shape: { ...shape, group: '/b' } });
        machine.run(3 * TICKS_PER_SECOND);
        expect(machine.state.events[COUNTER_INDEX.numa_pte_updates]).to.equal(0);
      }),
      { numRuns: Math.ceil(RUNS / 4), seed: SEED },
    );
  });

  it('I5: under the default policy alone, a page moves only by a remote fault', () => {
    fc.assert(
      fc.property(bootArb, processArb, (options, shape) => {
        const machine = machineOf(options, { mode: 1 });
        const regions = shape.regions.map((region) => ({ ...region, policy: undefined, hugePages: false }));
        machine.apply({ op: 'spawn', shape: { ...shape, policy: undefined, regions } });
        machine.run(3 * TICKS_PER_SECOND);
        const events = counterValues(machine.state.events);
        expect(events.numa_pages_migrated).to.be.at.most(
          events.numa_hint_faults - events.numa_hint_faults_local,
        );
        const moved = [...machine.state.tasks.values()].reduce(
          (total, task) => total + task.pagesMigrated,
          0,
        );
        // Faults on pages that stay in slow memory are not recorded (REF §11.2).
        const isSlow = options.machine.nodes.some(({ tier }) => tier === 'Slow');
        if (!isSlow) expect(moved, 'I6').to.equal(events.numa_pages_migrated);
      }),
      { numRuns: Math.ceil(RUNS / 4), seed: SEED },
    );
  });
});
