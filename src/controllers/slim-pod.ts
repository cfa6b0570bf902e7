import type { V1Container, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

import { withoutBookkeeping } from '../kube/without-bookkeeping.ts';
import type { StoredPod } from './caches.ts';

/** What a kubelet writes on the mirror of a static pod. */
const CONFIG_ANNOTATIONS = 'kubernetes.io/config.';

/**
 * Keeps of a pod what the mapping to cgroups reads. A cluster's pods are most of what the operator holds in memory, and
 * their environments, volumes and probes most of a pod.
 */
export function slimPod(pod: StoredPod): StoredPod {
  const { spec, status } = pod;
  return {
    metadata: slimMetadata(pod),
    ...(spec ? { spec: slimSpec(spec) } : {}),
    ...(status ? { status: slimStatus(status) } : {}),
  };
}

/** Of the managed fields, those of in-place resizes: they alone say that one took place. */
function slimMetadata(pod: StoredPod): StoredPod['metadata'] {
  const { annotations, ...rest } = withoutBookkeeping(pod).metadata;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => name.startsWith(CONFIG_ANNOTATIONS));
  const resizes = (pod.metadata.managedFields ?? []).filter(
    (entry) => (entry as { readonly subresource?: string }).subresource === 'resize',
  );
  return {
    ...rest,
    ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}),
    ...(resizes.length > 0 ? { managedFields: resizes } : {}),
  };
}

function slimSpec(spec: NonNullable<V1Pod['spec']>): NonNullable<V1Pod['spec']> {
  const { nodeName, overhead, resources, runtimeClassName, initContainers, ephemeralContainers } = spec;
  return {
    ...given({ nodeName, overhead, resources, runtimeClassName }),
    containers: spec.containers.map(slimContainer),
    ...(initContainers ? { initContainers: initContainers.map(slimContainer) } : {}),
    ...(ephemeralContainers
      ? { ephemeralContainers: ephemeralContainers.map(({ name }) => ({ name })) }
      : {}),
  };
}

function slimContainer({ name, resources, restartPolicy }: V1Container): V1Container {
  return { name, ...given({ resources, restartPolicy }) };
}

function slimStatus(status: NonNullable<V1Pod['status']>): NonNullable<V1Pod['status']> {
  const { phase, qosClass, resources, allocatedResources } = status;
  const containerStatuses = status.containerStatuses?.map(slimContainerStatus);
  const initContainerStatuses = status.initContainerStatuses?.map(slimContainerStatus);
  const ephemeralContainerStatuses = status.ephemeralContainerStatuses?.map(slimContainerStatus);
  const resizes = status.conditions?.filter(({ type }) => type.startsWith('PodResize'));
  return given({
    phase,
    qosClass,
    resources,
    allocatedResources,
    containerStatuses,
    initContainerStatuses,
    ephemeralContainerStatuses,
    conditions: resizes?.length === 0 ? undefined : resizes,
  });
}

/** Images and earlier states are not read; their fields are required by the type. */
function slimContainerStatus(status: V1ContainerStatus): V1ContainerStatus {
  const { name, ready, restartCount, containerID, resources, state } = status;
  return { name, ready, restartCount, image: '', imageID: '', ...given({ containerID, resources, state }) };
}

/** Leaves out the fields that are undefined. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
