import type { V1ObjectMeta } from '@kubernetes/client-node';

interface Named {
  readonly metadata: V1ObjectMeta;
}

/** The older object first; of one age, by name (design §3). Objects from files have no age. */
export function byAge(a: Named, b: Named): number {
  return createdAt(a) - createdAt(b) || compareText(a.metadata.name ?? '', b.metadata.name ?? '');
}

/** Higher priority first, then the older, then by name. */
export function byPriority(
  a: Named & { readonly spec: { readonly priority: number } },
  b: Named & { readonly spec: { readonly priority: number } },
): number {
  return b.spec.priority - a.spec.priority || byAge(a, b);
}

/** Whether two are one object: a status is made from a copy that carries the previous status. */
export function isSame(one: Named | undefined, other: Named): boolean {
  return one?.metadata.name === other.metadata.name && one?.metadata.namespace === other.metadata.namespace;
}

/** Ascending by code units: the same order in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** JSON carries the time as text, client-node's types as a Date. */
function createdAt({ metadata }: Named): number {
  const created = metadata.creationTimestamp as Date | string | null | undefined;
  return created === undefined || created === null ? 0 : new Date(created).getTime();
}
