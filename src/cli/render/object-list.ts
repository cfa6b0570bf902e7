/** The result as one `v1` `List`, as `kubectl get numasim -A -o yaml` would print it from a cluster. */
import { stringify } from 'yaml';

import type { NumasimObject } from '../../api/kinds.ts';
import type { SimulatedNode } from '../../api/simulated-node.ts';
import type { SimulatedObjects } from '../../fleet/simulate.ts';
import { derivedUid } from '../expand/derived-ids.ts';

/** A `List` of apiVersion `v1`. */
export interface ObjectList {
  readonly apiVersion: 'v1';
  readonly items: readonly NumasimObject[];
  readonly kind: 'List';
  readonly metadata: { readonly resourceVersion: '' };
}

/** All objects of our kinds, by kind, namespace and name. `time`: when the simulated nodes count as created. */
export function objectList(result: SimulatedObjects, time: string): ObjectList {
  const objects: readonly NumasimObject[] = [
    ...result.policies,
    ...result.nodeConfigs,
    ...result.profiles,
    ...result.simulatedNodes.map((node) => created(node, time)),
  ];
  return {
    apiVersion: 'v1',
    items: objects.toSorted((a, b) => compare(sortKey(a), sortKey(b))),
    kind: 'List',
    metadata: { resourceVersion: '' },
  };
}

/** The list as text that ends with a newline. */
export function formatList(list: ObjectList, format: 'json' | 'yaml'): string {
  if (format === 'json') return `${JSON.stringify(list, null, 2)}\n`;
  // Readers of YAML 1.1 take a bare time, `on` or `1_0` for something else than text.
  return stringify(list, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' });
}

/** With the metadata that an API server adds. */
function created(node: SimulatedNode, time: string): SimulatedNode {
  const { name = '' } = node.metadata;
  const uid = derivedUid('SimulatedNode', undefined, name);
  const creationTimestamp = time as unknown as Date;
  return { ...node, metadata: { ...node.metadata, uid, generation: 1, creationTimestamp } };
}

function sortKey({ kind, metadata }: NumasimObject): readonly string[] {
  return [kind, metadata.namespace ?? '', metadata.name ?? ''];
}

function compare(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((text, at) => text !== b[at]);
  if (index === -1) return 0;
  return (a[index] ?? '') < (b[index] ?? '') ? -1 : 1;
}
