import { HUGE_PAGES, PAGE_BYTES } from '../units.ts';
import type { AddressSpace } from './address-space.ts';
import { ArmedSet } from './armed-set.ts';
import type { MemoryObject } from './memory-object.ts';
import type { Vma } from './vma.ts';

/**
 * The page table entries of one region of an address space: what of its object is mapped and what is marked. `mprotect`,
 * `mbind` and `munmap` cut a region into several VMAs or take parts away; entries and page numbers stay those of the region.
 */
export class PageTable {
  readonly mm: AddressSpace;
  readonly name: string;
  /** Address of page 0, page aligned. */
  readonly start: number;
  readonly pages: number;
  /** The pages it maps; after a fork those of `objects[0]` only. */
  readonly object: MemoryObject;
  /** Where its pages can be: one object, or after a fork one for each copy of a page there is (docs/fidelity.md: F1). */
  readonly objects: MemoryObject[];
  /** After a fork: in which of `objects` each page is. */
  layerOf: Uint16Array | undefined;
  /** Whether 2 MiB boundaries are the object's, so that a huge page can have one entry here. */
  readonly alignsHugePages: boolean;
  /** Huge pages (by their first page) that are mapped here by base entries (REF §7.4). */
  readonly splitBlocks = new Set<number>();
  /** Its VMAs, ascending. */
  readonly vmas: Vma[] = [];
  /** 1 where a page is mapped. */
  readonly present: Uint8Array;
  /** 1 after a move of a private page, until its first write (REF §3.6, last item). */
  readonly writeProtected: Uint8Array;
  readonly armed: ArmedSet;
  /** Pages that a write copies if another address space still maps them; only after a fork. */
  cow: ArmedSet | undefined;
  /** What a touch or a write traps on: armed pages and those of `cow`. */
  trapped: ArmedSet;
  /** `trapped` in other orders, for streams that need it so. */
  readonly #mirrors: { readonly set: ArmedSet; readonly indexOf: (page: number) => number }[] = [];
  /** Whether any thread writes to it: then a moved page is unset again by its next write. */
  written = false;
  /** Whether a fork or a call on a part of it has made it differ from what `mmap` made. */
  changed = false;

  constructor(region: {
    readonly mm: AddressSpace;
    readonly name: string;
    readonly start: number;
    readonly objects: MemoryObject[];
  }) {
    this.mm = region.mm;
    this.name = region.name;
    this.start = region.start;
    this.objects = region.objects;
    this.object = region.objects[0]!;
    const { pages, misalignment } = this.object;
    this.pages = pages;
    this.alignsHugePages = (region.start / PAGE_BYTES) % HUGE_PAGES === misalignment;
    this.present = new Uint8Array(pages);
    this.writeProtected = new Uint8Array(pages);
    this.armed = new ArmedSet(pages);
    this.trapped = this.armed;
  }

  /** The object a page is in. */
  objectOf(page: number): MemoryObject {
    return this.layerOf === undefined ? this.object : this.objects[this.layerOf[page]!]!;
  }

  /** The VMA a page lies in; the caller knows that there is one. */
  vmaOf(page: number): Vma {
    const { vmas } = this;
    return vmas.length === 1 ? vmas[0]! : vmas.find(({ high }) => page < high)!;
  }

  /** Whether a page is part of a huge page that has one entry here. */
  isHugeEntry(page: number): boolean {
    if (!this.alignsHugePages) return false;
    const object = this.objectOf(page);
    return object.huge[page] === 1 && !this.splitBlocks.has(object.blockStart(page));
  }

  /** Whether it maps anything of a folio. */
  maps(object: MemoryObject, start: number, pages: number): boolean {
    for (let page = start; page < start + pages; page++) {
      if (this.present[page] === 1 && this.objectOf(page) === object) return true;
    }
    return false;
  }

  /** Marks a page that is not marked. */
  arm(page: number): void {
    this.armed.add(page);
    if (this.cow === undefined) this.#mirror(page, true);
    else if (!this.cow.has(page)) this.#trap(page, true);
  }

  /** Unmarks a page that is marked. */
  disarm(page: number): void {
    this.armed.delete(page);
    if (this.cow === undefined) this.#mirror(page, false);
    else if (!this.cow.has(page)) this.#trap(page, false);
  }

  /** Unmarks whatever is marked of [low, high). */
  disarmRange(low: number, high: number): void {
    for (let page = low; page < high; page++) if (this.armed.has(page)) this.disarm(page);
  }

  /** From now on a write to a page is seen (REF §5.1). */
  protect(page: number): void {
    if (this.cow === undefined) {
      this.cow = new ArmedSet(this.pages);
      this.trapped = this.armed.copy();
    }
    if (this.cow.has(page)) return;
    this.cow.add(page);
    if (!this.armed.has(page)) this.#trap(page, true);
  }

  unprotect(page: number): void {
    if (this.cow?.has(page) !== true) return;
    this.cow.delete(page);
    if (!this.armed.has(page)) this.#trap(page, false);
  }

  /**
   * What traps, in another order, kept in step from now on.
   *
   * @param indexOf index of a page in that order, or −1 to leave it out
   */
  mirrorTrapped(size: number, indexOf: (page: number) => number): ArmedSet {
    const { trapped } = this;
    const set = new ArmedSet(size);
    for (let page = trapped.nextFrom(0); page >= 0; page = trapped.nextFrom(page + 1)) {
      const index = indexOf(page);
      if (index >= 0) set.add(index);
    }
    this.#mirrors.push({ set, indexOf });
    return set;
  }

  #trap(page: number, on: boolean): void {
    if (on) this.trapped.add(page);
    else this.trapped.delete(page);
    this.#mirror(page, on);
  }

  #mirror(page: number, on: boolean): void {
    for (const { set, indexOf } of this.#mirrors) {
      const index = indexOf(page);
      if (index < 0) continue;
      if (on) set.add(index);
      else set.delete(index);
    }
  }
}
