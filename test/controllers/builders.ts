/** Stand-ins for what the controllers work with. */
import type { Caches } from '../../src/controllers/caches.ts';
import type { Enqueue } from '../../src/controllers/context.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { ObjectStore } from '../../src/kube/object-store.ts';
import type { Change, Indexer } from '../../src/kube/object-store.ts';

/** A cache that the test fills. Like a reflector, it tells of a change once its store holds it. */
class FilledCache<T extends KubeObject> {
  readonly store: ObjectStore<T>;
  readonly #handlers: ((change: Change<T>) => void)[] = [];

  constructor(indexers: Readonly<Record<string, Indexer<T>>> = {}) {
    this.store = new ObjectStore<T>(indexers);
  }

  onChange(handler: (change: Change<T>) => void): void {
    this.#handlers.push(handler);
  }

  put(object: T): void {
    this.#tell(this.store.put(object));
  }

  remove(object: T): void {
    this.#tell(this.store.remove(object));
  }

  #tell(changes: readonly Change<T>[]): void {
    for (const change of changes) for (const handler of this.#handlers) handler(change);
  }
}

type Loose = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

const byNamespace = { namespace: ({ metadata }: Loose) => [metadata.namespace ?? ''] };

/** All caches of the controllers, empty. */
export class FilledCaches {
  readonly pods = new FilledCache<Loose>(byNamespace);
  readonly nodes = new FilledCache<Loose>();
  readonly policies = new FilledCache<Loose>(byNamespace);
  readonly nodeConfigs = new FilledCache<Loose>();
  readonly profiles = new FilledCache<Loose>(byNamespace);
  readonly simulatedNodes = new FilledCache<Loose>();

  get asCaches(): Caches {
    return this as unknown as Caches;
  }
}

/** Collects the keys that a controller is woken for. */
export class WokenKeys {
  #keys = new Set<string>();
  /** By key, the time before which it need not come. */
  readonly afterMs = new Map<string, number>();

  readonly enqueue: Enqueue = (key, afterMs = 0) => {
    this.#keys.add(key);
    this.afterMs.set(key, afterMs);
  };

  /** The keys since the last call, sorted. */
  take(): readonly string[] {
    const keys = [...this.#keys].toSorted();
    this.#keys = new Set();
    return keys;
  }
}
