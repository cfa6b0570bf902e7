import type { Applied } from '../kube/resource-client.ts';
import type { ResourceClient } from '../kube/resource-client.ts';
import { applyIfChanged } from '../kube/apply-if-changed.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import { keyOf } from '../kube/kube-object.ts';
import { saysTheSame } from '../kube/owned-fields.ts';
import { isNotNewer } from '../kube/resource-version.ts';

/** A status as any of our kinds has it. */
type Status = Readonly<Record<string, unknown>>;

/** What decides when a status is written. */
export interface StatusRules {
  /** The part of a status whose change is worth a write: what the clock alone moves is not. */
  readonly relevant: (status: Status) => unknown;
  /** The part of that whose change is written at once. What else changes waits for the period. */
  readonly urgent: (status: Status) => unknown;
}

/** What became of a status. */
export interface StatusOutcome {
  readonly written: boolean;
  /** A change waits for its time: come again after so many ms. */
  readonly dueInMs: number | undefined;
}

/**
 * Least time between two writes of one status, ms, however urgent: while hundreds of nodes start, what is said of all of
 * them together changes with each one.
 */
const LEAST_GAP_MS = 250;

/** What was written last, and when; the cache may lag behind it. */
interface Written {
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly status: Status;
  readonly atMs: number;
}

/**
 * Writes statuses no more often than asked for: urgent changes at once, numbers once per period, and nothing when
 * nothing changed (design §3). A converged or paused fleet causes no writes.
 */
export class StatusWriter<T extends KubeObject & { readonly status?: unknown }> {
  readonly #client: ResourceClient<T>;
  readonly #rules: StatusRules;
  readonly #nowMs: () => number;
  readonly #last = new Map<string, Written>();

  constructor(client: ResourceClient<T>, rules: StatusRules, nowMs: () => number) {
    this.#client = client;
    this.#rules = rules;
    this.#nowMs = nowMs;
  }

  /** The status as it was written last, or as the cache has it if that is newer: then somebody else wrote. */
  current(cached: T): Status {
    const last = this.#last.get(keyOf(cached));
    const isLast =
      last !== undefined &&
      last.uid === cached.metadata.uid &&
      isNotNewer(cached.metadata.resourceVersion, last.resourceVersion);
    return isLast ? last.status : ((cached.status ?? {}) as Status);
  }

  /** How long numbers of this object must wait before they are written again, ms; 0 if it is time. */
  waitMs(key: string, periodMs: number): number {
    const last = this.#last.get(key);
    return last === undefined ? 0 : Math.max(0, last.atMs + periodMs - this.#nowMs());
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
    if (this.#areSame(before, status, this.#rules.relevant)) return { written: false, dueInMs: undefined };
    const isUrgent = !this.#areSame(before, status, this.#rules.urgent);
    const waitMs = this.waitMs(keyOf(cached), isUrgent ? LEAST_GAP_MS : options.periodMs);
    if (waitMs > 0) return { written: false, dueInMs: waitMs };
    const desired = { ...cached, status: options.complete?.(status) ?? status };
    const { object } = await applyIfChanged<T>(this.#client, {
      desired,
      cached: { ...cached, status: before },
      subresource: 'status',
      signal: options.signal,
    });
    const { uid, resourceVersion } = object.metadata;
    this.#last.set(keyOf(cached), { uid, resourceVersion, status: desired.status, atMs: this.#nowMs() });
    return { written: true, dueInMs: undefined };
  }

  forget(key: string): void {
    this.#last.delete(key);
  }

  #areSame(before: Status, after: Status, part: (status: Status) => unknown): boolean {
    return saysTheSame(part(before), part(after));
  }
}

/** A status without some of its fields. */
export function without(status: Status, fields: readonly string[]): Status {
  return Object.fromEntries(Object.entries(status).filter(([field]) => !fields.includes(field)));
}
