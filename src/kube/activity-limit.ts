/**
 * An abort signal for something that must show signs of life: it aborts when its parent does, when nothing happened
 * for too long, or when it is ended.
 */
import type { Clock, Timer } from './clock.ts';

/** Guards one activity; `end` must be called when it is over. */
export class ActivityLimit {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #parent: AbortSignal | undefined;
  #timer: Timer | undefined;
  #exceeded = false;

  /** @param limitMs longest silence, milliseconds; counts from now */
  constructor(clock: Clock, limitMs: number, parent?: AbortSignal) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#parent = parent;
    if (parent?.aborted === true) {
      this.#controller.abort(parent.reason);
    } else {
      parent?.addEventListener('abort', this.end, { once: true });
      this.touch();
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the silence was too long. */
  get exceeded(): boolean {
    return this.#exceeded;
  }

  /** Something happened: the time starts again. */
  touch(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(this.#limitMs, () => {
      this.#exceeded = true;
      this.end();
    });
  }

  /** Aborts, and lets go of the timer and the parent. */
  readonly end = (): void => {
    this.#timer?.cancel();
    this.#parent?.removeEventListener('abort', this.end);
    this.#controller.abort();
  };
}
