/**
 * Writes Kubernetes Events (`events.k8s.io/v1`), what `kubectl describe` and `kubectl events` show. Repetitions become
 * one Event with a series. Recording never fails and never waits: what cannot be written is logged.
 */
import { isNotFound } from './api-error.ts';
import { type Clock, systemClock, type Timer } from './clock.ts';
import type { KubeObject } from './kube-object.ts';
import { describeError, type Logger, silentLogger } from './logger.ts';
import type { Applied, ResourceClient } from './resource-client.ts';

/** Something worth telling about an object. Only for changes of state, not for each reconcile. */
export interface EventNote {
  /** The object it is about. */
  readonly regarding: Applied;
  /** A second object that has to do with it. */
  readonly related?: Applied;
  readonly type: 'Normal' | 'Warning';
  /** Why, one CamelCase word: `PolicyOverridden`. */
  readonly reason: string;
  /** What was done, one CamelCase word: `SwitchOff`. */
  readonly action: string;
  /** A sentence for people, at most 1024 bytes (longer ones are cut). */
  readonly note: string;
}

/** What a recorder needs. */
export interface EventRecorderOptions {
  /** A client of `events.k8s.io/v1` events. */
  readonly client: ResourceClient<KubeObject>;
  /** Who reports, a qualified name: `numasim.dev/operator`. */
  readonly reportingController: string;
  /** Which instance: the pod's name. */
  readonly reportingInstance: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

interface Series {
  readonly name: string;
  readonly namespace: string;
  readonly event: EventNote;
  count: number;
  lastMs: number;
  timer: Timer | undefined;
}

/** Repetitions are written together, at most once in this time. */
const seriesWriteMs = 10_000;

/** What happens again after a longer pause is a new Event; as client-go. */
const seriesEndsMs = 360_000;

/** Series that are remembered, and writes that may be waiting: a storm of Events must cost neither memory nor peace. */
const mostSeries = 1_024;
const mostWaiting = 256;

const noteBytes = 1_024;

/** Records Events of one reporting instance. */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** By what makes two events the same, the most recent last. */
  readonly #series = new Map<string, Series>();
  #writes: Promise<void> = Promise.resolve();
  #waiting = 0;
  #sequence = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
  }

  /** Records an event, now or with the next repetitions. */
  record(event: EventNote): void {
    const identity = identityOf(event);
    const nowMs = this.#clock.now();
    const known = this.#series.get(identity);
    this.#series.delete(identity);
    if (known !== undefined && nowMs - known.lastMs < seriesEndsMs) {
      known.count += 1;
      known.lastMs = nowMs;
      known.timer ??= this.#clock.after(seriesWriteMs, () => this.#writeSeries(known));
      this.#series.set(identity, known);
      return;
    }
    const series = this.#begin(event, nowMs);
    this.#series.set(identity, series);
    this.#forgetOldest();
    this.#write(series, async () => await this.#create(series));
  }

  /** Writes what is still to be written; resolves when it is, or cannot be. */
  async flush(): Promise<void> {
    for (const series of this.#series.values()) {
      if (series.timer !== undefined) {
        this.#writeSeries(series);
      }
    }
    await this.#writes;
  }

  #begin(event: EventNote, nowMs: number): Series {
    const { name, namespace = 'default' } = event.regarding.metadata;
    this.#sequence += 1;
    const suffix = `${nowMs.toString(16)}${this.#sequence.toString(16).padStart(4, '0')}`;
    return {
      name: `${name.slice(0, 220)}.${suffix}`,
      namespace,
      event,
      count: 1,
      lastMs: nowMs,
      timer: undefined,
    };
  }

  #writeSeries(series: Series): void {
    series.timer?.cancel();
    series.timer = undefined;
    const { name, namespace, count, lastMs } = series;
    const patch = { series: { count, lastObservedTime: microTime(lastMs) } };
    this.#write(series, async () => {
      try {
        await this.#options.client.mergePatch({ name, namespace }, patch);
      } catch (error) {
        // Events live for an hour by default, a series may live longer.
        if (!isNotFound(error)) {
          throw error;
        }
        await this.#create(series);
      }
    });
  }

  /** One write after the other: Events must not compete with status writes for the server's attention. */
  #write({ event }: Series, send: () => Promise<unknown>): void {
    const fields = { reason: event.reason, regarding: event.regarding.metadata.name };
    if (this.#waiting >= mostWaiting) {
      this.#logger.warn('event dropped: too many are waiting', fields);
      return;
    }
    this.#waiting += 1;
    this.#writes = this.#writes
      .then(send)
      .catch((error: unknown) =>
        this.#logger.warn('event not written', { ...fields, error: describeError(error) }),
      )
      .then(() => {
        this.#waiting -= 1;
      });
  }

  async #create({ name, namespace, event, count, lastMs }: Series): Promise<void> {
    const { reportingController, reportingInstance } = this.#options;
    const { type, reason, action, regarding, related } = event;
    const body = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace },
      eventTime: microTime(lastMs),
      reportingController,
      reportingInstance,
      type,
      reason,
      action,
      note: cut(event.note),
      regarding: referenceTo(regarding),
      ...(related === undefined ? {} : { related: referenceTo(related) }),
      ...(count === 1 ? {} : { series: { count, lastObservedTime: microTime(lastMs) } }),
    };
    await this.#options.client.create(body);
  }

  #forgetOldest(): void {
    const [oldest] = this.#series;
    if (this.#series.size > mostSeries && oldest !== undefined) {
      const [identity, series] = oldest;
      series.timer?.cancel();
      this.#series.delete(identity);
    }
  }
}

function identityOf({ type, reason, action, note, regarding, related }: EventNote): string {
  const { uid, name, namespace } = regarding.metadata;
  return JSON.stringify([
    type,
    reason,
    action,
    note,
    regarding.kind,
    namespace,
    name,
    uid,
    related?.metadata.uid,
  ]);
}

function referenceTo({ apiVersion, kind, metadata: { name, namespace, uid } }: Applied): object {
  return { apiVersion, kind, name, namespace, uid };
}

/** RFC 3339 with microseconds, which the API wants. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

/** The API counts bytes; a character that is cut in two is left out. */
function cut(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= noteBytes) {
    return note;
  }
  return `${bytes
    .subarray(0, noteBytes - 3)
    .toString('utf8')
    .replace(/\uFFFD$/, '')}…`;
}
