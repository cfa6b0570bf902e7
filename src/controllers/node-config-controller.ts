import type { NumaNodeConfig, NumaNodeConfigStatus } from '../api/numa-node-config.ts';
import { apiVersion } from '../api/names.ts';
import { nodeConfigStatus } from '../fleet/status/node-config-status.ts';
import { saysTheSame } from '../kube/owned-fields.ts';
import { ResourceClient } from '../kube/resource-client.ts';
import { models } from './caches.ts';
import { timestamp } from './context.ts';
import type { Controller, ControllerContext, Enqueue } from './context.ts';
import { nodeConfigs } from './resources.ts';
import type { StoredNodeConfig, StoredSimulatedNode } from './resources.ts';
import { isSpecChange } from './spec-change.ts';
import { StatusWriter } from './status-writer.ts';

/** Keeps the status of node configs: on which nodes each one is in effect. */
export class NodeConfigController implements Controller {
  readonly name = 'nodeconfig';
  readonly gatherMs = 100;
  readonly #context: ControllerContext;
  readonly #writer: StatusWriter<StoredNodeConfig>;

  constructor(context: ControllerContext) {
    this.#context = context;
    const client = new ResourceClient<StoredNodeConfig>(context.transport, nodeConfigs);
    const all = (status: unknown): unknown => status;
    this.#writer = new StatusWriter(client, { relevant: all, urgent: all }, context.nowMs);
  }

  watch(enqueue: Enqueue): void {
    const { caches } = this.#context;
    const enqueueAll = (): void => {
      for (const { metadata } of caches.nodeConfigs.store.values()) enqueue(metadata.name);
    };
    caches.nodeConfigs.onChange((change) => {
      enqueue(change.key);
      if (isSpecChange(change)) enqueueAll();
    });
    caches.nodes.onChange((change) => {
      // Only the labels select: a heartbeat says nothing about configs.
      const isSame =
        change.type === 'updated' &&
        saysTheSame(change.object.metadata.labels, change.previous.metadata.labels);
      if (!isSame) enqueueAll();
    });
    caches.simulatedNodes.onChange((change) => {
      const isSame = change.type === 'updated' && saysTheSame(effect(change.object), effect(change.previous));
      if (!isSame) enqueueAll();
    });
  }

  async reconcile(
    key: string,
    signal: AbortSignal,
  ): Promise<{ readonly requeueAfterMs?: number | undefined } | undefined> {
    const { caches, nowMs } = this.#context;
    const stored = caches.nodeConfigs.store.get(key);
    const [model] = models<NumaNodeConfig>(stored ? [stored] : []);
    if (!stored || !model) {
      this.#writer.forget(key);
      return undefined;
    }
    const before = this.#writer.current(stored) as NumaNodeConfigStatus;
    const withStatus = { ...model, status: before };
    const status = nodeConfigStatus(withStatus, {
      nodes: caches.allNodes(),
      nodeConfigs: caches.allNodeConfigs(),
      simulatedNodes: caches.allSimulatedNodes(),
      time: timestamp(nowMs()),
    });
    const object = { ...stored, apiVersion, kind: 'NumaNodeConfig' } as const;
    const { dueInMs } = await this.#writer.write(object, status, { periodMs: 0, signal });
    return { requeueAfterMs: dueInMs };
  }
}

/** What a simulated node says about the config in effect. */
function effect({ status }: StoredSimulatedNode): unknown {
  return [status?.config, status?.conditions];
}
