/**
 * One watch: a connection's bytes become events, until the server ends it, it fails, or it stays silent for too long.
 */
import { ApiError, ApiUnreachableError, type Status } from './api-error.ts';
import { ActivityLimit } from './activity-limit.ts';
import type { Clock } from './clock.ts';
import { JsonLineError, JsonLines } from './json-lines.ts';
import type { KubeObject } from './kube-object.ts';
import type { ResourceClient, WatchOptions } from './resource-client.ts';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';

/** What happened to an object, in the order of resourceVersions. */
export interface WatchEvent<T> {
  readonly type: EventType;
  /** A bookmark's object has a resourceVersion and nothing else. */
  readonly object: T;
}

/** Parameters of `watchEvents`. */
export interface WatchEventsOptions extends WatchOptions {
  /** Longest silence, milliseconds. API servers send a bookmark about once a minute. */
  readonly inactivityMs: number;
  readonly clock: Clock;
  /** Called whenever something arrives. */
  readonly onActivity?: () => void;
}

/**
 * Iterates over the events. Ends normally when the server ends the watch between two events, or `signal` aborts.
 * Whichever way the iteration ends, the request and its timer end with it.
 *
 * @throws ApiError for a refusal or an ERROR event; ApiUnreachableError when cut, silent, or unintelligible
 */
export async function* watchEvents<T extends KubeObject>(
  client: ResourceClient<T>,
  options: WatchEventsOptions,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const { signal, inactivityMs, clock, onActivity } = options;
  const where = `WATCH ${client.type.plural}`;
  const activity = new ActivityLimit(clock, inactivityMs, signal);
  try {
    const lines = new JsonLines();
    for await (const chunk of await client.watch({ ...options, signal: activity.signal })) {
      activity.touch();
      onActivity?.();
      for (const line of lines.push(chunk)) {
        yield eventOf<T>(line, where);
      }
    }
    if (lines.truncated) {
      throw new ApiUnreachableError(where, 'the stream was cut in the middle of an event');
    }
  } catch (error) {
    if (activity.exceeded) {
      throw new ApiUnreachableError(where, `nothing received for ${inactivityMs} ms`);
    }
    if (signal?.aborted !== true) {
      throw understood(error, where);
    }
  } finally {
    activity.end();
  }
}

function eventOf<T extends KubeObject>(line: unknown, where: string): WatchEvent<T> {
  const { type, object } = (line ?? {}) as { type?: unknown; object?: unknown };
  if (type === 'ERROR') {
    const status = (object ?? {}) as Status;
    throw new ApiError(where, status.code ?? 500, status);
  }
  if (!isEventType(type) || !isObject(object, type)) {
    throw new JsonLineError('a line that is no watch event');
  }
  return { type, object: object as T };
}

function isEventType(type: unknown): type is EventType {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK';
}

function isObject(object: unknown, type: EventType): boolean {
  const { metadata } = (object ?? {}) as { metadata?: { resourceVersion?: unknown; name?: unknown } | null };
  const named = type === 'BOOKMARK' || typeof metadata?.name === 'string';
  return named && typeof metadata?.resourceVersion === 'string';
}

function understood(error: unknown, where: string): unknown {
  return error instanceof JsonLineError
    ? new ApiUnreachableError(where, error.message, { cause: error })
    : error;
}
