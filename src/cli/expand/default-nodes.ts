/** The Kubernetes nodes of a simulation: those in the manifests, or made up. */
import type { V1Node, V1Pod } from '@kubernetes/client-node';

import { derivedUid } from './derived-ids.ts';

/** What a node has whose capacity is not given: a small two-socket server. */
export const defaultCapacity: Readonly<Record<'cpu' | 'memory' | 'pods', string>> = {
  cpu: '16',
  memory: '64Gi',
  pods: '110',
};

/**
 * `count` nodes. Names that pods ask for (`spec.nodeName`) come first, even if they are more than `count`: manifests
 * exported from a cluster then need no Node objects. The others are `node-0`, `node-1`, ….
 */
export function generatedNodes(count: number, pods: readonly V1Pod[]): readonly V1Node[] {
  const names = new Set(pods.flatMap(({ spec }) => (spec?.nodeName ? [spec.nodeName] : [])));
  for (let index = 0; names.size < count; index++) names.add(`node-${index}`);
  return [...names].map((name) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: derivedUid('Node', undefined, name),
      labels: { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' },
    },
    status: { capacity: defaultCapacity, allocatable: defaultCapacity },
  }));
}

/** The node with a uid, its name as a label, and a capacity: the default one where it says nothing. */
export function completedNode(node: V1Node): V1Node {
  const name = node.metadata?.name ?? '';
  const { capacity, allocatable } = node.status ?? {};
  return {
    ...node,
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      uid: derivedUid('Node', undefined, name),
      ...node.metadata,
      labels: { 'kubernetes.io/hostname': name, ...node.metadata?.labels },
    },
    status: {
      ...node.status,
      capacity: texts({ ...defaultCapacity, ...allocatable, ...capacity }),
      allocatable: texts({ ...defaultCapacity, ...capacity, ...allocatable }),
    },
  };
}

/** YAML may give plain numbers where the API has text. */
function texts(quantities: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(quantities).map(([name, value]) => [name, String(value)]));
}
