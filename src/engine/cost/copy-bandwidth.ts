import { NS_PER_MS } from '../units.ts';

/** Memory that can be copied between two nodes in a millisecond is shared by all who copy there. */
const WINDOW_NS = NS_PER_MS;
/** 1 MB/s is so many bytes per ms. */
const BYTES_PER_MBPS_MS = 1000;

/**
 * Limits page moves to the copy bandwidth of each pair of nodes (design §2.3). CPUs take turns, so their clocks are not in
 * step within a millisecond; what each millisecond has room for is handed out in the order of the turns, and who finds it
 * full waits for the next.
 */
export class CopyBandwidth {
  readonly #nodeCount: number;
  /** By pair of nodes: a window, and how many windows from it on are taken. */
  readonly #window: Float64Array;
  readonly #taken: Float64Array;

  constructor(nodeCount: number) {
    this.#nodeCount = nodeCount;
    this.#window = new Float64Array(nodeCount * nodeCount);
    this.#taken = new Float64Array(nodeCount * nodeCount);
  }

  /**
   * Takes room for a copy.
   *
   * @param now ns since boot
   * @param limitMBps most that is copied between the two nodes in pages of this size, MB/s
   * @returns ns until the copy can begin
   */
  waitNs(now: number, [from, to]: readonly [number, number], bytes: number, limitMBps: number): number {
    const pair = from * this.#nodeCount + to;
    this.#advance(pair, Math.floor(now / WINDOW_NS));
    const begin = (this.#window[pair]! + Math.floor(this.#taken[pair]!)) * WINDOW_NS;
    this.#taken[pair]! += bytes / (limitMBps * BYTES_PER_MBPS_MS);
    return Math.max(0, begin - now);
  }

  /** What is taken from now on, by pair, for digests; pairs without anything are left out. */
  state(now: number): readonly number[] {
    const current = Math.floor(now / WINDOW_NS);
    return [...this.#taken.keys()].flatMap((pair) => {
      this.#advance(pair, current);
      return this.#taken[pair]! > 0 ? [pair, this.#window[pair]!, this.#taken[pair]!] : [];
    });
  }

  #advance(pair: number, window: number): void {
    const passed = window - this.#window[pair]!;
    if (passed <= 0) return;
    this.#window[pair] = window;
    this.#taken[pair] = Math.max(0, this.#taken[pair]! - passed);
  }
}
