import type { ArmedSet } from '../memory/armed-set.ts';
import type { PageTable } from '../memory/page-table.ts';
import type { RandomStream } from '../random.ts';
import type { AccessSpec, ArmedPageFinder } from './access-stream.ts';
import { pageRange } from './page-range.ts';
import type { PageRange } from './page-range.ts';

/**
 * Uniformly random touches. While `a` of the range's `m` pages are armed, the touches to the next armed one are
 * exponentially distributed with mean m/a (many touches: the discrete draw and its limit agree), and which page it is
 * is uniform over the armed ones: a draw without replacement, as a hit disarms its page.
 */
export class RandomSweep implements ArmedPageFinder {
  readonly position = 0;
  readonly #random: RandomStream;
  readonly #range: PageRange;

  constructor(table: PageTable, spec: AccessSpec, random: RandomStream) {
    this.#random = random;
    this.#range = pageRange(table, spec);
  }

  distanceToHit(pages: ArmedSet): number {
    const armed = this.#armedInRange(pages);
    if (armed === 0) return Infinity;
    return (this.#random.nextExponential() * this.#range.length) / armed;
  }

  /** With a stride, a hit on a page between the steps comes to nothing, which thins the draw to the right rate. */
  takeHit(pages: ArmedSet): number {
    const { offset, stride } = this.#range;
    const armed = this.#armedInRange(pages);
    const page = pages.select(this.#random.nextBelow(armed), offset);
    return (page - offset) % stride === 0 ? page : -1;
  }

  advance(): void {
    // A uniform draw has no memory.
  }

  #armedInRange(pages: ArmedSet): number {
    return pages.countRange(this.#range.offset, this.#range.end);
  }
}
