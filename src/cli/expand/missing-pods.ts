/** Which pods controllers would still make, given the pods and ReplicaSets that the manifests hold already. */
import type { V1Node, V1ObjectMeta, V1Pod } from '@kubernetes/client-node';

import type { Workload } from '../manifests/manifest-objects.ts';
import { ownerOf, workloadPods } from './workload-pods.ts';

/**
 * Pods of all workloads, in their order, beside those given. Manifests exported from a cluster hold a Deployment with
 * its ReplicaSet and pods: nothing is made twice.
 */
export function missingPods(
  workloads: readonly Workload[],
  pods: readonly V1Pod[],
  nodes: readonly V1Node[],
): readonly V1Pod[] {
  return workloads
    .filter(
      (workload) =>
        !workloads.some(({ kind, metadata }) => kind === 'ReplicaSet' && owns(workload, metadata)),
    )
    .flatMap((workload) => {
      const wanted = workloadPods(workload, nodes);
      const there = pods.filter(({ metadata }) => owns(workload, metadata));
      const names = new Set(there.map(({ metadata }) => metadata?.name));
      const taken = new Set(workload.kind === 'DaemonSet' ? there.map(({ spec }) => spec?.nodeName) : []);
      return wanted
        .filter((pod) => !names.has(pod.metadata?.name) && !taken.has(pinnedNode(pod)))
        .slice(0, Math.max(0, wanted.length - there.length));
    });
}

function owns(workload: Workload, metadata: V1ObjectMeta | undefined): boolean {
  const { kind, name, namespace } = ownerOf(workload);
  const controller = metadata?.ownerReferences?.find((reference) => reference.controller === true);
  return controller?.kind === kind && controller.name === name && metadata?.namespace === namespace;
}

/** The node that a DaemonSet's pod is for. */
function pinnedNode({ spec }: V1Pod): string | undefined {
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0];
}
