import type { NumaNodeConfig } from '../api/numa-node-config.ts';
import { apiVersion } from '../api/names.ts';
import { nodeConfigStatus } from '../fleet/status/node-config-status.ts';
import { ResourceClient } from '../kube/resource-client.ts';
import { models } from './caches.ts';
import { timestamp } from './context.ts';
import type { Controller, ControllerContext } from './context.ts';
import { nodeConfigs } from './resources.ts';
import type { StoredNodeConfig } from './resources.ts';
import { StatusWriter } from './status-writer.ts';

/** Keeps the status of node configs: on which nodes each one is in effect. */
export class NodeConfigController implements Controller {
  readonly name = 'nodeconfig';
  readonly #context: ControllerContext;
  readonly #writer: StatusWriter<StoredNodeConfig>;

  constructor(context: ControllerContext) {
    this.#context = context;
    const client = new ResourceClient<StoredNodeConfig>(context.transport, nodeConfigs);
    this.#writer = new StatusWriter(client, { ignored: [], urgent: (status) => status }, context.nowMs);
  }

  watch(enqueue: (key: string) => void): void {
    const { caches } = this.#context;
    const enqueueAll = (): void => {
      for (const { metadata } of caches.nodeConfigs.store.values()) enqueue(metadata.name);
    };
    caches.nodeConfigs.onChange(enqueueAll);
    caches.nodes.onChange(enqueueAll);
    caches.simulatedNodes.onChange(enqueueAll);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<undefined> {
    const { caches, nowMs } = this.#context;
    const stored = caches.nodeConfigs.store.get(key);
    const [model] = models<NumaNodeConfig>(stored ? [stored] : []);
    if (!stored || !model) {
      this.#writer.forget(key);
      return undefined;
    }
    const status = nodeConfigStatus(model, {
      nodes: caches.allNodes(),
      nodeConfigs: caches.allNodeConfigs(),
      simulatedNodes: caches.allSimulatedNodes(),
      time: timestamp(nowMs()),
    });
    const object = { ...stored, apiVersion, kind: 'NumaNodeConfig' } as const;
    await this.#writer.write(object, status, { periodMs: 0, signal });
    return undefined;
  }
}
