/**
 * The local copy of a collection: objects by key, optional indices, and the differences that each update makes. It
 * knows objects by uid: one that was deleted and created again under its name is gone and new, not changed.
 */
import { type KubeObject, keyOf } from './kube-object.ts';
import { isNotNewer } from './resource-version.ts';

/** A difference. */
export type Change<T> =
  | { readonly type: 'added'; readonly key: string; readonly object: T }
  | { readonly type: 'updated'; readonly key: string; readonly object: T; readonly previous: T }
  | { readonly type: 'deleted'; readonly key: string; readonly object: T };

/** The values under which an index finds an object: none, one or several. */
export type Indexer<T> = (object: T) => readonly string[];

/** What readers see of a store. Objects are shared: they must not be changed. */
export interface ReadonlyStore<T> {
  readonly size: number;
  /** By `namespace/name`, or `name` of a cluster-scoped object. */
  get(key: string): T | undefined;
  values(): IterableIterator<T>;
  /** The objects that index `name` finds under `value`, in no particular order. */
  byIndex(name: string, value: string): readonly T[];
}

/** So many deleted objects are remembered, so that an event that arrives twice or late revives none of them. */
const tombstones = 1_024;

/** A store that one reflector writes. */
export class ObjectStore<T extends KubeObject> implements ReadonlyStore<T> {
  readonly #indexers: ReadonlyMap<string, Indexer<T>>;
  #objects = new Map<string, T>();
  /** Index name → value → keys. */
  readonly #indices = new Map<string, Map<string, Set<string>>>();
  /** uids, oldest first. */
  readonly #deleted = new Set<string>();

  constructor(indexers: Readonly<Record<string, Indexer<T>>> = {}) {
    this.#indexers = new Map(Object.entries(indexers));
    this.#rebuildIndices();
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  byIndex(name: string, value: string): readonly T[] {
    const keys = this.#indices.get(name)?.get(value) ?? [];
    return [...keys].flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Takes an ADDED or MODIFIED object. What is not newer than the copy, or dead already, changes nothing. */
  put(object: T): readonly Change<T>[] {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    if (this.#isStale(object, previous)) {
      return [];
    }
    this.#unindex(key, previous);
    this.#objects.set(key, object);
    this.#index(key, object);
    if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
      this.#bury(previous);
    }
    return difference(key, previous, object);
  }

  /** Takes a DELETED object. */
  remove(object: T): readonly Change<T>[] {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    this.#bury(object);
    if (previous === undefined || previous.metadata.uid !== object.metadata.uid) {
      return [];
    }
    this.#unindex(key, previous);
    this.#objects.delete(key);
    return [{ type: 'deleted', key, object }];
  }

  /**
   * Takes a whole collection. The store is complete and swapped when this returns, so whoever is told of the
   * differences afterwards sees the new world, never a mixture.
   */
  replace(objects: readonly T[]): readonly Change<T>[] {
    const before = this.#objects;
    this.#deleted.clear();
    const after = new Map(objects.map((object) => [keyOf(object), object]));
    this.#objects = after;
    this.#rebuildIndices();

    const changes: Change<T>[] = [];
    for (const [key, object] of before) {
      if (!after.has(key)) {
        this.#bury(object);
        changes.push({ type: 'deleted', key, object });
      }
    }
    for (const [key, object] of after) {
      const previous = before.get(key);
      if (
        previous?.metadata.resourceVersion !== object.metadata.resourceVersion ||
        !sameObject(previous, object)
      ) {
        changes.push(...difference(key, previous, object));
      }
    }
    return changes;
  }

  #isStale(object: T, previous: T | undefined): boolean {
    const { uid, resourceVersion } = object.metadata;
    if (uid !== undefined && this.#deleted.has(uid)) {
      return true;
    }
    return sameObject(previous, object) && isNotNewer(resourceVersion, previous?.metadata.resourceVersion);
  }

  #bury({ metadata: { uid } }: T): void {
    if (uid === undefined) {
      return;
    }
    this.#deleted.add(uid);
    const [oldest] = this.#deleted;
    if (this.#deleted.size > tombstones && oldest !== undefined) {
      this.#deleted.delete(oldest);
    }
  }

  #rebuildIndices(): void {
    for (const name of this.#indexers.keys()) {
      this.#indices.set(name, new Map());
    }
    for (const [key, object] of this.#objects) {
      this.#index(key, object);
    }
  }

  #index(key: string, object: T): void {
    for (const [name, indexer] of this.#indexers) {
      const index = this.#indices.get(name);
      for (const value of indexer(object)) {
        const keys = index?.get(value) ?? new Set();
        keys.add(key);
        index?.set(value, keys);
      }
    }
  }

  #unindex(key: string, object: T | undefined): void {
    if (object === undefined) {
      return;
    }
    for (const [name, indexer] of this.#indexers) {
      const index = this.#indices.get(name);
      for (const value of indexer(object)) {
        const keys = index?.get(value);
        keys?.delete(key);
        if (keys?.size === 0) {
          index?.delete(value);
        }
      }
    }
  }
}

function sameObject(previous: KubeObject | undefined, object: KubeObject): boolean {
  return previous !== undefined && previous.metadata.uid === object.metadata.uid;
}

function difference<T extends KubeObject>(key: string, previous: T | undefined, object: T): Change<T>[] {
  if (previous === undefined) {
    return [{ type: 'added', key, object }];
  }
  if (sameObject(previous, object)) {
    return [{ type: 'updated', key, object, previous }];
  }
  return [
    { type: 'deleted', key, object: previous },
    { type: 'added', key, object },
  ];
}
