/** The Pod object as the API had it at an observation: the manifest, the status, and nothing of the tree. */
import type { V1Pod } from '@kubernetes/client-node';

import { amounts } from '../../src/cgroup/amounts.ts';
import type { QuantityList } from '../../src/cgroup/amounts.ts';
import type {
  Observation,
  RecordedContainerStatus,
  RecordedManifest,
  RecordedPodStatus,
  Recording,
} from './record.ts';
import { runningIdAt } from './status-at.ts';

type RecordedPod = Recording['pods'][string];
type Json = Readonly<Record<string, unknown>>;

/** The pod of an observation, as JSON has it (times are text). `key` is `namespace/name`. */
export function podAt(key: string, recorded: RecordedPod, observation: Observation): V1Pod {
  const { status } = observation;
  const { manifest } = recorded;
  const [namespace, name] = key.split('/');
  const pod = {
    metadata: {
      namespace,
      name,
      uid: status.uid,
      annotations: status.annotations ?? undefined,
      managedFields: managedFields(recorded, observation),
    },
    spec: {
      // Every pod of a recording is on its one node.
      nodeName: 'node',
      containers: containers(manifest.spec.containers, status),
      initContainers: containers(manifest.spec.initContainers ?? [], status),
      ephemeralContainers: ofKind(status, 'ephemeralContainerStatuses').map((container) => ({
        name: container.name,
      })),
      runtimeClassName: manifest.spec.runtimeClassName ?? undefined,
      overhead: status.overhead ?? undefined,
      resources: status.effectiveSpecResources.pod,
    },
    status: podStatus(observation),
  };
  return pod as unknown as V1Pod;
}

function podStatus({ status, at }: Observation): Json {
  const statuses = (kind: RecordedContainerStatus['kind']): readonly Json[] =>
    ofKind(status, kind).map((container) => containerStatus(container, at));
  return {
    phase: status.phase,
    qosClass: status.qosClass,
    conditions: (status.conditions ?? []).map((text) => {
      const [type, value] = text.split('=');
      return { type, status: value };
    }),
    resources: status.resources,
    allocatedResources: status.allocatedResources ?? undefined,
    containerStatuses: statuses('containerStatuses'),
    initContainerStatuses: statuses('initContainerStatuses'),
    ephemeralContainerStatuses: statuses('ephemeralContainerStatuses'),
  };
}

/** Containers of the manifest with the resources that the API had then. */
function containers(manifest: RecordedManifest['spec']['containers'], status: RecordedPodStatus): Json[] {
  return manifest.map(({ name, restartPolicy, resources }) => ({
    name,
    restartPolicy: restartPolicy ?? undefined,
    resources: status.effectiveSpecResources.containers[name] ?? resources,
  }));
}

function ofKind(
  status: RecordedPodStatus,
  kind: RecordedContainerStatus['kind'],
): readonly RecordedContainerStatus[] {
  return (status.containers ?? []).filter((container) => container.kind === kind);
}

function containerStatus(recorded: RecordedContainerStatus, at: string): Json {
  const { name, restartCount, state, resources } = recorded;
  const containerID = runningIdAt(recorded, at);
  const running = { startedAt: state.running?.startedAt ?? undefined };
  return {
    name,
    restartCount,
    state: containerID === undefined ? { waiting: {} } : { running },
    containerID,
    resources,
  };
}

/**
 * The recording leaves `managedFields` out. A pod whose own limits are no longer the manifest's was resized, at the
 * latest when that was first seen.
 */
function managedFields(recorded: RecordedPod, observation: Observation): readonly Json[] {
  const created = recorded.manifest.spec.resources?.limits ?? {};
  const isResized = ({ status }: Observation): boolean =>
    !isSameList(created, status.effectiveSpecResources.pod?.limits ?? {});
  if (!isResized(observation)) return [];
  const { at } = recorded.observations.find(isResized) ?? observation;
  const fieldsV1 = { 'f:spec': { 'f:resources': { 'f:limits': {} } } };
  return [{ subresource: 'resize', time: at, fieldsV1 }];
}

/** Equal amounts, however they are written. */
function isSameList(a: QuantityList, b: QuantityList): boolean {
  const [left, right] = [amounts(a, 'manifest'), amounts(b, 'status.effectiveSpecResources')];
  return [...left.keys(), ...right.keys()].every((name) => left.get(name) === right.get(name));
}
