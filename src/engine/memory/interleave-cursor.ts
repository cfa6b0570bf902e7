/** A task's position in its interleave rotation, for allocations without an address (REF §3.2, §17.6). */
export class InterleaveCursor {
  #previous: number;
  #weightLeft = 0;

  /** @param highestNode installing a policy starts there, so that the first choice is the lowest member */
  constructor(highestNode: number) {
    this.#previous = highestNode;
  }

  /** The next node of a plain interleave policy. */
  next(nodes: readonly number[]): number {
    this.#previous = nodes.find((node) => node > this.#previous) ?? nodes[0]!;
    return this.#previous;
  }

  /** The next node of a weighted interleave policy. */
  nextWeighted(nodes: readonly number[], weights: readonly number[]): number {
    if (this.#weightLeft === 0 || !nodes.includes(this.#previous)) {
      this.#weightLeft = weights[this.next(nodes)] ?? 1;
    }
    this.#weightLeft--;
    return this.#previous;
  }
}
