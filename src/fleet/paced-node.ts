import { NS_PER_MS, NS_PER_S } from '../engine/units.ts';
import type { NodeSimulation } from './node-simulation.ts';
import { wholeSeconds } from './whole-second.ts';

/** Simulated time that one step may cover at once: the event loop gets its turn in between. */
const STEP_NS = 20 * NS_PER_MS;
/** A node that is further behind than this gives the lost time up and says so by its speed. */
const MAX_LAG_NS = 2 * NS_PER_S;
/** Wall time over which the speed reached is measured, ms. */
const SPEED_WINDOW_MS = 5000;

/** A simulated node whose time follows a wall clock. A pause takes effect on the next whole simulated second. */
export class PacedNode {
  readonly simulation: NodeSimulation;
  #speed = 0;
  /** Wall and simulated time from which the target is reckoned. */
  #base: { wallMs: number; simulatedNs: number };
  #window: { wallMs: number; simulatedNs: number };
  #reachedPermille: number | undefined;
  /** Simulated time after the last step. */
  #reachedNs = 0;

  constructor(simulation: NodeSimulation, wallMs: number) {
    this.simulation = simulation;
    this.#base = { wallMs, simulatedNs: simulation.now };
    this.#window = this.#base;
  }

  /** Simulated milliseconds per second of wall clock over the last seconds; undefined before there were any. */
  get speedReachedPermille(): number | undefined {
    return this.#reachedPermille;
  }

  /** Simulated seconds per second of wall clock from now on; 0 pauses. */
  setSpeed(speed: number, wallMs: number): void {
    if (speed === this.#speed) return;
    this.#speed = speed;
    this.#rebase(wallMs);
  }

  #rebase(wallMs: number): void {
    this.#base = { wallMs, simulatedNs: this.simulation.now };
    this.#window = this.#base;
  }

  /** Runs one step towards where the wall clock says the node should be; returns whether it is behind still. */
  step(wallMs: number): boolean {
    this.simulation.settle();
    const { now, tickNs } = this.simulation;
    // No machine, no time: there is nothing to be behind with.
    if (tickNs === 0) return false;
    // A kernel that was booted anew begins at 0 again.
    if (now < this.#reachedNs) this.#rebase(wallMs);
    const target = this.#target(wallMs);
    const until = Math.min(target, now + STEP_NS);
    if (until >= now + tickNs) this.simulation.advance(until);
    this.#measure(wallMs);
    if (this.#speed > 0 && target - this.simulation.now > MAX_LAG_NS) this.#rebase(wallMs);
    this.#reachedNs = this.simulation.now;
    return this.simulation.now + tickNs <= target;
  }

  #target(wallMs: number): number {
    const { now, tickNs, isAtRest } = this.simulation;
    if (this.#speed === 0) return isAtRest ? now : (wholeSeconds(now, tickNs) + 1) * NS_PER_S;
    return this.#base.simulatedNs + Math.floor((wallMs - this.#base.wallMs) * NS_PER_MS * this.#speed);
  }

  #measure(wallMs: number): void {
    const elapsed = wallMs - this.#window.wallMs;
    if (elapsed < SPEED_WINDOW_MS) return;
    const simulatedMs = (this.simulation.now - this.#window.simulatedNs) / NS_PER_MS;
    this.#reachedPermille = Math.max(0, Math.round((1000 * simulatedMs) / elapsed));
    this.#window = { wallMs, simulatedNs: this.simulation.now };
  }
}
