/**
 * Requests and limits that are in force now. An in-place resize changes the spec at once, the cgroups when the kubelet
 * has room for it: the status says what is in force, where there is one.
 */
import type { V1Pod, V1ResourceRequirements } from '@kubernetes/client-node';

import { amounts } from './amounts.ts';
import type { Amounts } from './amounts.ts';
import { isHugePage } from './huge-pages.ts';
import { podLabel } from './pod-containers.ts';
import type { PodContainer } from './pod-containers.ts';

/** Amounts as Kubernetes has them after defaulting: a limit without a request is a request too. */
export interface Resources {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** One container's own resources. */
export function containerResources(pod: V1Pod, container: PodContainer): Resources {
  const where = podLabel(pod);
  const reported = container.status?.resources;
  if (reported?.requests !== undefined || reported?.limits !== undefined) {
    return read(reported, `${where}: status of ${container.spec.name}.resources`);
  }
  return read(container.spec.resources, `${where}: ${container.field}.resources`);
}

/**
 * The resources of the pod as a whole (`spec.resources`), only CPU, memory and huge pages; undefined if there are none.
 * While a resize waits for room (`PodResizePending`), the ones before it, without the overhead the status includes.
 * Requests may lack a resource that has a limit: see `podRequests`.
 */
export function podLevelResources(pod: V1Pod): Resources | undefined {
  const resources = pod.spec?.resources;
  if (resources === undefined) return undefined;
  const where = podLabel(pod);
  const wanted = {
    requests: supported(amounts(resources.requests, `${where}: spec.resources.requests`)),
    limits: supported(amounts(resources.limits, `${where}: spec.resources.limits`)),
  };
  if (wanted.requests.size + wanted.limits.size === 0) return undefined;
  return isResizePending(pod) ? beforeResize(pod, wanted) : wanted;
}

function beforeResize(pod: V1Pod, wanted: Resources): Resources {
  const where = podLabel(pod);
  const overhead = amounts(pod.spec?.overhead, `${where}: spec.overhead`);
  const allocated = amounts(pod.status?.allocatedResources, `${where}: status.allocatedResources`);
  const actual = amounts(pod.status?.resources?.limits, `${where}: status.resources.limits`);
  return {
    requests: inForce(wanted.requests, allocated, overhead),
    limits: inForce(wanted.limits, actual, overhead),
  };
}

function inForce(wanted: Amounts, reported: Amounts, overhead: Amounts): Amounts {
  return new Map(
    [...wanted].map(([name, value]) => {
      const known = reported.get(name);
      return [name, known === undefined ? value : known - (overhead.get(name) ?? 0)];
    }),
  );
}

function read(resources: V1ResourceRequirements | undefined, where: string): Resources {
  const limits = amounts(resources?.limits, `${where}.limits`);
  const requests = amounts(resources?.requests, `${where}.requests`);
  return { limits, requests: new Map([...limits, ...requests]) };
}

function supported(list: Amounts): Amounts {
  return new Map([...list].filter(([name]) => name === 'cpu' || name === 'memory' || isHugePage(name)));
}

function isResizePending(pod: V1Pod): boolean {
  const conditions = pod.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'PodResizePending' && status === 'True');
}
