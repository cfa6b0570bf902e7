/**
 * Which containers the static CPU manager gives CPUs of their own. Such a container, and its pod, have no CPU quota: they
 * could not use more than their CPUs anyway.
 */
import type { V1Pod } from '@kubernetes/client-node';

import type { KubeletSettings } from './config.ts';
import { podContainers } from './pod-containers.ts';
import type { PodContainer } from './pod-containers.ts';
import { qosClass } from './qos-class.ts';
import { containerResources, podLevelResources } from './resources-in-force.ts';

/** Whether this container has CPUs of its own: Guaranteed, a whole number of CPUs, no pod-level resources. */
export function hasExclusiveCpus(pod: V1Pod, container: PodContainer, kubelet: KubeletSettings): boolean {
  if (kubelet.cpuManagerPolicy !== 'Static' || container.kind === 'Ephemeral') return false;
  if (qosClass(pod) !== 'Guaranteed' || podLevelResources(pod) !== undefined) return false;
  const millis = containerResources(pod, container).requests.get('cpu') ?? 0;
  return millis >= 1000 && millis % 1000 === 0;
}

/** Whether any container of the pod has. */
export function podHasExclusiveCpus(pod: V1Pod, kubelet: KubeletSettings): boolean {
  return podContainers(pod).some((container) => hasExclusiveCpus(pod, container, kubelet));
}
