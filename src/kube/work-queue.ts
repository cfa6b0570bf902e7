/**
 * The queue between what happens and what is done about it. It holds keys, not objects: a key that is added ten times
 * before its turn is worked on once. No key is ever worked on twice at the same time; one that is added while it is
 * worked on comes again afterwards.
 */
import { type BackoffOptions, exponentialMs } from './backoff.ts';
import { type Clock, systemClock, type Timer } from './clock.ts';
import { type RateOptions, TokenBucket } from './token-bucket.ts';

/** Told what the queue does, for metrics. */
export interface QueueObserver {
  /** A key became ready for work. */
  onAdd?(depth: number): void;
  /** A worker took a key. */
  onTake?(depth: number, waitedMs: number): void;
  onDone?(workedMs: number): void;
  onRetry?(): void;
}

/** Settings of a queue. */
export interface WorkQueueOptions {
  readonly clock?: Clock;
  /** Waits of one key after its failures in a row; default 5 ms … 1000 s, as controller-runtime. */
  readonly backoff?: BackoffOptions;
  /** All retries together; default 10 per second with bursts of 100, as controller-runtime. */
  readonly rate?: RateOptions;
  readonly observer?: QueueObserver;
}

interface Delayed {
  readonly dueMs: number;
  readonly timer: Timer;
}

/** A queue of keys for any number of workers in this process. */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #backoff: BackoffOptions;
  readonly #bucket: TokenBucket;
  readonly #observer: QueueObserver;
  /** Keys in order of their turn; those before `#head` are taken. */
  #ready: string[] = [];
  #head = 0;
  /** Keys that need work, with the time since when: those in `#ready`, and those added while worked on. */
  readonly #marked = new Map<string, number>();
  /** Keys being worked on, with the time since when. */
  readonly #active = new Map<string, number>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #waiting: ((key: string | undefined) => void)[] = [];
  readonly #whenIdle: (() => void)[] = [];
  #closed = false;

  constructor(options: WorkQueueOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#backoff = options.backoff ?? { baseMs: 5, maxMs: 1_000_000 };
    this.#bucket = new TokenBucket(options.rate ?? { perSecond: 10, burst: 100 }, this.#clock);
    this.#observer = options.observer ?? {};
  }

  /** Number of keys that wait for a worker. */
  get depth(): number {
    return this.#ready.length - this.#head;
  }

  /** Number of keys being worked on. */
  get active(): number {
    return this.#active.size;
  }

  /** Asks for work on a key, as soon as a worker is free. Ignored once the queue is closed. */
  add(key: string): void {
    if (this.#closed || this.#marked.has(key)) {
      return;
    }
    this.#marked.set(key, this.#clock.now());
    if (!this.#active.has(key)) {
      this.#enqueue(key);
    }
  }

  /** Asks for work on a key after `delayMs` milliseconds; of several such wishes for a key the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.#closed) {
      return;
    }
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const dueMs = this.#clock.now() + delayMs;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.dueMs <= dueMs) {
      return;
    }
    known?.timer.cancel();
    const timer = this.#clock.after(delayMs, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { dueMs, timer });
  }

  /** Asks for work on a key that failed, after its backoff, the overall rate, and at least `leastMs` milliseconds. */
  retry(key: string, leastMs = 0): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.#observer.onRetry?.();
    this.addAfter(key, Math.max(exponentialMs(failures, this.#backoff), this.#bucket.reserve(), leastMs));
  }

  /** The key's failures are over: the next one starts at the base again. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Failures in a row of a key. */
  failuresOf(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key; undefined once the queue is closed and empty. `done` must follow each key. */
  async take(): Promise<string | undefined> {
    const key = this.#next();
    if (key !== undefined || this.#ended) {
      return key;
    }
    return await new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** The work on a key is over, well or not. */
  done(key: string): void {
    const sinceMs = this.#active.get(key);
    if (sinceMs === undefined) {
      return;
    }
    this.#active.delete(key);
    this.#observer.onDone?.(this.#clock.now() - sinceMs);
    if (this.#marked.has(key)) {
      this.#enqueue(key);
    }
    this.#settle();
  }

  /** Takes nothing in any more and forgets delayed keys; what is ready is still handed out. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#delayed.values()) {
      timer.cancel();
    }
    this.#delayed.clear();
    this.#settle();
  }

  /** Closes, and drops what is ready: workers end after the key they have. */
  stop(): void {
    this.#ready = [];
    this.#head = 0;
    this.#marked.clear();
    this.close();
  }

  /** Resolves when no key is ready or being worked on. After `close`: the queue is drained. */
  async idle(): Promise<void> {
    if (this.#isIdle) {
      return;
    }
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  get #isIdle(): boolean {
    return this.depth === 0 && this.#active.size === 0;
  }

  /** A key that was added while worked on may come back, so an empty queue is not enough. */
  get #ended(): boolean {
    return this.#closed && this.#marked.size === 0;
  }

  #enqueue(key: string): void {
    this.#ready.push(key);
    this.#observer.onAdd?.(this.depth);
    const worker = this.#waiting.shift();
    worker?.(this.#next());
  }

  #next(): string | undefined {
    const key = this.#ready[this.#head];
    if (key === undefined) {
      return undefined;
    }
    this.#head += 1;
    // Dropping the taken part now and then keeps both taking and memory cheap.
    if (this.#head > 1_024 && this.#head * 2 > this.#ready.length) {
      this.#ready = this.#ready.slice(this.#head);
      this.#head = 0;
    }
    const nowMs = this.#clock.now();
    this.#observer.onTake?.(this.depth, nowMs - (this.#marked.get(key) ?? nowMs));
    this.#marked.delete(key);
    this.#active.set(key, nowMs);
    return key;
  }

  /** Lets go of whoever waits for an end that is reached. */
  #settle(): void {
    if (this.#isIdle) {
      for (const resolve of this.#whenIdle.splice(0)) {
        resolve();
      }
    }
    if (this.#ended) {
      for (const resolve of this.#waiting.splice(0)) {
        resolve(undefined);
      }
    }
  }
}
