/** Every cgroup directory of a node's pods, in the order in which they can be made. */
import type { V1Pod } from '@kubernetes/client-node';

import type { CgroupDirectory } from './cgroup-directory.ts';
import { cgroupPath, rootName } from './cgroup-path.ts';
import type { CgroupConfig, CgroupNode } from './config.ts';
import { podCgroups } from './pod-cgroups.ts';
import { QosLevels } from './qos-levels.ts';

/**
 * All directories of a node with these pods, parents before children: the root's, `kubepods`, the QoS levels, then each
 * pod with its containers in the order given. The directories of the root have no values: whoever sets up the node made
 * them. `levels` carries the node's history; without it the levels are as just after an update. Throws
 * NUMASIM_OBJECT_INVALID for a quantity that is none.
 */
export function nodeCgroups(
  node: CgroupNode,
  pods: readonly V1Pod[],
  config: CgroupConfig,
  levels: QosLevels = updatedLevels(node, pods),
): readonly CgroupDirectory[] {
  return [
    ...rootDirectories(config),
    ...levels.directories(config),
    ...pods.flatMap((pod) => podDirectories(pod, config, node)),
  ];
}

/** A pod's directories, parents first; none if it has none now. */
export function podDirectories(
  pod: V1Pod,
  config: CgroupConfig,
  node: CgroupNode,
): readonly CgroupDirectory[] {
  const cgroups = podCgroups(pod, config, node);
  if (cgroups === undefined) return [];
  const { path, values, containers } = cgroups;
  return [{ path, values }, ...containers.flatMap(({ directories }) => directories)];
}

function rootDirectories({ root, driver }: CgroupConfig): readonly CgroupDirectory[] {
  const name = rootName(root);
  return name.map((_, index) => ({ path: cgroupPath(name.slice(0, index + 1), driver), values: {} }));
}

function updatedLevels(node: CgroupNode, pods: readonly V1Pod[]): QosLevels {
  const levels = new QosLevels(node);
  levels.observe(pods, 0);
  return levels;
}
