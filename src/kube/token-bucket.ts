/**
 * An overall rate with room for bursts: each use takes a token, tokens come back at a steady pace.
 */
import type { Clock } from './clock.ts';

/** The rate. */
export interface RateOptions {
  /** Tokens that come back per second. */
  readonly perSecond: number;
  /** Tokens when nothing was used for a while. */
  readonly burst: number;
}

/** Tells each use how long to wait. */
export class TokenBucket {
  readonly #rate: RateOptions;
  readonly #clock: Clock;
  #tokens: number;
  #countedMs: number;

  constructor(rate: RateOptions, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
    this.#tokens = rate.burst;
    this.#countedMs = clock.now();
  }

  /** Takes a token, if need be one of the future; returns how long until it is there, milliseconds. */
  reserve(): number {
    const { perSecond, burst } = this.#rate;
    const nowMs = this.#clock.now();
    // A clock that is set back gives nothing, and takes nothing.
    const returned = (Math.max(0, nowMs - this.#countedMs) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + returned) - 1;
    this.#countedMs = nowMs;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / perSecond) * 1000;
  }
}
