import type { V1Node, V1Pod } from '@kubernetes/client-node';

import type { MemoryProfile } from '../api/memory-profile.ts';
import type { NumaBalancingPolicy } from '../api/numa-balancing-policy.ts';
import type { NumaNodeConfig } from '../api/numa-node-config.ts';
import type { SimulatedNode, SimulatedNodeStatus } from '../api/simulated-node.ts';
import type { ClusterObjects } from '../fleet/cluster-objects.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import type { Logger } from '../kube/logger.ts';
import { Reflector } from '../kube/reflector.ts';
import { ResourceClient } from '../kube/resource-client.ts';
import type { ResourceType } from '../kube/resource-type.ts';
import * as core from '../kube/resource-type.ts';
import type { Transport } from '../kube/transport.ts';
import * as ours from './resources.ts';
import { slimPod } from './slim-pod.ts';

export type StoredPod = KubeObject & Pick<V1Pod, 'spec' | 'status'>;
export type StoredNode = KubeObject & Pick<V1Node, 'spec' | 'status'>;

/** Index of the pods by the node they are bound to. */
const BY_NODE = 'node';
/** Index of simulated nodes by the policies that decide a container on them. */
const BY_POLICY = 'policy';
/** Index of namespaced objects by namespace. */
const BY_NAMESPACE = 'namespace';

const byNamespace = { [BY_NAMESPACE]: ({ metadata }: KubeObject) => [metadata.namespace ?? ''] };

/** Copies of everything the controllers read, kept in step with the API server. */
export class Caches {
  readonly pods: Reflector<StoredPod>;
  readonly nodes: Reflector<StoredNode>;
  readonly policies: Reflector<ours.StoredPolicy>;
  readonly nodeConfigs: Reflector<ours.StoredNodeConfig>;
  readonly profiles: Reflector<ours.StoredProfile>;
  readonly simulatedNodes: Reflector<ours.StoredSimulatedNode>;
  readonly #all: readonly Pick<
    Reflector<KubeObject>,
    'run' | 'whenSynced' | 'hasSynced' | 'lastActivityMs'
  >[];

  constructor(transport: Transport, logger: Logger) {
    const client = <T extends KubeObject>(type: ResourceType): ResourceClient<T> =>
      new ResourceClient<T>(transport, type);
    this.pods = new Reflector<StoredPod>({
      client: client(core.pods),
      transform: slimPod,
      indexers: { ...byNamespace, [BY_NODE]: ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []) },
      logger,
    });
    this.nodes = new Reflector<StoredNode>({ client: client(core.nodes), logger });
    this.policies = new Reflector<ours.StoredPolicy>({
      client: client(ours.policies),
      indexers: byNamespace,
      logger,
    });
    this.nodeConfigs = new Reflector<ours.StoredNodeConfig>({ client: client(ours.nodeConfigs), logger });
    this.profiles = new Reflector<ours.StoredProfile>({
      client: client(ours.profiles),
      indexers: byNamespace,
      logger,
    });
    this.simulatedNodes = new Reflector<ours.StoredSimulatedNode>({
      client: client(ours.simulatedNodes),
      indexers: { [BY_POLICY]: ({ status }) => decidingPolicies(status) },
      logger,
    });
    this.#all = [this.pods, this.nodes, this.policies, this.nodeConfigs, this.profiles, this.simulatedNodes];
  }

  get hasSynced(): boolean {
    return this.#all.every(({ hasSynced }) => hasSynced);
  }

  /** The longest time since one of the watches last heard from the server, ms. */
  silenceMs(nowMs: number): number {
    return Math.max(...this.#all.map(({ lastActivityMs }) => nowMs - lastActivityMs));
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#all.map(async (reflector) => await reflector.run(signal)));
  }

  async whenSynced(): Promise<void> {
    await Promise.all(this.#all.map(async (reflector) => await reflector.whenSynced()));
  }

  /** What the simulation of one node depends on: its own pods, and what may select them. */
  objectsOfNode(name: string): ClusterObjects {
    const pods = this.pods.store.byIndex(BY_NODE, name);
    const namespaces = [...new Set(pods.map(({ metadata }) => metadata.namespace ?? ''))];
    return {
      nodes: models([this.nodes.store.get(name)].filter((node) => node !== undefined)),
      pods: models(pods),
      policies: namespaces.flatMap((namespace) => this.policiesOfNamespace(namespace)),
      nodeConfigs: this.allNodeConfigs(),
      profiles: namespaces.flatMap((namespace) => this.profilesOfNamespace(namespace)),
    };
  }

  podsOfNamespace(namespace: string): readonly V1Pod[] {
    return models(this.pods.store.byIndex(BY_NAMESPACE, namespace));
  }

  policiesOfNamespace(namespace: string): readonly NumaBalancingPolicy[] {
    return models(this.policies.store.byIndex(BY_NAMESPACE, namespace));
  }

  profilesOfNamespace(namespace: string): readonly MemoryProfile[] {
    return models(this.profiles.store.byIndex(BY_NAMESPACE, namespace));
  }

  allNodes(): readonly V1Node[] {
    return models(this.nodes.store.values());
  }

  allNodeConfigs(): readonly NumaNodeConfig[] {
    return models(this.nodeConfigs.store.values());
  }

  /** The simulated nodes that show a container which this policy decides. */
  simulatedNodesOfPolicy(key: string): readonly SimulatedNode[] {
    return models(this.simulatedNodes.store.byIndex(BY_POLICY, key));
  }

  allSimulatedNodes(): readonly SimulatedNode[] {
    return models(this.simulatedNodes.store.values());
  }
}

/** Keys of the policies that decide a container of a simulated node. */
export function decidingPolicies(status: SimulatedNodeStatus | undefined): readonly string[] {
  const keys = (status?.cgroups ?? []).flatMap(({ namespace, policy }) =>
    policy === undefined ? [] : [`${namespace}/${policy}`],
  );
  return [...new Set(keys)];
}

/**
 * client-node's models type times as Date where JSON has text. Nobody here reads a time but fleet/precedence.ts, which
 * takes both, so that the objects of the store can be handed on as they are.
 */
export function models<Model>(stored: Iterable<KubeObject>): readonly Model[] {
  return [...stored] as unknown as readonly Model[];
}
