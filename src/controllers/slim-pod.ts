import type { V1Container, V1Pod } from '@kubernetes/client-node';

import { withoutBookkeeping } from '../kube/without-bookkeeping.ts';
import type { StoredPod } from './caches.ts';

/**
 * Keeps of a pod what the mapping to cgroups reads. A cluster's pods are most of what the operator holds in memory, and
 * their environments, volumes and probes most of a pod.
 */
export function slimPod(pod: StoredPod): StoredPod {
  const { spec, status, ...rest } = withoutBookkeeping(pod);
  if (!spec) return pod;
  const { nodeName, overhead, resources, runtimeClassName, initContainers, ephemeralContainers } = spec;
  return {
    ...rest,
    spec: {
      ...given({ nodeName, overhead, resources, runtimeClassName }),
      containers: spec.containers.map(slimContainer),
      ...(initContainers ? { initContainers: initContainers.map(slimContainer) } : {}),
      ...(ephemeralContainers
        ? { ephemeralContainers: ephemeralContainers.map(({ name }) => ({ name })) }
        : {}),
    },
    ...(status ? { status: slimStatus(status) } : {}),
  };
}

function slimContainer({ name, resources, restartPolicy }: V1Container): V1Container {
  return { name, ...given({ resources, restartPolicy }) };
}

function slimStatus(status: NonNullable<V1Pod['status']>): NonNullable<V1Pod['status']> {
  const { phase, containerStatuses, initContainerStatuses, ephemeralContainerStatuses, resources } = status;
  return given({ phase, containerStatuses, initContainerStatuses, ephemeralContainerStatuses, resources });
}

/** Leaves out the fields that are undefined. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
