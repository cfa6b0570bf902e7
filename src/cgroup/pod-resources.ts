/**
 * What a pod needs as a whole: containers, init containers, sidecars, pod-level resources and overhead put together as
 * Kubernetes does for scheduling and for the pod's cgroup.
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/753-sidecar-containers
 */
import type { V1Pod } from '@kubernetes/client-node';

import { amounts, greatest, overlay, sum } from './amounts.ts';
import type { Amounts } from './amounts.ts';
import { podContainers, podLabel } from './pod-containers.ts';
import type { PodContainer } from './pod-containers.ts';
import { containerResources, podLevelResources } from './resources-in-force.ts';

const none: Amounts = new Map();

/** The pod's requests, overhead included. */
export function podRequests(pod: V1Pod): Amounts {
  const containers = aggregate(pod, (container) => containerResources(pod, container).requests);
  const podLevel = podLevelResources(pod);
  if (podLevel === undefined) return sum(containers, overheadOf(pod));
  // Defaulting: a pod-level limit alone is a request, unless containers ask for that resource themselves.
  const defaulted = new Map([...podLevel.limits].filter(([name]) => !containers.has(name)));
  const requests = overlay(overlay(containers, defaulted), podLevel.requests);
  return sum(requests, overheadOf(pod));
}

/** The pod's limits; overhead is added to those there are. Says nothing about containers without one. */
export function podLimits(pod: V1Pod): Amounts {
  const containers = aggregate(pod, (container) => containerResources(pod, container).limits);
  const limits = overlay(containers, podLevelResources(pod)?.limits ?? none);
  const overhead = overheadOf(pod);
  return new Map(
    [...limits].map(([name, value]) => [name, value === 0 ? 0 : value + (overhead.get(name) ?? 0)]),
  );
}

/** Whether the pod's limit for a resource binds: every container has one, or the pod itself has. */
export function isLimitDeclared(pod: V1Pod, resource: 'cpu' | 'memory'): boolean {
  if ((podLevelResources(pod)?.limits.get(resource) ?? 0) !== 0) return true;
  return podContainers(pod)
    .filter(({ kind }) => kind !== 'Ephemeral')
    .every((container) => (containerResources(pod, container).limits.get(resource) ?? 0) !== 0);
}

/**
 * The greatest need at any time of the pod's life: while init container i runs, that is its own need and that of the
 * sidecars before it; afterwards all sidecars and regular containers together.
 */
function aggregate(pod: V1Pod, needOf: (container: PodContainer) => Amounts): Amounts {
  let running: Amounts = none;
  let sidecars: Amounts = none;
  let initPeak: Amounts = none;
  for (const container of podContainers(pod)) {
    const need = needOf(container);
    if (container.kind === 'Regular') running = sum(running, need);
    if (container.kind === 'Sidecar') sidecars = sum(sidecars, need);
    if (container.kind === 'Init') initPeak = greatest(initPeak, sum(sidecars, need));
  }
  return greatest(sum(running, sidecars), initPeak);
}

function overheadOf(pod: V1Pod): Amounts {
  return amounts(pod.spec?.overhead, `${podLabel(pod)}: spec.overhead`);
}
