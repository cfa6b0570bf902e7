/**
 * The verbs of one resource: list, get, create, apply, delete, watch. Thin: a path, a query and a type each.
 */
import { apiVersionOf, resourcePath, type ResourceType } from './resource-type.ts';
import type { KubeObject } from './kube-object.ts';
import type { Transport } from './transport.ts';

/** The owner of the fields that numasim applies (server-side apply). */
export const fieldManager = 'numasim';

/** One page of a list. */
export interface ObjectList<T> {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: T[];
}

/** What limits a list or watch. */
export interface Selection {
  /** All namespaces without it. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** Parameters of one page of a list. */
export interface ListOptions extends Selection {
  /** Most objects per page. */
  readonly limit?: number | undefined;
  /** The token of the page before. */
  readonly continue?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Parameters of a watch. */
export interface WatchOptions extends Selection {
  /** Events after this version. */
  readonly resourceVersion: string;
  /** The server ends the watch after this time, seconds. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Which object. */
export interface ObjectName {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** What to send in a server-side apply. */
export interface ApplyOptions {
  /** `status` writes only the status, through its own subresource. */
  readonly subresource?: 'status' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an applied object must have; everything else in it becomes ours. */
export type Applied = KubeObject & { readonly apiVersion: string; readonly kind: string };

/** Reads and writes objects of one resource. Every method throws ApiError or ApiUnreachableError. */
export class ResourceClient<T extends KubeObject> {
  readonly type: ResourceType;
  readonly #transport: Transport;

  constructor(transport: Transport, type: ResourceType) {
    this.#transport = transport;
    this.type = type;
  }

  /** One page. Objects of a list have no kind of their own: it is filled in. */
  async list(options: ListOptions = {}): Promise<ObjectList<T>> {
    const { namespace, signal, labelSelector, fieldSelector, limit } = options;
    const page = (await this.#transport.request({
      method: 'GET',
      path: resourcePath(this.type, { namespace }),
      query: { labelSelector, fieldSelector, limit, continue: options.continue },
      signal,
    })) as { metadata: ObjectList<T>['metadata']; items: T[] | null };
    const kind = { apiVersion: apiVersionOf(this.type), kind: this.type.kind };
    // An empty list of some servers is null.
    const items = page.items ?? [];
    for (const item of items) {
      Object.assign(item, kind);
    }
    return { metadata: page.metadata, items };
  }

  async get({ name, namespace }: ObjectName, signal?: AbortSignal): Promise<T> {
    const path = resourcePath(this.type, { namespace, name });
    return (await this.#transport.request({ method: 'GET', path, signal })) as T;
  }

  async create(object: Applied, signal?: AbortSignal): Promise<T> {
    const path = resourcePath(this.type, { namespace: object.metadata.namespace });
    return (await this.#transport.request({ method: 'POST', path, body: object, signal })) as T;
  }

  /**
   * Server-side apply with force: creates the object or makes the given fields ours; fields we applied before and
   * that are missing now are removed. The whole object must be given, not a difference.
   */
  async apply(object: Applied, { subresource, signal }: ApplyOptions = {}): Promise<T> {
    const { name, namespace } = object.metadata;
    return (await this.#transport.request({
      method: 'PATCH',
      path: resourcePath(this.type, { namespace, name, subresource }),
      query: { fieldManager, force: true },
      contentType: 'application/apply-patch+yaml',
      body: object,
      idempotent: true,
      signal,
    })) as T;
  }

  /** Changes fields by JSON merge patch (RFC 7396); null removes one. */
  async mergePatch({ name, namespace }: ObjectName, patch: unknown, signal?: AbortSignal): Promise<T> {
    return (await this.#transport.request({
      method: 'PATCH',
      path: resourcePath(this.type, { namespace, name }),
      query: { fieldManager },
      contentType: 'application/merge-patch+json',
      body: patch,
      signal,
    })) as T;
  }

  /** Deletes the object; with `uid`, only if it is still that one. Dependents go in the background. */
  async delete({ name, namespace }: ObjectName, uid?: string, signal?: AbortSignal): Promise<void> {
    await this.#transport.request({
      method: 'DELETE',
      path: resourcePath(this.type, { namespace, name }),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        ...(uid === undefined ? {} : { preconditions: { uid } }),
      },
      signal,
    });
  }

  /** The bytes of a watch, bookmarks included. */
  async watch(options: WatchOptions): Promise<AsyncIterable<Buffer>> {
    const { namespace, signal, labelSelector, fieldSelector, resourceVersion, timeoutSeconds } = options;
    return await this.#transport.stream({
      method: 'GET',
      path: resourcePath(this.type, { namespace }),
      query: {
        watch: true,
        allowWatchBookmarks: true,
        labelSelector,
        fieldSelector,
        resourceVersion,
        timeoutSeconds,
      },
      signal,
    });
  }
}
