import type { ArmedSet } from '../memory/armed-set.ts';
import type { PageTable } from '../memory/page-table.ts';
import type { AccessSpec, ArmedPageFinder } from './access-stream.ts';
import { pageRange } from './page-range.ts';
import type { PageRange } from './page-range.ts';

/** A cyclic sweep, page after page or with a stride: the cursor passes over armed pages. */
export class SequentialSweep implements ArmedPageFinder {
  readonly #range: PageRange;
  /** Touches made in the current round; the fraction belongs to the touch under way. */
  #position: number;
  #nextHit = 0;

  constructor(table: PageTable, spec: AccessSpec) {
    this.#range = pageRange(table, spec);
    this.#position = spec.startIndex ?? 0;
  }

  get position(): number {
    return this.#position;
  }

  distanceToHit(pages: ArmedSet): number {
    let index = this.#nextArmedIndex(pages, Math.floor(this.#position));
    let rounds = 0;
    if (index < 0) {
      index = this.#nextArmedIndex(pages, 0);
      rounds = this.#range.length;
    }
    if (index < 0) return Infinity;
    this.#nextHit = index;
    return rounds + index + 1 - this.#position;
  }

  takeHit(): number {
    this.#position = (this.#nextHit + 1) % this.#range.length;
    return this.#range.offset + this.#nextHit * this.#range.stride;
  }

  advance(touches: number): void {
    this.#position = (this.#position + touches) % this.#range.length;
  }

  /** The first armed index at or after `index`, without wrapping, or −1. */
  #nextArmedIndex(pages: ArmedSet, index: number): number {
    const { offset, stride, end } = this.#range;
    const page = pages.nextOfStride(offset + index * stride, stride, end);
    return page < 0 ? -1 : (page - offset) / stride;
  }
}
