/**
 * Server-side apply that writes only what is not there yet, and finds its way out of conflicts.
 */
import { isConflict } from './api-error.ts';
import type { KubeObject } from './kube-object.ts';
import { contains, saysTheSame } from './owned-fields.ts';
import type { Applied, ResourceClient } from './resource-client.ts';

/** What to write. */
export interface ApplyRequest<T> {
  /** All fields that are ours, none that is not. */
  readonly desired: Applied;
  /**
   * The object as the cache has it; undefined if it has none. With it, the write goes to that very object: if it was
   * deleted or replaced by another of the same name meanwhile, the apply fails with a conflict or not-found.
   */
  readonly cached: T | undefined;
  /**
   * Top-level fields that are wholly ours: there, what `desired` leaves out must be gone. Elsewhere the object may say
   * more than `desired`. For the subresource `status`, that is the status.
   */
  readonly exact?: readonly string[];
  /** `status`: compares and writes nothing but the status. */
  readonly subresource?: 'status';
  readonly signal?: AbortSignal;
}

/** What became of it. */
export interface ApplyOutcome<T> {
  /** Whether a write was needed. */
  readonly written: boolean;
  /** The object as it is now. */
  readonly object: T;
}

/** After so many conflicts the caller's view is too old: its next reconcile sees better. */
const mostAttempts = 3;

/**
 * Makes the object say what is desired.
 *
 * @throws ApiError if the server refuses, also after re-reading; ApiUnreachableError
 */
export async function applyIfChanged<T extends KubeObject>(
  client: ResourceClient<T>,
  request: ApplyRequest<T>,
): Promise<ApplyOutcome<T>> {
  const { cached, signal, subresource } = request;
  const body = bodyOf(request);
  let live = cached;
  for (let attempt = 1; ; attempt++) {
    if (live !== undefined && isThere(live, body, request)) {
      return { written: false, object: live };
    }
    try {
      return { written: true, object: await client.apply(body, { subresource, signal }) };
    } catch (error) {
      if (!isConflict(error) || attempt === mostAttempts) {
        throw error;
      }
      live = await client.get(body.metadata, signal);
      if (cached !== undefined && live.metadata.uid !== cached.metadata.uid) {
        throw error;
      }
    }
  }
}

function bodyOf<T extends KubeObject>({ desired, cached, subresource }: ApplyRequest<T>): Applied {
  const uid = cached?.metadata.uid;
  const identity = uid === undefined ? {} : { uid };
  if (subresource === undefined) {
    return { ...desired, metadata: { ...desired.metadata, ...identity } };
  }
  const { name, namespace } = desired.metadata;
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), ...identity };
  const { apiVersion, kind } = desired;
  const part = { [subresource]: fieldOf(desired, subresource) };
  return { apiVersion, kind, metadata, ...part };
}

function isThere<T extends KubeObject>(
  live: T,
  body: Applied,
  { subresource, exact }: ApplyRequest<T>,
): boolean {
  const exactFields = exact ?? (subresource === undefined ? [] : [subresource]);
  return (
    exactFields.every((field) => saysTheSame(fieldOf(live, field), fieldOf(body, field))) &&
    contains(live, body)
  );
}

function fieldOf(object: object, field: string): unknown {
  return (object as Readonly<Record<string, unknown>>)[field];
}
