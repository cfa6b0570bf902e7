import type { MemoryProfile } from '../api/memory-profile.ts';
import { kinds } from '../api/kinds.ts';
import type { KindDefinition } from '../api/kinds.ts';
import { apiGroup, apiVersionName } from '../api/names.ts';
import type { NumaBalancingPolicy } from '../api/numa-balancing-policy.ts';
import type { NumaNodeConfig } from '../api/numa-node-config.ts';
import type { SimulatedNode } from '../api/simulated-node.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import type { ResourceType } from '../kube/resource-type.ts';

/** One of our kinds as the API server sends it: metadata is there, times are text. */
export type Stored<T> = Omit<T, 'metadata'> & KubeObject;

/** Our kinds, as resources of the API server. */
export const policies = resourceType(kinds.NumaBalancingPolicy);
export const nodeConfigs = resourceType(kinds.NumaNodeConfig);
export const profiles = resourceType(kinds.MemoryProfile);
export const simulatedNodes = resourceType(kinds.SimulatedNode);

export type StoredPolicy = Stored<NumaBalancingPolicy>;
export type StoredNodeConfig = Stored<NumaNodeConfig>;
export type StoredProfile = Stored<MemoryProfile>;
export type StoredSimulatedNode = Stored<SimulatedNode>;

function resourceType({ plural, kind, scope }: KindDefinition): ResourceType {
  return { group: apiGroup, version: apiVersionName, plural, kind, namespaced: scope === 'Namespaced' };
}
