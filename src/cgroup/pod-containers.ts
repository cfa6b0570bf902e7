/** The containers of a pod with their kinds and statuses, in the order the kubelet starts them. */
import type { V1Container, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** `Sidecar`: an init container with `restartPolicy: Always`, which runs as long as the pod. */
export type ContainerKind = 'Init' | 'Sidecar' | 'Regular' | 'Ephemeral';

/** A container of a pod, as specified and as last reported. */
export interface PodContainer {
  readonly kind: ContainerKind;
  readonly spec: Pick<V1Container, 'name' | 'resources'>;
  readonly status: V1ContainerStatus | undefined;
  /** Where it stands in the pod, for messages: `spec.containers[0]`. */
  readonly field: string;
}

/** All containers: init containers and sidecars first, then the regular ones, then ephemeral ones. */
export function podContainers(pod: V1Pod): readonly PodContainer[] {
  const { spec, status } = pod;
  return [
    ...(spec?.initContainers ?? []).map((container, index) => ({
      kind: container.restartPolicy === 'Always' ? ('Sidecar' as const) : ('Init' as const),
      spec: container,
      status: statusOf(container.name, status?.initContainerStatuses),
      field: `spec.initContainers[${index}]`,
    })),
    ...(spec?.containers ?? []).map((container, index) => ({
      kind: 'Regular' as const,
      spec: container,
      status: statusOf(container.name, status?.containerStatuses),
      field: `spec.containers[${index}]`,
    })),
    ...(spec?.ephemeralContainers ?? []).map((container, index) => ({
      kind: 'Ephemeral' as const,
      // The API refuses resources on ephemeral containers.
      spec: { name: container.name },
      status: statusOf(container.name, status?.ephemeralContainerStatuses),
      field: `spec.ephemeralContainers[${index}]`,
    })),
  ];
}

/** `Pod namespace/name`, for messages. */
export function podLabel(pod: V1Pod): string {
  return `Pod ${pod.metadata?.namespace ?? 'default'}/${pod.metadata?.name ?? ''}`;
}

function statusOf(
  name: string,
  statuses: readonly V1ContainerStatus[] | undefined,
): V1ContainerStatus | undefined {
  return statuses?.find((status) => status.name === name);
}
