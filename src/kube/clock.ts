/**
 * Time as a dependency: everything in src/kube that waits takes a `Clock`, so that tests decide when time passes.
 */

/** A pending callback. */
export interface Timer {
  /** Forgets the callback; does nothing once it ran. */
  cancel(): void;
}

/** Where the time comes from. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `callback` once, `delayMs` milliseconds from now. */
  after(delayMs: number, callback: () => void): Timer;
}

/** Node fires longer timers at once instead of late. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(delayMs, longestTimerMs));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves after `delayMs` milliseconds, or as soon as `signal` aborts: the caller looks at the signal itself. */
export async function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) {
    return;
  }
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.after(delayMs, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
