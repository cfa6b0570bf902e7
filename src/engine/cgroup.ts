import { newCounters } from './counters.ts';
import type { CounterArray } from './counters.ts';

/** Controllers a cgroup can hand to its children; those that matter here. */
export type Controller = 'cpu' | 'cpuset' | 'memory';

/** CPU bandwidth of a cgroup: `quotaUs` of run time per `periodUs` of wall time. */
export interface CpuMax {
  /** µs per period, or undefined for `max`. */
  readonly quotaUs: number | undefined;
  readonly periodUs: number;
}

const DEFAULT_WEIGHT = 100;
const UNLIMITED: CpuMax = { quotaUs: undefined, periodUs: 100_000 };

/** One cgroup v2 directory: the switch of the RFC, the values that steer scheduling, and its events (REF §3.8). */
export class Cgroup {
  readonly name: string;
  readonly parent: Cgroup | undefined;
  readonly children = new Map<string, Cgroup>();
  /** Controllers this group may use: those its parent handed down. */
  readonly #controllers: Set<Controller>;
  /** Controllers it hands to its children (`cgroup.subtree_control`). */
  readonly subtreeControl = new Set<Controller>();
  /** The RFC's `cpu.numa_load_balance`: any u64, non-zero is on. */
  numaLoadBalance = 0n;
  /** Whether it holds single threads (`cgroup.type` threaded); their memory belongs to the domain above. */
  threaded = false;
  cpuWeight = DEFAULT_WEIGHT;
  cpuMax = UNLIMITED;
  /** Run time used in the current `cpu.max` period. */
  bandwidth = { period: 0, usedNs: 0 };
  /** Bytes, or undefined for `max`. */
  memoryMax: number | undefined;
  /** CPU ids of `cpuset.cpus`, undefined when empty (all of the parent's). */
  cpus: readonly number[] | undefined;
  /** Node ids of `cpuset.mems`, undefined when empty (all of the parent's). */
  mems: readonly number[] | undefined;
  /** Values that are kept and read back but steer nothing here, by file name (there is no reclaim). */
  readonly stored = new Map<string, string>();
  /** Pages charged to this group and its descendants. */
  chargedPages = 0;
  /** Events of this group's own memory, and of descendants that were removed. */
  readonly events: CounterArray = newCounters();
  /** The pages of `pgpromote_success` among them, by target node. */
  readonly promoted = new Map<number, number>();
  /** Tasks that live directly in it. */
  readonly tasks = new Set<number>();
  /** Processes ended in it or below because `memory.max` was exceeded. */
  oomKills = 0;

  /** Parents never change. */
  #lineage: readonly Cgroup[] | undefined;

  constructor(name: string, parent: Cgroup | undefined) {
    this.name = name;
    this.parent = parent;
    this.#controllers = parent ? new Set(parent.subtreeControl) : new Set(['cpu', 'cpuset', 'memory']);
  }

  get controllers(): ReadonlySet<Controller> {
    return this.#controllers;
  }

  /** The parent starts or stops handing a controller down; without it its files are gone, and what they held. */
  setController(controller: Controller, enabled: boolean): void {
    if (enabled) {
      // Memory is a matter of domains.
      if (controller !== 'memory' || !this.threaded) this.#controllers.add(controller);
      return;
    }
    this.#controllers.delete(controller);
    this.#forget(controller);
  }

  #forget(controller: Controller): void {
    switch (controller) {
      case 'cpu':
        this.numaLoadBalance = 0n;
        this.cpuWeight = DEFAULT_WEIGHT;
        this.cpuMax = UNLIMITED;
        break;
      case 'cpuset':
        this.cpus = undefined;
        this.mems = undefined;
        break;
      case 'memory':
        this.memoryMax = undefined;
        this.stored.clear();
        this.leaveEventsToParent();
    }
  }

  /** What has happened here stays counted in the ancestors when the group, or its memory statistics, go. */
  leaveEventsToParent(): void {
    this.events.forEach((amount, index) => {
      if (this.parent) this.parent.events[index]! += amount;
    });
    this.events.fill(0);
    for (const [node, pages] of this.promoted) this.parent?.countPromoted(node, pages);
    this.promoted.clear();
  }

  countPromoted(node: number, pages: number): void {
    this.promoted.set(node, (this.promoted.get(node) ?? 0) + pages);
  }

  /** Path from the cgroup root, `/` for the root itself. */
  get path(): string {
    if (!this.parent) return '/';
    return this.parent.parent ? `${this.parent.path}/${this.name}` : `/${this.name}`;
  }

  /** This group and its ancestors, nearest first. */
  lineage(): readonly Cgroup[] {
    return (this.#lineage ??= this.parent ? [this, ...this.parent.lineage()] : [this]);
  }

  /** The group whose `controller` governs this one: itself or the nearest ancestor that has it (REF §17.2). */
  governing(controller: Controller): Cgroup {
    return this.controllers.has(controller) || !this.parent ? this : this.parent.governing(controller);
  }

  /** Whether it is part of a threaded subtree: its tasks and its children's share what is no matter of domains. */
  get isThreadedHost(): boolean {
    return this.threaded || [...this.children.values()].some(({ threaded }) => threaded);
  }

  /** Events of the whole subtree, as `memory.stat` shows them (REF §18.1). */
  hierarchicalEvents(): CounterArray {
    const total = Float64Array.from(this.events);
    for (const child of this.children.values()) {
      const below = child.hierarchicalEvents();
      for (let i = 0; i < total.length; i++) total[i]! += below[i]!;
    }
    return total;
  }

  /** Pages of the whole subtree promoted to a node, as `memory.numa_stat` shows them. */
  hierarchicalPromoted(node: number): number {
    let pages = this.promoted.get(node) ?? 0;
    for (const child of this.children.values()) pages += child.hierarchicalPromoted(node);
    return pages;
  }

  /** `cpuset.cpus.effective`: its own CPUs as far as the parent may use them, or all of the parent's; undefined: every CPU. */
  effectiveCpus(): readonly number[] | undefined {
    return within(this.cpus, this.parent?.effectiveCpus());
  }

  /** `cpuset.mems.effective`, by the same rule; undefined: every node. */
  effectiveMems(): readonly number[] | undefined {
    return within(this.mems, this.parent?.effectiveMems());
  }
}

function within(
  own: readonly number[] | undefined,
  parents: readonly number[] | undefined,
): readonly number[] | undefined {
  if (!own || !parents) return own ?? parents;
  const common = own.filter((id) => parents.includes(id));
  return common.length > 0 ? common : parents;
}
