import type { PageRange } from '../access/page-range.ts';

/** Pages of a range, and how often each is touched compared with the others. */
export interface PlacementRange extends PageRange {
  /** Tells ranges with different weights apart. */
  readonly law: 'Even' | 'Zipf';
  /** Weight of a page of the range, 1 without it. */
  readonly weightOf?: ((page: number) => number) | undefined;
}

/** Over which nodes the touches of a range spread, kept up to date as its pages come, move and go. */
export class Placement {
  readonly range: PlacementRange;
  /** Weight of the resident pages by node. */
  readonly perNode: Float64Array;
  /** How many pages that is, so that nothing is left by rounding when the last one goes. */
  readonly #pages: Float64Array;

  constructor(range: PlacementRange, nodeCount: number) {
    this.range = range;
    this.perNode = new Float64Array(nodeCount);
    this.#pages = new Float64Array(nodeCount);
  }

  isOf({ law, offset, stride, length }: PlacementRange): boolean {
    const { range } = this;
    return range.law === law && range.offset === offset && range.stride === stride && range.length === length;
  }

  /** Adds (or with sign −1 takes away) the pages [start, start + pages) on a node. */
  count(start: number, pages: number, node: number, sign: 1 | -1): void {
    const { offset, stride, end: rangeEnd } = this.range;
    const low = Math.max(start, offset);
    const high = Math.min(start + pages, rangeEnd);
    if (low >= high) return;
    const first = Math.ceil((low - offset) / stride);
    const touched = Math.floor((high - 1 - offset) / stride) - first + 1;
    this.#pages[node]! += sign * touched;
    const weight = this.perNode[node]! + sign * this.#weightOf(first, touched);
    this.perNode[node] = this.#pages[node] === 0 ? 0 : weight;
  }

  /** Weight of some pages of the range, by the index of the first and their number. */
  #weightOf(first: number, count: number): number {
    const { offset, stride, weightOf } = this.range;
    if (weightOf === undefined) return count;
    let sum = 0;
    for (let index = first; index < first + count; index++) sum += weightOf(offset + index * stride);
    return sum;
  }
}
