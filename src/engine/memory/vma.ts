import { PAGE_BYTES } from '../units.ts';
import type { ArmedSet } from './armed-set.ts';
import type { MemoryObject } from './memory-object.ts';
import type { MemoryPolicy } from './memory-policy.ts';
import type { PageTable } from './page-table.ts';

/** Balancing state of a VMA, created when the scanner first sees it (REF §3.4). Times in jiffies. */
export interface VmaScanState {
  nextScan: number;
  pidsReset: number;
  /** Pid bits 0–31 and 32–63 of the previous and of the current window. */
  previousPids: readonly [number, number];
  currentPids: [number, number];
  /** Pass in which the VMA was first seen. */
  readonly startSeq: number;
  /** Pass in which it was last completely scanned. */
  previousSeq: number;
}

/** Properties of a mapping that decide whether it is scanned (REF §7.3). */
export interface VmaFlags {
  readonly shared: boolean;
  readonly writable: boolean;
  readonly readable: boolean;
  readonly executable: boolean;
  /** A file mapping (page cache), not anonymous memory. */
  readonly file: boolean;
  /** I/O, PFN, DAX, hugetlb and mixed maps: never scanned. */
  readonly special: boolean;
}

export const ANONYMOUS: VmaFlags = {
  shared: false,
  writable: true,
  readable: true,
  executable: false,
  file: false,
  special: false,
};

/** What the pages of a mapping are (REF §3.5): the page cache of a file, shared memory, or anonymous. */
export type PageKind = 'anon' | 'file' | 'shmem';

export function pageKind({ file, shared }: VmaFlags): PageKind {
  if (file) return 'file';
  return shared ? 'shmem' : 'anon';
}

/** One mapping of an address space (REF §3.4): a range of a region with properties of its own. Pages are the region's. */
export class Vma {
  readonly table: PageTable;
  /** First page, and one past the last. */
  readonly low: number;
  high: number;
  flags: VmaFlags;
  /** What an `mbind` set here; of shared memory the object keeps it. */
  #policy: MemoryPolicy | null = null;
  scan: VmaScanState | undefined;
  /** Whether first touches make huge pages where a whole block fits. */
  hugePages = false;
  /** Pages this mapping maps. */
  residentPages = 0;
  // The region's, kept here too because the hot path reads them.
  readonly present: Uint8Array;
  readonly writeProtected: Uint8Array;
  readonly armed: ArmedSet;

  constructor(
    table: PageTable,
    flags: VmaFlags,
    policy: MemoryPolicy | null,
    [low, high]: readonly [number, number] = [0, table.pages],
  ) {
    this.table = table;
    this.flags = flags;
    this.low = low;
    this.high = high;
    this.present = table.present;
    this.writeProtected = table.writeProtected;
    this.armed = table.armed;
    if (policy) this.policy = policy;
  }

  /** What an `mbind` asked for: of this mapping, or of the shared memory it maps, whoever asked (REF §3.7). */
  get policy(): MemoryPolicy | null {
    return pageKind(this.flags) === 'shmem' ? this.object.policy : this.#policy;
  }

  set policy(policy: MemoryPolicy | null) {
    if (pageKind(this.flags) === 'shmem') this.object.policy = policy;
    else this.#policy = policy;
  }

  get name(): string {
    return this.table.name;
  }

  get object(): MemoryObject {
    return this.table.object;
  }

  get pages(): number {
    return this.high - this.low;
  }

  /** First address, page aligned. */
  get start(): number {
    return this.addressOf(this.low);
  }

  get end(): number {
    return this.addressOf(this.high);
  }

  addressOf(page: number): number {
    return this.table.start + page * PAGE_BYTES;
  }

  pageAt(address: number): number {
    return (address - this.table.start) / PAGE_BYTES;
  }

  /** Page offset of the mapping; for private anonymous memory the start address in pages (REF §3.4). */
  get pageOffset(): number {
    return this.flags.shared || this.flags.file ? this.low : this.start / PAGE_BYTES;
  }

  /** Marks a page that is not marked. */
  arm(page: number): void {
    this.table.arm(page);
  }

  /** Unmarks a page that is marked. */
  disarm(page: number): void {
    this.table.disarm(page);
  }

  /** Marks every base page of a huge page that is not marked: whichever is touched, the whole folio faults. */
  armFolio(start: number, pages: number): void {
    for (let page = start; page < start + pages; page++) this.table.arm(page);
  }

  /** Unmarks whatever is marked of a folio. */
  disarmFolio(start: number, pages: number): void {
    this.table.disarmRange(start, start + pages);
  }
}
