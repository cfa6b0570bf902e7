/** A pod as the API server and a kubelet would report it while everything in it runs. */
import type {
  V1Container,
  V1ContainerStatus,
  V1Pod,
  V1PodSpec,
  V1PodStatus,
  V1ResourceRequirements,
} from '@kubernetes/client-node';

import { qosClass } from '../../cgroup/qos-class.ts';
import { derivedUid } from './derived-ids.ts';

/** The defaults of the API server that matter here: uid, restart policy, requests where there are only limits. */
export function defaultedPod(pod: V1Pod, time: string): V1Pod {
  const { name, namespace } = pod.metadata ?? {};
  const uid = derivedUid('Pod', namespace, name ?? '');
  return {
    ...pod,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { uid, creationTimestamp: asDate(time), ...pod.metadata },
    spec: defaultedSpec(pod.spec ?? { containers: [] }),
  };
}

/**
 * The pod with a status: the one it came with, or that of a pod whose containers all run (init containers done, sidecars
 * running) if it has a node, or Pending. `wasBound` says whether it came with its node: what a status says of a pod that
 * had none no longer holds once it has one.
 */
export function reportedPod(pod: V1Pod, wasBound: boolean, time: string): V1Pod {
  const given = pod.status;
  const hasNode = pod.spec?.nodeName !== undefined && pod.spec.nodeName !== '';
  if (!hasNode) return { ...pod, status: { phase: 'Pending', ...given } };
  const isCurrent = given?.phase !== undefined && (wasBound || given.phase !== 'Pending');
  if (!isCurrent) return { ...pod, status: runningStatus(pod, time) };
  // Written by hand: a kubelet never reports the phase without the containers.
  if (given.phase === 'Running') return { ...pod, status: { ...runningStatus(pod, time), ...given } };
  return pod;
}

function defaultedSpec(spec: V1PodSpec): V1PodSpec {
  const { initContainers } = spec;
  return {
    restartPolicy: 'Always',
    ...spec,
    containers: spec.containers.map(defaultedContainer),
    ...(initContainers === undefined ? {} : { initContainers: initContainers.map(defaultedContainer) }),
  };
}

function defaultedContainer(container: V1Container): V1Container {
  const { resources } = container;
  if (resources === undefined) return container;
  const limits = texts(resources.limits);
  const requests = { ...limits, ...texts(resources.requests) };
  const filled: V1ResourceRequirements = { ...resources };
  if (Object.keys(limits).length > 0) filled.limits = limits;
  if (Object.keys(requests).length > 0) filled.requests = requests;
  return { ...container, resources: filled };
}

/** YAML may give plain numbers where the API has text. */
function texts(quantities: Readonly<Record<string, string | number>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(quantities).map(([name, value]) => [name, String(value)]));
}

function runningStatus(pod: V1Pod, time: string): V1PodStatus {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const startedAt = asDate(time);
  const running = (container: V1Container): V1ContainerStatus => ({
    ...common(container),
    started: true,
    state: { running: { startedAt } },
  });
  const done = (container: V1Container): V1ContainerStatus => ({
    ...common(container),
    started: false,
    state: { terminated: { exitCode: 0, reason: 'Completed', startedAt, finishedAt: startedAt } },
  });
  const { status, ...withoutStatus } = pod;
  return {
    phase: 'Running',
    qosClass: qosClass(withoutStatus),
    startTime: startedAt,
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: startedAt,
    })),
    ...(initContainers.length === 0
      ? {}
      : {
          initContainerStatuses: initContainers.map((container) =>
            container.restartPolicy === 'Always' ? running(container) : done(container),
          ),
        }),
    containerStatuses: containers.map(running),
  };
}

function common({ name, image = '' }: V1Container): Omit<V1ContainerStatus, 'state'> {
  return { name, image, imageID: '', ready: true, restartCount: 0 };
}

/** The client's types say Date; JSON from files and from the API server has the text. */
function asDate(time: string): Date {
  return time as unknown as Date;
}
