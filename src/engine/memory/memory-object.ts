import type { Cgroup } from '../cgroup.ts';
import { HUGE_PAGES } from '../units.ts';
import { UNSET_CPUPID } from './cpupid.ts';
import type { MemoryPolicy } from './memory-policy.ts';
import type { PageTable } from './page-table.ts';
import { Placement } from './placement.ts';
import type { PlacementRange } from './placement.ts';

/** Node of a page that is not resident. */
export const NOT_RESIDENT = 255;

interface MemoryObjectOptions {
  readonly misalignment?: number;
  readonly keepsPages?: boolean;
  readonly mappings?: PageTable[];
}

/**
 * The pages behind one or more mappings: anonymous memory, or a shared object. Struct of arrays, 7 bytes per base page:
 * the folio's node, its `lastCpupid` and whether it still sits in a per-CPU batch of newly added pages.
 */
export class MemoryObject {
  readonly pages: number;
  /** Node of each page, NOT_RESIDENT before it is first touched. */
  readonly node: Uint8Array;
  readonly lastCpupid: Uint32Array;
  /** 1 while the page sits in a CPU's LRU batch and cannot be isolated (REF §10.1 row 4). */
  readonly batched: Uint8Array;
  /** 1 on every base page of a huge (2 MiB) folio; its first page stands for the folio. */
  readonly huge: Uint8Array;
  /** Base pages between the 2 MiB boundary below the object's first page and that page. */
  readonly misalignment: number;
  /** Resident pages per node. */
  readonly residentPerNode: Float64Array;
  /** Regions that can map it; a page moves in all of them at once. */
  readonly mappings: PageTable[];
  /** Whether pages stay while nobody maps them, as those of files and shared memory do. */
  readonly keepsPages: boolean;
  /** Policy of shared memory, for all of its mappings (REF §3.7). */
  policy: MemoryPolicy | null = null;
  /** The memory cgroup its pages are charged to. */
  cgroup: Cgroup;
  /** Ranges whose spread over the nodes is followed; and by block of 512 pages, those that reach into it. */
  readonly #placements: Placement[] = [];
  #placementsOfBlock: Placement[][] | undefined;

  constructor(
    pages: number,
    nodeCount: number,
    cgroup: Cgroup,
    { misalignment = 0, keepsPages = false, mappings = [] }: MemoryObjectOptions = {},
  ) {
    this.pages = pages;
    this.misalignment = misalignment;
    this.keepsPages = keepsPages;
    this.mappings = mappings;
    this.huge = new Uint8Array(pages);
    this.cgroup = cgroup;
    this.node = new Uint8Array(pages).fill(NOT_RESIDENT);
    this.lastCpupid = new Uint32Array(pages).fill(UNSET_CPUPID);
    this.batched = new Uint8Array(pages);
    this.residentPerNode = new Float64Array(nodeCount);
  }

  /** First page of the 2 MiB block a page lies in; negative where the block begins before the object. */
  blockStart(page: number): number {
    return Math.floor((page + this.misalignment) / HUGE_PAGES) * HUGE_PAGES - this.misalignment;
  }

  /** First page of the folio a page belongs to: its block's if that is huge, else itself. */
  folioStart(page: number): number {
    return this.huge[page] === 1 ? this.blockStart(page) : page;
  }

  /** Base pages of the folio a page belongs to. */
  folioPages(page: number): number {
    return this.huge[page] === 1 ? HUGE_PAGES : 1;
  }

  /** Room for other copies of the same pages, which the same regions can map. */
  emptyCopy(cgroup: Cgroup): MemoryObject {
    const { pages, misalignment, mappings, residentPerNode } = this;
    return new MemoryObject(pages, residentPerNode.length, cgroup, { misalignment, mappings });
  }

  /** Whether nothing of [start, start + pages) is resident. */
  isFree(start: number, pages: number): boolean {
    for (let page = start; page < start + pages; page++) if (this.node[page] !== NOT_RESIDENT) return false;
    return true;
  }

  /** Follows how a range is spread over the nodes. */
  follow(range: PlacementRange): Placement {
    const existing = this.#placements.find((placement) => placement.isOf(range));
    if (existing) return existing;
    const placement = new Placement(range, this.residentPerNode.length);
    for (let page = range.offset; page < range.end; page += range.stride) {
      const node = this.node[page]!;
      if (node !== NOT_RESIDENT) placement.count(page, 1, node, 1);
    }
    this.#placements.push(placement);
    this.#placementsOfBlock ??= Array.from({ length: Math.ceil(this.pages / HUGE_PAGES) }, () => []);
    const last = Math.floor((range.end - 1) / HUGE_PAGES);
    for (let block = Math.floor(range.offset / HUGE_PAGES); block <= last; block++)
      this.#placementsOfBlock[block]!.push(placement);
    return placement;
  }

  /** Puts a folio on a node: a new one, or one that moves there. */
  place(start: number, pages: number, node: number): void {
    const before = this.node[start]!;
    if (before !== NOT_RESIDENT) this.#leave(start, pages, before);
    this.node.fill(node, start, start + pages);
    this.residentPerNode[node]! += pages;
    this.#recount(start, pages, node, 1);
  }

  #leave(start: number, pages: number, node: number): void {
    this.residentPerNode[node]! -= pages;
    this.#recount(start, pages, node, -1);
  }

  #recount(start: number, pages: number, node: number, sign: 1 | -1): void {
    const ofBlock = this.#placementsOfBlock;
    if (!ofBlock) return;
    // A huge page of a mapping that is not aligned to the object reaches into two blocks.
    const last = Math.floor((start + pages - 1) / HUGE_PAGES);
    for (let block = Math.floor(start / HUGE_PAGES); block <= last; block++) {
      const low = Math.max(start, block * HUGE_PAGES);
      const high = Math.min(start + pages, (block + 1) * HUGE_PAGES);
      for (const placement of ofBlock[block]!) placement.count(low, high - low, node, sign);
    }
  }

  /** Forgets a folio whose memory is given back. */
  forget(start: number, pages: number): void {
    const end = start + pages;
    this.#leave(start, pages, this.node[start]!);
    this.node.fill(NOT_RESIDENT, start, end);
    this.huge.fill(0, start, end);
    this.lastCpupid.fill(UNSET_CPUPID, start, end);
    this.batched.fill(0, start, end);
  }
}
