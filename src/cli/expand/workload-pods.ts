/** The pods that the controllers of Deployments, ReplicaSets, StatefulSets, DaemonSets and Jobs would make. */
import type { V1Affinity, V1Node, V1Pod, V1PodSpec, V1PodTemplateSpec } from '@kubernetes/client-node';

import type { Workload } from '../manifests/manifest-objects.ts';
import { matchesNode } from '../schedule/node-fit.ts';
import { derivedSuffix, derivedUid, templateHash } from './derived-ids.ts';
import { templatePod } from './template-pod.ts';
import type { Owner } from './template-pod.ts';

/**
 * All pods of a workload, named as its controller names them, with the random parts of names derived. A DaemonSet's
 * depend on the nodes there are.
 */
export function workloadPods(workload: Workload, nodes: readonly V1Node[]): readonly V1Pod[] {
  switch (workload.kind) {
    case 'Deployment':
      return deploymentPods(workload);
    case 'ReplicaSet':
      return replicaPods(workload.spec?.template ?? {}, workload.spec?.replicas, ownerOf(workload));
    case 'StatefulSet':
      return statefulPods(workload);
    case 'DaemonSet':
      return daemonPods(workload, nodes);
    case 'Job':
      return jobPods(workload);
  }
}

/** The workload as its pods name it, with a derived uid if it has none. */
export function ownerOf({ apiVersion, kind, metadata }: Workload): Owner & { readonly namespace: string } {
  const { name = '', namespace = 'default' } = metadata ?? {};
  return { apiVersion, kind, name, namespace, uid: metadata?.uid ?? derivedUid(kind, namespace, name) };
}

type OwnerInNamespace = ReturnType<typeof ownerOf>;

function deploymentPods(deployment: Workload & { kind: 'Deployment' }): readonly V1Pod[] {
  const { name, namespace } = ownerOf(deployment);
  const template = deployment.spec?.template ?? {};
  const hash = templateHash(template);
  const replicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `${name}-${hash}`,
    namespace,
    uid: derivedUid('ReplicaSet', namespace, `${name}-${hash}`),
  };
  return replicaPods(template, deployment.spec?.replicas, replicaSet, { 'pod-template-hash': hash });
}

function replicaPods(
  template: V1PodTemplateSpec,
  replicas = 1,
  { namespace, ...owner }: OwnerInNamespace,
  labels: Readonly<Record<string, string>> = {},
): readonly V1Pod[] {
  return range(replicas).map((index) => {
    const name = `${owner.name}-${derivedSuffix(`${owner.uid}/${index}`, 5)}`;
    return templatePod(template, { name, namespace, owner, labels });
  });
}

function statefulPods(set: Workload & { kind: 'StatefulSet' }): readonly V1Pod[] {
  const { namespace, ...owner } = ownerOf(set);
  const { template = {}, replicas = 1, ordinals } = set.spec ?? {};
  const revision = `${owner.name}-${templateHash(template)}`;
  return range(replicas).map((index) => {
    const ordinal = index + (ordinals?.start ?? 0);
    const name = `${owner.name}-${ordinal}`;
    const labels = {
      'apps.kubernetes.io/pod-index': String(ordinal),
      'controller-revision-hash': revision,
      'statefulset.kubernetes.io/pod-name': name,
    };
    return templatePod(template, { name, namespace, owner, labels });
  });
}

/** The controller pins each pod to its node by affinity and lets the scheduler bind it. */
function daemonPods(set: Workload & { kind: 'DaemonSet' }, nodes: readonly V1Node[]): readonly V1Pod[] {
  const { namespace, ...owner } = ownerOf(set);
  const template = set.spec?.template ?? {};
  const labels = { 'controller-revision-hash': templateHash(template), 'pod-template-generation': '1' };
  return nodes.flatMap((node) => {
    const nodeName = node.metadata?.name ?? '';
    const name = `${owner.name}-${derivedSuffix(`${owner.uid}/${nodeName}`, 5)}`;
    const pod = templatePod(template, { name, namespace, owner, labels });
    const pinned = { ...pod, spec: pinnedTo(nodeName, pod.spec) };
    return matchesNode(pinned, node) ? [pinned] : [];
  });
}

function pinnedTo(nodeName: string, spec: V1PodSpec = { containers: [] }): V1PodSpec {
  const field = { key: 'metadata.name', operator: 'In', values: [nodeName] };
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms ?? [{}];
  const affinity: V1Affinity = {
    ...spec.affinity,
    nodeAffinity: {
      ...spec.affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map((term) => ({ ...term, matchFields: [field] })),
      },
    },
  };
  return { ...spec, affinity, tolerations: [...(spec.tolerations ?? []), ...daemonTolerations] };
}

/** What the controller adds: a DaemonSet's pod also runs on a node that is cordoned or under pressure. */
const daemonTolerations = [
  ...['not-ready', 'unreachable'].map((name) => ({ name, effect: 'NoExecute' })),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((name) => ({
    name,
    effect: 'NoSchedule',
  })),
].map(({ name, effect }) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect }));

/** The pods that run at the beginning: as many as run at once. */
function jobPods(job: Workload & { kind: 'Job' }): readonly V1Pod[] {
  const { namespace, ...owner } = ownerOf(job);
  const { template = {}, parallelism = 1, completions, completionMode, suspend } = job.spec ?? {};
  const atOnce = suspend === true ? 0 : Math.min(parallelism, completions ?? parallelism);
  const common = {
    'batch.kubernetes.io/controller-uid': owner.uid,
    'batch.kubernetes.io/job-name': owner.name,
    'controller-uid': owner.uid,
    'job-name': owner.name,
  };
  return range(atOnce).map((index) => {
    const isIndexed = completionMode === 'Indexed';
    const suffix = derivedSuffix(`${owner.uid}/${index}`, 5);
    const name = isIndexed ? `${owner.name}-${index}-${suffix}` : `${owner.name}-${suffix}`;
    const labels = isIndexed
      ? { ...common, 'batch.kubernetes.io/job-completion-index': String(index) }
      : common;
    return templatePod(template, { name, namespace, owner, labels });
  });
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}
