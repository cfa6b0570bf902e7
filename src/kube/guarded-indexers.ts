/**
 * Indexers that find nothing where they would throw, so that an odd object cannot leave a store half-changed.
 */
import { type KubeObject, keyOf } from './kube-object.ts';
import { describeError, type Logger } from './logger.ts';
import type { Indexer } from './object-store.ts';

/** The same indexers, each with its failures logged instead of thrown. */
export function guardedIndexers<T extends KubeObject>(
  indexers: Readonly<Record<string, Indexer<T>>>,
  logger: Logger,
): Record<string, Indexer<T>> {
  const guarded: Record<string, Indexer<T>> = {};
  for (const [index, indexer] of Object.entries(indexers)) {
    guarded[index] = (object) => {
      try {
        return indexer(object);
      } catch (error) {
        logger.error('indexing an object failed', {
          index,
          key: keyOf(object),
          error: describeError(error),
        });
        return [];
      }
    };
  }
  return guarded;
}
