/**
 * Removes what the API server and kubectl note about an object and no controller reads: often half of its size.
 */
import type { KubeObject, ObjectMeta } from './kube-object.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object without `managedFields` and kubectl's last-applied annotation. The argument stays as it is. */
export function withoutBookkeeping<T extends KubeObject>(object: T): T {
  const { annotations } = object.metadata;
  const metadata: { -readonly [Field in keyof ObjectMeta]: ObjectMeta[Field] } = { ...object.metadata };
  delete metadata.managedFields;
  if (annotations !== undefined && lastApplied in annotations) {
    const kept = Object.entries(annotations).filter(([name]) => name !== lastApplied);
    metadata.annotations = Object.fromEntries(kept);
  }
  return { ...object, metadata };
}
