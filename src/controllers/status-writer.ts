import type { Applied } from '../kube/resource-client.ts';
import type { ResourceClient } from '../kube/resource-client.ts';
import { applyIfChanged } from '../kube/apply-if-changed.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import { keyOf } from '../kube/kube-object.ts';
import { saysTheSame } from '../kube/owned-fields.ts';

/** A status as any of our kinds has it. */
type Status = Readonly<Record<string, unknown>>;

/** What decides when a status is written. */
export interface StatusRules {
  /** Fields that alone are no reason to write: the clock's own. */
  readonly ignored: readonly string[];
  /** The part of a status whose change is written at once. What else changes waits for the period. */
  readonly urgent: (status: Status) => unknown;
}

/** What became of a status. */
export interface StatusOutcome {
  readonly written: boolean;
  /** A change waits for the period to pass: come again after so many ms. */
  readonly dueInMs: number | undefined;
}

/**
 * Writes statuses no more often than asked for: urgent changes at once, numbers once per period, and nothing when
 * nothing changed (design §3). A converged or paused fleet causes no writes.
 */
export class StatusWriter<T extends KubeObject & { readonly status?: unknown }> {
  readonly #client: ResourceClient<T>;
  readonly #rules: StatusRules;
  readonly #nowMs: () => number;
  /** What was written last, and when; the cache may lag behind it. */
  readonly #last = new Map<
    string,
    { readonly uid: string | undefined; readonly status: Status; readonly atMs: number }
  >();

  constructor(client: ResourceClient<T>, rules: StatusRules, nowMs: () => number) {
    this.#client = client;
    this.#rules = rules;
    this.#nowMs = nowMs;
  }

  /** The status as it was written last, or as the cache has it. */
  current(cached: T): Status {
    const last = this.#last.get(keyOf(cached));
    return last?.uid === cached.metadata.uid && last !== undefined
      ? last.status
      : ((cached.status ?? {}) as Status);
  }

  /**
   * Writes a status if it is time to.
   *
   * @param complete adds to the status, only when it is written, what is too costly to compute each time
   */
  async write(
    cached: T & Applied,
    status: Status,
    options: {
      readonly periodMs: number;
      readonly signal: AbortSignal;
      readonly complete?: (status: Status) => Status;
    },
  ): Promise<StatusOutcome> {
    const before = this.current(cached);
    if (saysTheSame(this.#relevant(before), this.#relevant(status)))
      return { written: false, dueInMs: undefined };
    const isUrgent = !saysTheSame(this.#rules.urgent(before), this.#rules.urgent(status));
    const waitMs = isUrgent ? 0 : this.#waitMs(cached, options.periodMs);
    if (waitMs > 0) return { written: false, dueInMs: waitMs };
    const desired = { ...cached, status: options.complete?.(status) ?? status };
    await applyIfChanged<T>(this.#client, {
      desired,
      cached: { ...cached, status: before },
      subresource: 'status',
      signal: options.signal,
    });
    this.#last.set(keyOf(cached), { uid: cached.metadata.uid, status: desired.status, atMs: this.#nowMs() });
    return { written: true, dueInMs: undefined };
  }

  forget(key: string): void {
    this.#last.delete(key);
  }

  #relevant(status: Status): Status {
    return Object.fromEntries(
      Object.entries(status).filter(([field]) => !this.#rules.ignored.includes(field)),
    );
  }

  #waitMs(cached: T, periodMs: number): number {
    const last = this.#last.get(keyOf(cached));
    return last === undefined ? 0 : last.atMs + periodMs - this.#nowMs();
  }
}
