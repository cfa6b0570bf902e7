import type { Vma } from '../memory/vma.ts';
import type { AccessSpec, ArmedPageFinder } from './access-stream.ts';
import { pageRange } from './page-range.ts';
import type { PageRange } from './page-range.ts';

/** A cyclic sweep, page after page or with a stride: the cursor passes over armed pages. */
export class SequentialSweep implements ArmedPageFinder {
  readonly #vma: Vma;
  readonly #range: PageRange;
  /** Touches made in the current round; the fraction belongs to the touch under way. */
  #position: number;
  #nextHit = 0;

  constructor(vma: Vma, spec: AccessSpec) {
    this.#vma = vma;
    this.#range = pageRange(vma, spec);
    this.#position = spec.startIndex ?? 0;
  }

  get position(): number {
    return this.#position;
  }

  distanceToHit(): number {
    let index = this.#nextArmedIndex(Math.floor(this.#position));
    let rounds = 0;
    if (index < 0) {
      index = this.#nextArmedIndex(0);
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
  #nextArmedIndex(index: number): number {
    const { offset, stride, end } = this.#range;
    let page = this.#vma.armed.nextFrom(offset + index * stride);
    while (page >= 0 && page < end) {
      const past = (page - offset) % stride;
      if (past === 0) return (page - offset) / stride;
      page = this.#vma.armed.nextFrom(page - past + stride);
    }
    return -1;
  }
}
