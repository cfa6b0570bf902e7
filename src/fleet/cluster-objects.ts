import type { V1Node, V1Pod } from '@kubernetes/client-node';

import type { MemoryProfile } from '../api/memory-profile.ts';
import type { NumaBalancingPolicy } from '../api/numa-balancing-policy.ts';
import type { NumaNodeConfig } from '../api/numa-node-config.ts';

/** The objects of a cluster that a simulation depends on, from an API server's caches or from files. */
export interface ClusterObjects {
  readonly nodes: readonly V1Node[];
  /** Pods with status: only running containers have cgroups. */
  readonly pods: readonly V1Pod[];
  readonly policies: readonly NumaBalancingPolicy[];
  readonly nodeConfigs: readonly NumaNodeConfig[];
  readonly profiles: readonly MemoryProfile[];
}
