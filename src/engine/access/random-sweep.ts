import type { Vma } from '../memory/vma.ts';
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
  readonly #vma: Vma;
  readonly #random: RandomStream;
  readonly #range: PageRange;

  constructor(vma: Vma, spec: AccessSpec, random: RandomStream) {
    this.#vma = vma;
    this.#random = random;
    this.#range = pageRange(vma, spec);
  }

  distanceToHit(): number {
    const armed = this.#armedInRange();
    if (armed === 0) return Infinity;
    return (this.#random.nextExponential() * this.#range.length) / armed;
  }

  /** With a stride, a hit on a page between the steps comes to nothing, which thins the draw to the right rate. */
  takeHit(): number {
    const { offset, stride } = this.#range;
    const armed = this.#armedInRange();
    const page = this.#vma.armed.select(this.#random.nextBelow(armed), offset);
    return (page - offset) % stride === 0 ? page : -1;
  }

  advance(): void {
    // A uniform draw has no memory.
  }

  #armedInRange(): number {
    return this.#vma.armed.countRange(this.#range.offset, this.#range.end);
  }
}
