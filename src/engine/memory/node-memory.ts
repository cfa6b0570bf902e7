import type { Topology } from '../machine/topology.ts';
import { NO_NODE } from '../units.ts';
import { automaticMinFreeKbytes, watermarks } from './watermarks.ts';
import type { Watermarks } from './watermarks.ts';

/** Allocation statistics of one node, one count per allocation call whatever its size (REF §18.3). */
export interface NumaStat {
  numaHit: number;
  numaMiss: number;
  numaForeign: number;
  interleaveHit: number;
  localNode: number;
  otherNode: number;
}

/** One allocation request. */
export interface AllocationRequest {
  /** Node of the allocating CPU. */
  readonly here: number;
  /** Nodes to try, in order; the first is the one the policy wants. */
  readonly order: readonly number[];
  /**
   * Nodes to try before, in order, down to their minimum: the first pass of PREFERRED_MANY. What they serve is judged by
   * this list, what they cannot serve by `order` alone, as if it had been the only one (REF §17.6, §18.3).
   */
  readonly firstPass?: readonly number[] | undefined;
  /** Base pages: 1, or 512 for a huge page. */
  readonly pages: number;
  /** Whether an interleave policy chose the first node. */
  readonly interleaved?: boolean;
}

/** Free pages, watermarks and allocation statistics of every node. There is no reclaim. */
export class NodeMemory {
  readonly free: Float64Array;
  readonly managed: Float64Array;
  readonly stat: readonly NumaStat[];
  /** `vm.numa_stat`: whether allocations are counted. */
  statEnabled = true;
  readonly #automaticMinFreeKbytes: number;
  #minFreeKbytes: number;
  #marks: readonly Watermarks[];

  constructor(topology: Topology, managedPages: readonly number[], minFreeKbytes?: number) {
    this.managed = Float64Array.from(managedPages);
    this.free = Float64Array.from(managedPages);
    this.stat = Array.from({ length: topology.nodeCount }, emptyStat);
    this.#automaticMinFreeKbytes = automaticMinFreeKbytes(sum(managedPages));
    this.#minFreeKbytes = minFreeKbytes ?? this.#automaticMinFreeKbytes;
    this.#marks = this.#watermarks();
  }

  /** Watermarks by node. */
  get marks(): readonly Watermarks[] {
    return this.#marks;
  }

  /** `vm.min_free_kbytes`; what is allocated already stays, whatever the new watermarks. */
  get minFreeKbytes(): number {
    return this.#minFreeKbytes;
  }

  set minFreeKbytes(kbytes: number) {
    this.#minFreeKbytes = kbytes;
    this.#marks = this.#watermarks();
  }

  /** Whether `vm.min_free_kbytes` is what the kernel computes from the machine's memory. */
  get hasAutomaticMinFree(): boolean {
    return this.#minFreeKbytes === this.#automaticMinFreeKbytes;
  }

  /** Allocates and returns the node, or NO_NODE: first where more than `low` stays free, then down to `min`. */
  allocate(request: AllocationRequest): number {
    const { firstPass, order } = request;
    const served = firstPass ? this.#serve(request, firstPass) : NO_NODE;
    return served === NO_NODE ? this.#serve(request, order) : served;
  }

  release(node: number, pages: number): void {
    this.free[node]! += pages;
  }

  /** Whether a migration to the node may start: it would stay above `high` (REF §10.1 row 3). */
  hasRoomForMigration(node: number, pages: number): boolean {
    return this.managed[node]! > 0 && this.free[node]! > this.marks[node]!.high + pages;
  }

  /** Writing 0 to `vm.numa_stat` stops and zeroes the statistics (REF §4.1). */
  setStatEnabled(enabled: boolean): void {
    this.statEnabled = enabled;
    if (!enabled) for (const stat of this.stat) Object.assign(stat, emptyStat());
  }

  #watermarks(): readonly Watermarks[] {
    const total = sum(this.managed);
    return Array.from(this.managed, (pages) => watermarks(pages, total, this.#minFreeKbytes));
  }

  #serve(request: AllocationRequest, order: readonly number[]): number {
    const { pages } = request;
    const node = this.#pick(order, pages, 'low') ?? this.#pick(order, pages, 'min') ?? NO_NODE;
    if (node === NO_NODE) return NO_NODE;
    this.free[node]! -= pages;
    if (this.statEnabled) this.#count(request, order, node);
    return node;
  }

  #pick(order: readonly number[], pages: number, mark: 'low' | 'min'): number | undefined {
    return order.find(
      (node) => this.managed[node]! >= pages && this.free[node]! - pages >= this.marks[node]![mark],
    );
  }

  #count({ here, interleaved }: AllocationRequest, order: readonly number[], node: number): void {
    const stat = this.stat[node]!;
    const wanted = order.find((candidate) => this.managed[candidate]! > 0) ?? node;
    if (node === wanted) {
      stat.numaHit++;
      if (interleaved === true) stat.interleaveHit++;
    } else {
      stat.numaMiss++;
      this.stat[wanted]!.numaForeign++;
    }
    if (node === here) stat.localNode++;
    else stat.otherNode++;
  }
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}

function emptyStat(): NumaStat {
  return { numaHit: 0, numaMiss: 0, numaForeign: 0, interleaveHit: 0, localNode: 0, otherNode: 0 };
}
