/** A task's position in its interleave rotation, for allocations without an address (REF §3.2, §17.6). */
export class InterleaveCursor {
  readonly #highestNode: number;
  #previous: number;
  #weightLeft = 0;

  /** @param highestNode installing a policy starts there, so that the first choice is the lowest member */
  constructor(highestNode: number) {
    this.#highestNode = highestNode;
    this.#previous = highestNode;
  }

  /** What installing an interleave policy does: the rotation begins at the lowest member again. */
  restart(): void {
    this.#previous = this.#highestNode;
    this.#weightLeft = 0;
  }

  /** All that decides what comes next; nothing where that is what a new rotation gives. */
  state(): readonly number[] {
    const atStart = this.#previous === this.#highestNode && this.#weightLeft === 0;
    return atStart ? [] : [this.#previous, this.#weightLeft];
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
