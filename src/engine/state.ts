import type { BalancingGate } from './balancing/gate.ts';
import { MODE_NORMAL, MODE_TIERING, gateOf } from './balancing/gate.ts';
import { newPromotionState } from './balancing/tiering.ts';
import type { PromotionState } from './balancing/tiering.ts';
import { Cgroup } from './cgroup.ts';
import { CopyBandwidth } from './cost/copy-bandwidth.ts';
import { MemoryTraffic } from './cost/memory-traffic.ts';
import { COUNTER_INDEX, newCounters } from './counters.ts';
import type { CounterArray, CounterName } from './counters.ts';
import type { Job } from './job.ts';
import type { KernelCosts } from './machine/costs.ts';
import { Topology } from './machine/topology.ts';
import type { MachineSpec } from './machine/topology.ts';
import type { Tunables } from './machine/tunables.ts';
import type { KernelVariant } from './machine/variant.ts';
import { automaticInterleaveWeights } from './memory/memory-policy.ts';
import { LruBatches } from './memory/lru-batches.ts';
import { NodeMemory } from './memory/node-memory.ts';
import type { Process } from './process.ts';
import { RunQueue } from './sched/run-queue.ts';
import type { Task } from './sched/task.ts';
import type { DecisionLog } from './trace/decision-log.ts';
import { NS_PER_MS, NS_PER_S } from './units.ts';

/** What a kernel is booted with. */
export interface BootOptions {
  readonly machine: MachineSpec;
  /** Any safe integer; equal seeds and equal calls give equal runs. */
  readonly seed: number;
  readonly variant: KernelVariant;
  readonly tunables: Readonly<Tunables>;
  readonly costs: KernelCosts;
  /** Ticks per second: 100, 250, 300 or 1000. */
  readonly hz: number;
  /** Effective `min_free_kbytes`; without it the kernel's own formula. */
  readonly minFreeKbytes?: number | undefined;
  /**
   * The boot parameter `numa_balancing=`: mode 1 or 0. `default` is a kernel without the parameter, built with balancing on
   * by default: mode 1 with more than one node, else 0. Not given: mode 0, as such a kernel built without.
   */
  readonly numaBalancing?: NumaBalancingAtBoot | undefined;
}

export type NumaBalancingAtBoot = 'enable' | 'disable' | 'default';

/** Everything the rooms of the engine share. Only `kernel.ts` hands parts of it out. */
export class KernelState {
  readonly topology: Topology;
  readonly variant: KernelVariant;
  readonly gate: BalancingGate;
  readonly tunables: Tunables;
  readonly costs: KernelCosts;
  readonly seed: number;
  readonly tickNs: number;
  readonly memory: NodeMemory;
  readonly lruBatches: LruBatches;
  readonly copies: CopyBandwidth;
  /** What accesses cost at the moment; undefined where each costs the same. */
  readonly traffic: MemoryTraffic | undefined;
  readonly runQueues: readonly RunQueue[];
  readonly root = new Cgroup('', undefined);
  /** Threads by pid. */
  readonly tasks = new Map<number, Task>();
  /** Processes by the pid of their main thread. */
  readonly processes = new Map<number, Process>();
  /** Programs started, by the pid of their first process; those that are done too. */
  readonly jobs = new Map<number, Job>();
  readonly events: CounterArray = newCounters();
  /** Weights of `/sys/kernel/mm/mempolicy/weighted_interleave`, by node; at boot those of the bandwidths. */
  readonly interleaveWeights: number[];
  /** Weights the machine's node bandwidths give (REF §17.6): all 1 where none is known. */
  readonly automaticWeights: readonly number[];
  /** Whether the weights are the automatic ones, rather than written by somebody. */
  automaticInterleave = true;
  /** Promotions by target node. */
  readonly promotion: readonly PromotionState[];
  /** Told of every decision while somebody listens. */
  decisions: DecisionLog | undefined;
  /** `kernel.numa_balancing`. */
  mode: number;
  /** Time of the instant being simulated, ns since boot. */
  now = 0;
  nextPid = 1;
  nextGroupOrder = 0;

  constructor(options: BootOptions) {
    this.topology = new Topology(options.machine);
    this.variant = options.variant;
    this.gate = gateOf(options.variant);
    this.tunables = { ...options.tunables };
    this.costs = options.costs;
    this.seed = options.seed;
    this.tickNs = Math.floor(NS_PER_S / options.hz);
    this.mode = modeAtBoot(options.numaBalancing ?? 'disable', this.topology.nodeCount);
    this.memory = new NodeMemory(
      this.topology,
      options.machine.nodes.map((node) => node.pages),
      options.minFreeKbytes,
    );
    const { memorySystem } = options.machine;
    this.traffic = memorySystem && new MemoryTraffic(memorySystem);
    this.copies = new CopyBandwidth(this.topology.nodeCount);
    this.lruBatches = new LruBatches(this.topology.cpuCount);
    this.promotion = options.machine.nodes.map(newPromotionState);
    this.automaticWeights = automaticInterleaveWeights(
      options.machine.nodes.map(({ bandwidth = 0 }) => bandwidth),
    );
    this.interleaveWeights = [...this.automaticWeights];
    this.runQueues = Array.from(
      { length: this.topology.cpuCount },
      (_, cpu) => new RunQueue(cpu, this.topology.nodeOfCpu[cpu]!),
    );
  }

  /** Ticks since boot. */
  get jiffies(): number {
    return Math.floor(this.now / this.tickNs);
  }

  /** Wall time in whole ms, as time stamps of folios hold it. */
  get nowMs(): number {
    return Math.floor(this.now / NS_PER_MS);
  }

  /** A time span in ticks, rounded up as the kernel does (REF §1). */
  msToJiffies(ms: number): number {
    return Math.ceil((ms * NS_PER_MS) / this.tickNs);
  }

  /** "Global switch on" (REF §17.1). */
  get balancingOn(): boolean {
    return this.mode !== 0;
  }

  get tieringOn(): boolean {
    return (this.mode & MODE_TIERING) !== 0;
  }

  get normalOn(): boolean {
    return (this.mode & MODE_NORMAL) !== 0;
  }

  /** Whether a node's memory is of the fastest tier (REF §3.1). */
  isTopTier(node: number): boolean {
    return this.topology.isTopTier(node);
  }

  nodeOfTask(task: Task): number {
    return this.topology.nodeOfCpu[task.cpu]!;
  }

  /** Counts an event for the machine and, if given, for the memory cgroup of its owner (REF §18.1). */
  count(name: CounterName, amount: number, cgroup?: Cgroup): void {
    const index = COUNTER_INDEX[name];
    this.events[index]! += amount;
    if (cgroup) cgroup.governing('memory').events[index]! += amount;
  }
}

/** The mode a kernel boots in (REF §4.1). */
function modeAtBoot(parameter: NumaBalancingAtBoot, nodeCount: number): number {
  const on = parameter === 'enable' || (parameter === 'default' && nodeCount > 1);
  return on ? MODE_NORMAL : 0;
}
