import type { V1Node, V1Pod } from '@kubernetes/client-node';

import { matchesSelector } from '../api/label-selector.ts';
import type { ContainerProfile, MemoryProfile } from '../api/memory-profile.ts';
import type { NumaBalancingPolicy } from '../api/numa-balancing-policy.ts';
import type { NumaNodeConfig } from '../api/numa-node-config.ts';
import type { CostSet } from '../api/costs.ts';
import { resolveNodeConfig } from '../api/resolve-node-config.ts';
import type { ResolvedNodeConfig } from '../api/resolve-node-config.ts';
import type { CgroupDirectory } from '../cgroup/cgroup-directory.ts';
import { cgroupNodeOf } from '../cgroup/config.ts';
import type { CgroupConfig, CgroupNode } from '../cgroup/config.ts';
import { podCgroups } from '../cgroup/pod-cgroups.ts';
import type { ContainerCgroup } from '../cgroup/pod-cgroups.ts';
import { podContainers } from '../cgroup/pod-containers.ts';
import { containerProcesses, memoryPolicySpec } from '../workload/container-processes.ts';
import type { ProcessPlan } from '../workload/container-processes.ts';
import { defaultProfile } from '../workload/default-profile.ts';
import type { MemoryPolicySpec } from '../engine/memory/memory-policy.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { machineOf } from './machine.ts';
import type { MachineResult } from './machine.ts';
import { decidePolicy, policiesOf } from './policy-decision.ts';
import { byAge, byPriority, compareText } from './precedence.ts';

/** A running container: its cgroup, its switch and what it does. */
export interface DesiredContainer {
  readonly name: string;
  /** Changes with each restart; a new id is a new container. */
  readonly id: string;
  /** Cgroup its tasks live in and its flag is written to. */
  readonly path: string;
  /** Directories below the pod's, outermost first. */
  readonly directories: readonly CgroupDirectory[];
  /** What is written to `cpu.numa_load_balance`. */
  readonly enabled: boolean;
  /** Name of the policy that decides, in the pod's namespace. */
  readonly policy: string | undefined;
  readonly memoryPolicy: MemoryPolicySpec | undefined;
  /** `cpuset.cpus`, as its profile says. */
  readonly cpus: string | undefined;
  /** Name of the MemoryProfile that says what it does; undefined where its requests do. */
  readonly profile: string | undefined;
  readonly processes: readonly ProcessPlan[];
}

/** A pod with cgroups on the node. */
export interface DesiredPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly directory: CgroupDirectory;
  readonly containers: readonly DesiredContainer[];
}

/** Everything the simulated kernel of a node should be and hold. */
export interface DesiredNode {
  readonly name: string;
  readonly config: ResolvedNodeConfig;
  /** The config in effect, undefined for the defaults. */
  readonly configSource: NumaNodeConfig | undefined;
  readonly machine: MachineResult;
  readonly cgroups: { readonly config: CgroupConfig; readonly node: CgroupNode };
  /** Pods bound to the node, whether they have cgroups or not: the kubelet's levels count them. */
  readonly boundPods: readonly V1Pod[];
  /** Pods with cgroups, by namespace and name. */
  readonly pods: readonly DesiredPod[];
}

/**
 * What a node should simulate, from the objects of the cluster alone. `objects.pods` may hold other nodes' pods too.
 *
 * @param costSet set of costs instead of the one that the node's config names
 */
export function desiredNode(node: V1Node, objects: ClusterObjects, costSet?: CostSet): DesiredNode {
  const name = node.metadata?.name ?? '';
  const configSource = configOf(node, objects.nodeConfigs);
  const config = resolveNodeConfig(configSource?.spec, name, costSet);
  const cgroups = { config: config.cgroups, node: cgroupNodeOf(node) };
  const boundPods = objects.pods.filter(({ spec }) => spec?.nodeName === name).sort(byNamespaceAndName);
  return {
    name,
    config,
    configSource,
    machine: machineOf(node, config),
    cgroups,
    boundPods,
    pods: boundPods.flatMap((pod) => desiredPod(pod, objects, cgroups)),
  };
}

/** The config that decides a node: highest priority, then the older, then by name. */
export function configOf(node: V1Node, configs: readonly NumaNodeConfig[]): NumaNodeConfig | undefined {
  return configs
    .filter(({ spec }) => matchesSelector(spec.nodeSelector, node.metadata?.labels))
    .sort(byPriority)
    .at(0);
}

/** The profile that decides a pod: the oldest that selects it, then by name. */
export function profileOf(pod: V1Pod, profiles: readonly MemoryProfile[]): MemoryProfile | undefined {
  return profiles
    .filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata?.namespace &&
        matchesSelector(spec.podSelector, pod.metadata?.labels),
    )
    .sort(byAge)
    .at(0);
}

function byNamespaceAndName(a: V1Pod, b: V1Pod): number {
  return (
    compareText(a.metadata?.namespace ?? '', b.metadata?.namespace ?? '') ||
    compareText(a.metadata?.name ?? '', b.metadata?.name ?? '')
  );
}

function desiredPod(
  pod: V1Pod,
  objects: ClusterObjects,
  cgroups: DesiredNode['cgroups'],
): readonly DesiredPod[] {
  const found = podCgroups(pod, cgroups.config, cgroups.node);
  if (!found) return [];
  const policies = policiesOf(pod, objects.policies);
  const profile = profileOf(pod, objects.profiles);
  const namespace = pod.metadata?.namespace ?? '';
  const name = pod.metadata?.name ?? '';
  const uid = pod.metadata?.uid ?? '';
  const containers = found.containers.map((cgroup) =>
    desiredContainer(pod, cgroup, { policy: decidePolicy(cgroup.name, policies).winner, profile }),
  );
  return [{ namespace, name, uid, directory: { path: found.path, values: found.values }, containers }];
}

function defaultOf(pod: V1Pod, name: string): ContainerProfile {
  const spec = podContainers(pod).find((container) => container.spec.name === name)?.spec;
  return defaultProfile(spec ?? { name });
}

interface Deciders {
  readonly policy: NumaBalancingPolicy | undefined;
  readonly profile: MemoryProfile | undefined;
}

function desiredContainer(
  pod: V1Pod,
  { name, id, path, directories }: ContainerCgroup,
  { policy, profile }: Deciders,
): DesiredContainer {
  const named = profile?.spec.containers.find((container) => container.name === name);
  const behaviour = named ?? defaultOf(pod, name);
  const memoryPolicy = memoryPolicySpec(policy?.spec.memoryPolicy);
  return {
    name,
    id,
    path,
    directories,
    enabled: policy?.spec.balancing === 'Enabled',
    policy: policy?.metadata.name,
    memoryPolicy,
    cpus: behaviour.cpus,
    profile: named === undefined ? undefined : profile?.metadata.name,
    processes: containerProcesses(behaviour, streamName(pod, name), memoryPolicy),
  };
}

/** Not the uid: the same manifests draw the same numbers wherever they run. */
function streamName({ metadata }: V1Pod, container: string): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}/${container}`;
}
