/** A pod as a controller makes it from its template. */
import type { V1OwnerReference, V1Pod, V1PodTemplateSpec } from '@kubernetes/client-node';

import { derivedUid } from './derived-ids.ts';

/** What a controller adds to the template. */
export interface TemplatePod {
  readonly name: string;
  readonly namespace: string;
  readonly owner: Owner;
  readonly labels: Readonly<Record<string, string>>;
}

/** The controller's object. */
export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** The pod, without node and status. */
export function templatePod(template: V1PodTemplateSpec, made: TemplatePod): V1Pod {
  const { name, namespace, owner, labels } = made;
  const { annotations } = template.metadata ?? {};
  const reference: V1OwnerReference = { ...owner, controller: true, blockOwnerDeletion: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: derivedUid('Pod', namespace, name),
      labels: { ...template.metadata?.labels, ...labels },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [reference],
    },
    ...(template.spec === undefined ? {} : { spec: template.spec }),
  };
}
