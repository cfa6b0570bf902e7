import type { KubeObject } from '../kube/kube-object.ts';
import type { Change } from '../kube/object-store.ts';

/**
 * Whether an object of ours came, went, or asks for something else now. A change of its status alone is no news to
 * anyone but its own controller: waking others for it would make statuses chase each other.
 */
export function isSpecChange(change: Change<KubeObject & { readonly spec?: unknown }>): boolean {
  if (change.type !== 'updated') return true;
  return change.object.metadata.generation !== change.previous.metadata.generation;
}

/** The object of a change, and what it was before. */
export function bothOf<T>(change: Change<T>): readonly T[] {
  return change.type === 'updated' ? [change.object, change.previous] : [change.object];
}
