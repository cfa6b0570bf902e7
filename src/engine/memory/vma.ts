import { ArmedSet } from './armed-set.ts';
import type { MemoryObject } from './memory-object.ts';
import type { MemoryPolicy } from './memory-policy.ts';
import { HUGE_PAGES, PAGE_BYTES } from '../units.ts';

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

/** One mapping of an address space (REF §3.4): a range of a memory object with marks of its own. */
export class Vma {
  readonly name: string;
  /** First address, page aligned. */
  readonly start: number;
  readonly pages: number;
  readonly object: MemoryObject;
  /** Whether each huge page has one entry here: it does where the 2 MiB boundaries are the object's. */
  readonly mapsHugeEntries: boolean;
  readonly flags: VmaFlags;
  /** What an `mbind` set here; of shared memory the object keeps it. */
  #policy: MemoryPolicy | null = null;
  /** 1 where this mapping maps its page. */
  readonly present: Uint8Array;
  /** 1 after a move of a private page, until its first write (REF §3.6, last item). */
  readonly writeProtected: Uint8Array;
  readonly armed: ArmedSet;
  /** The armed pages in other orders, for streams that need them so. */
  readonly #mirrors: { readonly set: ArmedSet; readonly indexOf: (page: number) => number }[] = [];
  scan: VmaScanState | undefined;
  /** Whether first touches make huge pages where a whole block fits. */
  hugePages = false;
  /** Pages this mapping maps. */
  residentPages = 0;
  /** Whether any thread writes to it: then a moved page is unset again by its next write. */
  written = false;

  constructor(
    name: string,
    start: number,
    object: MemoryObject,
    flags: VmaFlags,
    policy: MemoryPolicy | null,
  ) {
    this.name = name;
    this.start = start;
    this.pages = object.pages;
    this.object = object;
    this.mapsHugeEntries = (start / PAGE_BYTES) % HUGE_PAGES === object.misalignment;
    this.flags = flags;
    if (policy) this.policy = policy;
    this.present = new Uint8Array(object.pages);
    this.writeProtected = new Uint8Array(object.pages);
    this.armed = new ArmedSet(object.pages);
  }

  /** What an `mbind` asked for: of this mapping, or of the shared memory it maps, whoever asked (REF §3.7). */
  get policy(): MemoryPolicy | null {
    return pageKind(this.flags) === 'shmem' ? this.object.policy : this.#policy;
  }

  set policy(policy: MemoryPolicy | null) {
    if (pageKind(this.flags) === 'shmem') this.object.policy = policy;
    else this.#policy = policy;
  }

  /** Marks a page that is not marked. */
  arm(page: number): void {
    this.armed.add(page);
    for (const { set, indexOf } of this.#mirrors) {
      const index = indexOf(page);
      if (index >= 0) set.add(index);
    }
  }

  /** Marks every base page of a huge page that is not marked: whichever is touched, the whole folio faults. */
  armFolio(start: number, pages: number): void {
    for (let page = start; page < start + pages; page++) this.arm(page);
  }

  /** Unmarks whatever is marked of a folio. */
  disarmFolio(start: number, pages: number): void {
    for (let page = start; page < start + pages; page++) if (this.armed.has(page)) this.disarm(page);
  }

  /** Unmarks a page that is marked. */
  disarm(page: number): void {
    this.armed.delete(page);
    for (const { set, indexOf } of this.#mirrors) {
      const index = indexOf(page);
      if (index >= 0) set.delete(index);
    }
  }

  /**
   * The armed pages in another order, kept in step from now on.
   *
   * @param indexOf index of a page in that order, or −1 to leave it out
   */
  mirrorArmed(size: number, indexOf: (page: number) => number): ArmedSet {
    const set = new ArmedSet(size);
    for (let page = this.armed.nextFrom(0); page >= 0; page = this.armed.nextFrom(page + 1)) {
      const index = indexOf(page);
      if (index >= 0) set.add(index);
    }
    this.#mirrors.push({ set, indexOf });
    return set;
  }

  get end(): number {
    return this.start + this.pages * PAGE_BYTES;
  }

  /** Page offset of the mapping; for private anonymous memory the start address in pages (REF §3.4). */
  get pageOffset(): number {
    return this.flags.shared || this.flags.file ? 0 : this.start / PAGE_BYTES;
  }
}
