import type { ManifestObjects } from './manifest-objects.ts';

interface Identified {
  readonly kind?: string | undefined;
  readonly metadata?: { readonly namespace?: string; readonly name?: string };
}

/** Objects of two inputs: what the second has too stands in the place of the first's, what it has besides follows. */
export function overlaid(base: ManifestObjects, over: ManifestObjects): ManifestObjects {
  return {
    nodes: replaced(base.nodes, over.nodes),
    pods: replaced(base.pods, over.pods),
    workloads: replaced(base.workloads, over.workloads),
    numasim: replaced(base.numasim, over.numasim),
    notes: [...base.notes, ...over.notes],
    errors: [...base.errors, ...over.errors],
  };
}

function replaced<Item extends Identified>(base: readonly Item[], over: readonly Item[]): readonly Item[] {
  const byKey = new Map([...base, ...over].map((item) => [keyOf(item), item]));
  return [...byKey.values()];
}

function keyOf({ kind = '', metadata = {} }: Identified): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
