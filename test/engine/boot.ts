import type { Process, ProcessSpec, RegionSpec, ThreadAccess, ThreadSpec } from '../../src/engine/process.ts';
import { spawnProcess } from '../../src/engine/process.ts';
import { findCgroup } from '../../src/engine/cgroup-tree.ts';
import type { Cgroup } from '../../src/engine/cgroup.ts';
import { Kernel, NUMA_BALANCING } from '../../src/engine/kernel.ts';
import type { KernelOptions, SpawnOutcome } from '../../src/engine/kernel.ts';
import { memorySystemOf } from '../../src/engine/machine/memory-system.ts';
import type { MemoryFigures } from '../../src/engine/machine/memory-system.ts';
import { DEFAULT_COSTS } from '../../src/engine/machine/costs.ts';
import type { MachineSpec } from '../../src/engine/machine/topology.ts';
import { DEFAULT_TUNABLES } from '../../src/engine/machine/tunables.ts';
import type { Tunables } from '../../src/engine/machine/tunables.ts';
import { DEFAULT_VARIANT } from '../../src/engine/machine/variant.ts';
import type { KernelVariant } from '../../src/engine/machine/variant.ts';
import type { Vma } from '../../src/engine/memory/vma.ts';
import type { Task } from '../../src/engine/sched/task.ts';
import { Scheduler } from '../../src/engine/sched/scheduler.ts';
import { KernelState } from '../../src/engine/state.ts';
import type { BootOptions } from '../../src/engine/state.ts';
import { PAGES_PER_MIB } from '../../src/engine/units.ts';

/** Builders for engine tests: machines, kernels, processes. Sizes are in MiB where the name says so. */

export const SECOND = 1_000_000_000;
export const CGROUPS = '/sys/fs/cgroup';
export const TUNABLES = '/sys/kernel/debug/sched/numa_balancing';

/** A machine of equal nodes; every remote distance is 20 unless a matrix is given. CPU ids run node by node. */
export function machine(options: {
  readonly nodes: number;
  readonly cpusPerNode?: number;
  readonly mib?: number;
  readonly distances?: readonly (readonly number[])[];
}): MachineSpec {
  const { nodes, cpusPerNode = 1, mib = 256 } = options;
  const ids = Array.from({ length: nodes }, (_, id) => id);
  return {
    nodes: ids.map((node) => ({
      cpus: Array.from({ length: cpusPerNode }, (_, cpu) => node * cpusPerNode + cpu),
      pages: mib * PAGES_PER_MIB,
    })),
    distances: options.distances ?? ids.map((a) => ids.map((b) => (a === b ? 10 : 20))),
  };
}

/** A machine on which accesses have a price: 100 ns local, 200 ns remote, bandwidth for all and no effect of load. */
export function priced(spec: MachineSpec, figures: Partial<MemoryFigures> = {}): MachineSpec {
  const memorySystem = memorySystemOf(spec, {
    localNs: 100,
    subNumaNs: 110,
    remoteNs: 200,
    twoHopNs: 300,
    cxlNs: 250,
    nodeBandwidthMBps: 100_000,
    cxlBandwidthMBps: 30_000,
    linkBandwidthMBps: 50_000,
    remoteTraffic: 1,
    loadedLatency: FLAT,
    ...figures,
  });
  return { ...spec, memorySystem };
}

/** Latency does not grow until the bandwidth is used up. */
export const FLAT = { linearPermille: 0, queuePermille: 0, maxPermille: 1000 };

export const TWO_NODES = machine({ nodes: 2 });

/** Four nodes in a ring: every pair of opposite nodes has a neighbour in common. */
export const MESH = machine({
  nodes: 4,
  distances: [
    [10, 20, 30, 20],
    [20, 10, 20, 30],
    [30, 20, 10, 20],
    [20, 30, 20, 10],
  ],
});

/** Two boards of two nodes: nothing lies between the boards. */
export const BACKPLANE = machine({
  nodes: 4,
  distances: [
    [10, 12, 21, 21],
    [12, 10, 21, 21],
    [21, 21, 10, 12],
    [21, 21, 12, 10],
  ],
});

export interface StateOptions extends Partial<Omit<BootOptions, 'variant' | 'tunables'>> {
  readonly variant?: Partial<KernelVariant>;
  readonly tunables?: Partial<Tunables>;
  readonly mode?: number;
}

/** The engine's inside, for tests of one rule; mode 1 unless given. */
export function bootState(options: StateOptions = {}): KernelState {
  const state = new KernelState({
    machine: TWO_NODES,
    seed: 1,
    costs: DEFAULT_COSTS,
    hz: 250,
    ...options,
    variant: { ...DEFAULT_VARIANT, ...options.variant },
    tunables: { ...DEFAULT_TUNABLES, ...options.tunables },
  });
  state.mode = options.mode ?? 1;
  return state;
}

/** Runs a bare state for a number of ticks. */
export function runTicks(state: KernelState, ticks: number): void {
  const scheduler = new Scheduler(state);
  for (let i = 0; i < ticks; i++) scheduler.tick();
}

/** A kernel in mode 1 unless given, by its public face. */
export function boot(
  options: Partial<Omit<KernelOptions, 'variant' | 'tunables'>> &
    Pick<StateOptions, 'variant' | 'tunables' | 'mode'> = {},
): Kernel {
  const { mode = 1, variant, tunables, ...rest } = options;
  const kernel = new Kernel({
    machine: TWO_NODES,
    seed: 1,
    ...rest,
    variant: { ...DEFAULT_VARIANT, ...variant },
    tunables: { ...DEFAULT_TUNABLES, ...tunables },
  });
  kernel.write(NUMA_BALANCING, String(mode));
  return kernel;
}

export function region(name: string, mib: number, options: Partial<RegionSpec> = {}): RegionSpec {
  return { name, pages: mib * PAGES_PER_MIB, ...options };
}

/** A page that may not leave node 0: from node 1 it faults in every pass, which lets a placement happen after the first. */
export const PINNED: RegionSpec = {
  name: 'pinned',
  pages: 1,
  firstTouchNode: 0,
  policy: { mode: 'Bind', nodes: [0], numaBalancing: true },
};

/** A sweep over a region, fast enough to touch 64 MiB in a sixth of a second. */
export function sweep(name: string, options: Partial<ThreadAccess> = {}): ThreadAccess {
  return { region: name, pattern: 'Sequential', touchesPerSecond: 100_000, writePercent: 0, ...options };
}

export function thread(options: Partial<ThreadSpec> = {}): ThreadSpec {
  return { accesses: [], ...options };
}

export function processSpec(options: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    comm: 'work',
    cgroup: '/',
    streamName: options.comm ?? 'work',
    regions: [],
    threads: [thread()],
    ...options,
  };
}

/** Starts a process on a bare state; it must fit. */
export function start(
  state: KernelState,
  options: Partial<ProcessSpec> = {},
  group: Cgroup = state.root,
): Process {
  const result = spawnProcess(state, processSpec(options), group);
  if (!result.process) throw new Error(`ended: ${result.ended}`);
  return result.process;
}

/** A process whose only thread sits on a CPU, with `mib` MiB on a node. */
export function startOn(
  state: KernelState,
  cpu: number,
  node: number,
  options: { readonly mib?: number; readonly threads?: number } & Partial<RegionSpec> = {},
): { readonly process: Process; readonly task: Task; readonly vma: Vma } {
  const { mib = 4, threads = 1, ...rest } = options;
  const process = start(state, {
    regions: [region('heap', mib, { firstTouchNode: node, ...rest })],
    threads: Array.from({ length: threads }, () => thread({ affinity: [cpu], accesses: [sweep('heap')] })),
  });
  return { process, task: process.tasks[0]!, vma: process.mm.vmas[0]! };
}

/** Frees the LRU batches, so that no page fails for sitting in one. */
export function drainBatches(...vmas: readonly Vma[]): void {
  for (const { object } of vmas) object.batched.fill(0);
}

export function pidOf(outcome: SpawnOutcome): number {
  if (!('pid' in outcome)) throw new Error(outcome.oomKilled);
  return outcome.pid;
}

/** A group with all controllers handed down to it, and their parents with them. */
export function mkdir(kernel: Kernel, path: string): void {
  const parts = path.split('/').filter(Boolean);
  let at = '';
  for (const part of parts) {
    kernel.write(`${CGROUPS}${at}/cgroup.subtree_control`, '+cpu +cpuset +memory');
    at += `/${part}`;
    if (!kernel.hasCgroup(at)) kernel.mkdir(at);
  }
}

export function groupOf(state: KernelState, path: string): Cgroup {
  const group = findCgroup(state, path);
  if (!group) throw new Error(`no group ${path}`);
  return group;
}

/** The value of a field in a kernel file of `name value` lines. */
export function field(text: string, name: string): number {
  const line = text.split('\n').find((candidate) => candidate.split(/[\s:]+/)[0] === name);
  if (line === undefined) throw new Error(`no ${name} in ${text}`);
  return Number(line.split(/[\s:]+/)[1]);
}
