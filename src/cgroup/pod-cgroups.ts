/**
 * The cgroups of one pod, as a kubelet 1.37 and its runtime make them: where they are, what is written in them, which
 * exist at this moment. Which values a real kubelet was seen to write is in docs/cgroups.md.
 */
import type { V1Pod } from '@kubernetes/client-node';

import type { CgroupDirectory, CgroupValues } from './cgroup-directory.ts';
import { cgroupPath, rootName } from './cgroup-path.ts';
import type { CgroupName } from './cgroup-path.ts';
import { ociBehaviour } from './config.ts';
import type { CgroupConfig, CgroupNode } from './config.ts';
import { containerId } from './container-id.ts';
import { containerPaths } from './container-path.ts';
import { containerValues, outerScopeValues } from './container-values.ts';
import { podContainers } from './pod-containers.ts';
import type { ContainerKind } from './pod-containers.ts';
import { podValues } from './pod-values.ts';
import { qosClass } from './qos-class.ts';
import type { QosClass } from './qos-class.ts';

/** A running container's cgroup. */
export interface ContainerCgroup {
  readonly name: string;
  readonly kind: ContainerKind;
  /** The runtime's id (or one derived, see `containerId`); another after each restart. */
  readonly id: string;
  /** Where the container's tasks live, and where its flag is written: the kernel proposal has no inheritance. */
  readonly path: string;
  /** The files at `path`. */
  readonly values: CgroupValues;
  /** All its directories, outermost first, `path` last: one, or two under crun with systemd. */
  readonly directories: readonly CgroupDirectory[];
}

/** A pod's cgroup and those of its running containers, in the order the kubelet starts them. */
export interface PodCgroups extends CgroupDirectory {
  readonly qosClass: QosClass;
  readonly containers: readonly ContainerCgroup[];
}

/** Written by a kubelet on the API object that mirrors a static pod, and nowhere else. */
const mirrorAnnotation = 'kubernetes.io/config.mirror';
const hashAnnotation = 'kubernetes.io/config.hash';

/**
 * The cgroups a pod has now, or undefined if it has none: it is on no node, has no uid, or has ended (Succeeded, Failed).
 * A container has a directory while it runs: not before, not after, not while it waits to be restarted. The sandbox's
 * directory is left out, its id is in no status. Throws NUMASIM_OBJECT_INVALID for a quantity that is none.
 */
export function podCgroups(pod: V1Pod, config: CgroupConfig, node: CgroupNode): PodCgroups | undefined {
  const uid = cgroupUid(pod);
  if (uid === undefined || !isActive(pod)) return undefined;
  const qos = qosClass(pod);
  const path = cgroupPath([...qosLevelName(qos, config), `pod${uid}`], config.driver);
  return {
    path,
    qosClass: qos,
    values: podValues(pod, node),
    containers: containerCgroups(pod, path, config, node),
  };
}

/** Whether a pod counts for its node: bound to one and not ended. */
export function isActive({ spec, status }: V1Pod): boolean {
  const isBound = spec?.nodeName !== undefined && spec.nodeName !== '';
  return isBound && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/** The level a class's pods are under; Guaranteed pods are directly under `kubepods`. */
export function qosLevelName(qos: QosClass, { root }: Pick<CgroupConfig, 'root'>): CgroupName {
  const kubepods = [...rootName(root), 'kubepods'];
  return qos === 'Guaranteed' ? kubepods : [...kubepods, qos.toLowerCase()];
}

/** A static pod's cgroup is named after the hash of its manifest, not after the uid of its mirror in the API. */
function cgroupUid({ metadata }: V1Pod): string | undefined {
  const annotations = metadata?.annotations ?? {};
  if (mirrorAnnotation in annotations) return annotations[hashAnnotation] ?? annotations[mirrorAnnotation];
  return metadata?.uid;
}

function containerCgroups(
  pod: V1Pod,
  podPath: string,
  config: CgroupConfig,
  node: CgroupNode,
): readonly ContainerCgroup[] {
  const oci = ociBehaviour(config, pod.spec?.runtimeClassName);
  return podContainers(pod).flatMap((container): readonly ContainerCgroup[] => {
    if (container.status?.state?.running === undefined) return [];
    const id = containerId(pod.metadata?.uid ?? '', container.status);
    const values = containerValues(pod, container, { config, oci, node });
    const paths = containerPaths(podPath, id, config, oci);
    const path = paths.at(-1) ?? podPath;
    const outer = outerScopeValues(values);
    const directories = paths.map((at) => ({ path: at, values: at === path ? values : outer }));
    return [{ name: container.spec.name, kind: container.kind, id, path, values, directories }];
  });
}
