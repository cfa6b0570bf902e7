/** Clusters for the tests of src/fleet: objects as an API server would hold them, defaults in place. */
import type { V1Node, V1Pod } from '@kubernetes/client-node';

import type { NumasimObject } from '../../src/api/kinds.ts';
import type { MemoryProfile } from '../../src/api/memory-profile.ts';
import type { NumaBalancingPolicy } from '../../src/api/numa-balancing-policy.ts';
import type { NumaNodeConfig } from '../../src/api/numa-node-config.ts';
import { parseObject } from '../../src/api/parse-object.ts';
import type { ClusterObjects } from '../../src/fleet/cluster-objects.ts';
import { desiredNode } from '../../src/fleet/desired-node.ts';
import type { DesiredNode } from '../../src/fleet/desired-node.ts';
import { nodeConfig, policy, profile } from '../api/build-object.ts';
import type { Manifest } from '../api/build-object.ts';
import { pod as cgroupPod } from '../cgroup/builders.ts';
import type { TestPod } from '../cgroup/builders.ts';

type Json = Readonly<Record<string, unknown>>;

export const namespace = 'shop';
export const time = '2026-01-01T00:00:00Z';

/** A pod of namespace `shop` on `node1` with one running container `main0`, unless told otherwise. */
export function testPod(
  name: string,
  parts: TestPod & { readonly labels?: Readonly<Record<string, string>> } = {},
): V1Pod {
  const made = cgroupPod({ uid: `uid-${name}`, ...parts });
  const labels = { app: name, ...parts.labels };
  return { ...made, metadata: { ...made.metadata, name, labels } };
}

/** A node of 4 CPUs and 1Gi, all allocatable. */
export function testNode(
  name = 'node1',
  parts: {
    readonly allocatable?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  } = {},
): V1Node {
  const capacity = { cpu: '4', memory: '1Gi' };
  return {
    metadata: { name, uid: `uid-${name}`, labels: { ...parts.labels } },
    status: {
      capacity: { ...capacity, ...parts.allocatable },
      allocatable: { ...capacity, ...parts.allocatable },
    },
  };
}

export function testPolicy(name: string, spec: Json = {}, metadata: Json = {}): NumaBalancingPolicy {
  return withDefaults(policy(spec, { name, namespace, generation: 1, ...metadata })) as NumaBalancingPolicy;
}

export function testConfig(name: string, spec: Json = {}, metadata: Json = {}): NumaNodeConfig {
  return withDefaults(nodeConfig(spec, { name, generation: 1, ...metadata })) as NumaNodeConfig;
}

/** A profile for pods that meet `podSelector`, or all, whose container `main0` has these processes. */
export function testProfile(
  name: string,
  processes: readonly Json[],
  {
    container = {},
    spec = {},
    metadata = {},
  }: { readonly container?: Json; readonly spec?: Json; readonly metadata?: Json } = {},
): MemoryProfile {
  return withDefaults(
    profile([{ name: 'main0', processes, ...container }], spec, {
      name,
      namespace,
      generation: 1,
      ...metadata,
    }),
  ) as MemoryProfile;
}

/** A process that touches a shared region of memory that starts on node 1 and is used from wherever it runs. */
export function busyProcess(fields: Json = {}, region: Json = {}): Json {
  return {
    regions: [{ name: 'heap', size: '4Mi', shared: true, touchesPerSecond: 100_000, ...region }],
    ...fields,
  };
}

export function cluster(parts: Partial<ClusterObjects> = {}): ClusterObjects {
  return { nodes: [testNode()], pods: [], policies: [], nodeConfigs: [], profiles: [], ...parts };
}

/** What the cluster's first node should be. */
export function desired(parts: Partial<ClusterObjects> = {}): DesiredNode {
  const objects = cluster(parts);
  return desiredNode(objects.nodes[0] ?? testNode(), objects);
}

function withDefaults(manifest: Manifest): NumasimObject {
  const result = parseObject(manifest);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.object;
}
