import type { DesiredNode } from './desired-node.ts';
import { NodeSimulation } from './node-simulation.ts';
import { PacedNode } from './paced-node.ts';

/** Where the fleet's wall time comes from, and how it waits. */
export interface FleetClock {
  /** Milliseconds that never go back. */
  readonly nowMs: () => number;
  /** Gives the event loop its turn; resolves after at least that long, or when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Wall time between two rounds when no node is behind, ms. */
const ROUND_MS = 50;
/** CPU time a node may take before the next one has its turn, ms. */
const TURN_MS = 10;

/** Told that a node's simulation threw. The node stands still until something else is desired of it; the others go on. */
export type FailureHandler = (node: string, error: unknown) => void;

/** The simulated nodes of this process, advanced by the wall clock in fair turns. */
export class Fleet {
  readonly #nodes = new Map<string, PacedNode>();
  readonly #failed = new Set<PacedNode>();
  readonly #clock: FleetClock;
  readonly #onFailure: FailureHandler;

  constructor(clock: FleetClock, onFailure: FailureHandler) {
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  get size(): number {
    return this.#nodes.size;
  }

  get(name: string): PacedNode | undefined {
    return this.#nodes.get(name);
  }

  /** Creates or changes a node. What is desired is carried out at once; a paused node's time still stands still. */
  desire(desired: DesiredNode): PacedNode {
    const nowMs = this.#clock.nowMs();
    const existing = this.#nodes.get(desired.name);
    const node = existing ?? new PacedNode(new NodeSimulation(desired), nowMs);
    if (existing) existing.simulation.desire(desired);
    else this.#nodes.set(desired.name, node);
    node.setSpeed(desired.config.simulation.speed, nowMs);
    this.#failed.delete(node);
    return node;
  }

  remove(name: string): void {
    const node = this.#nodes.get(name);
    if (node) this.#failed.delete(node);
    this.#nodes.delete(name);
  }

  /** Advances all nodes until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedMs = this.#clock.nowMs();
      const isBehind = await this.#round(signal);
      const spentMs = this.#clock.nowMs() - startedMs;
      await this.#clock.pause(isBehind ? 0 : Math.max(0, ROUND_MS - spentMs), signal);
    }
  }

  async #round(signal: AbortSignal): Promise<boolean> {
    let anyBehind = false;
    for (const node of [...this.#nodes.values()]) {
      if (signal.aborted) return false;
      const turnEndsMs = this.#clock.nowMs() + TURN_MS;
      let behind = this.#step(node);
      while (behind && this.#clock.nowMs() < turnEndsMs) behind = this.#step(node);
      anyBehind ||= behind;
      if (this.#clock.nowMs() >= turnEndsMs) await this.#clock.pause(0, signal);
    }
    return anyBehind;
  }

  #step(node: PacedNode): boolean {
    if (this.#failed.has(node)) return false;
    try {
      return node.step(this.#clock.nowMs());
    } catch (error) {
      this.#failed.add(node);
      this.#onFailure(node.simulation.name, error);
      return false;
    }
  }
}
