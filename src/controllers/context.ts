import type { Fleet } from '../fleet/fleet.ts';
import type { EventRecorder } from '../kube/event-recorder.ts';
import type { Logger } from '../kube/logger.ts';
import type { Transport } from '../kube/transport.ts';
import type { Caches } from './caches.ts';

/** What every controller is given. */
export interface ControllerContext {
  readonly transport: Transport;
  readonly caches: Caches;
  readonly fleet: Fleet;
  readonly events: EventRecorder;
  readonly logger: Logger;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  /** Name of this replica, for statuses. */
  readonly identity: string;
}

/** Asks for a key to be reconciled; with `afterMs`, not before that time. */
export type Enqueue = (key: string, afterMs?: number) => void;

/** A level-triggered loop: what wakes it, and what it does for one key. */
export interface Controller {
  readonly name: string;
  /**
   * What wakes it within this time after a first change is answered together with it, ms. For what depends on many objects
   * at once: then a thousand changes cost a few reconciles.
   */
  readonly gatherMs: number;
  /** Wires the caches' changes to keys. Called once, before the caches run. */
  watch(enqueue: Enqueue): void;
  /** Brings one key to its desired state; resolves with the time after which to come again. */
  reconcile(
    key: string,
    signal: AbortSignal,
  ): Promise<{ readonly requeueAfterMs?: number | undefined } | undefined>;
}

/** The wall clock as statuses hold it: RFC 3339, whole seconds. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
