/**
 * Reads a whole collection, page by page, as of one resourceVersion.
 *
 * The first page asks for no resourceVersion, so the answer is never older than what was written before the question.
 * `resourceVersion=0` would be served by any API server's cache, which may lag after a restart and lets the world go
 * back in time; it also ignores the page size. Current API servers answer the consistent question from their cache, too.
 */
import type { KubeObject } from './kube-object.ts';
import type { ObjectList, ResourceClient, Selection } from './resource-client.ts';

/** A collection at one moment. */
export interface Snapshot<T> {
  readonly items: readonly T[];
  /** The moment: a watch from here misses nothing. */
  readonly resourceVersion: string;
}

/** How to read it. */
export interface ListAllOptions<T> {
  readonly selection: Selection;
  /** Most objects per page. */
  readonly pageSize: number;
  /** What is kept of each object; applied page by page, so that the rest is garbage early. */
  readonly transform: (object: T) => T;
  readonly signal?: AbortSignal | undefined;
  /** Called after each page: the list is alive. */
  readonly onPage?: () => void;
}

/**
 * Lists everything.
 *
 * @throws ApiError, `isExpired` if the list took so long that the server forgot its moment
 */
export async function listAll<T extends KubeObject>(
  client: ResourceClient<T>,
  { selection, pageSize, transform, signal, onPage }: ListAllOptions<T>,
): Promise<Snapshot<T>> {
  const ask = async (token?: string): Promise<ObjectList<T>> =>
    await client.list({ ...selection, limit: pageSize, continue: token, signal });

  const items: T[] = [];
  let page = await ask();
  for (;;) {
    onPage?.();
    const token = page.metadata.continue;
    const done = token === undefined || token === '';
    // The server prepares the next page while we work on this one.
    const next = done ? undefined : ask(token);
    next?.catch(() => undefined);
    for (const item of page.items) {
      items.push(transform(item));
    }
    if (next === undefined) {
      return { items, resourceVersion: page.metadata.resourceVersion ?? '' };
    }
    page = await next;
  }
}
