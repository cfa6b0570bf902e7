import type { V1Node } from '@kubernetes/client-node';

import { annotations, apiVersion, labels } from '../api/names.ts';
import type { SimulatedNode } from '../api/simulated-node.ts';

/** A label's value is shorter than the longest name of a node. */
const MAX_LABEL_VALUE = 63;

/** The object that stands for a node's simulation: named like the node and owned by it. Without status. */
export function simulatedNodeObject({ metadata }: V1Node): SimulatedNode {
  const name = metadata?.name ?? '';
  const uid = metadata?.uid;
  return {
    apiVersion,
    kind: 'SimulatedNode',
    metadata: {
      name,
      labels: {
        [labels.managedBy]: 'numasim',
        ...(name.length <= MAX_LABEL_VALUE ? { [labels.node]: name } : {}),
      },
      annotations: { [annotations.simulated]: 'true' },
      ...(uid === undefined
        ? {}
        : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid, controller: true }] }),
    },
  };
}
