import type { Condition } from '../api/condition.ts';
import { apiVersion } from '../api/names.ts';
import { matchesSelector } from '../api/label-selector.ts';
import type { SimulatedNodeStatus } from '../api/simulated-node.ts';
import { desiredNode } from '../fleet/desired-node.ts';
import type { PacedNode } from '../fleet/paced-node.ts';
import { simulatedNodeObject } from '../fleet/simulated-node-object.ts';
import { simulatedNodeStatus } from '../fleet/status/simulated-node-status.ts';
import { applyIfChanged } from '../kube/apply-if-changed.ts';
import { isNotFound } from '../kube/api-error.ts';
import { ResourceClient } from '../kube/resource-client.ts';
import type { Applied } from '../kube/resource-client.ts';
import type { StoredNode, StoredPod } from './caches.ts';
import { models } from './caches.ts';
import { timestamp } from './context.ts';
import type { Controller, ControllerContext, Enqueue } from './context.ts';
import { relevantNodeStatus } from './relevant-node-status.ts';
import type { StoredPolicy, StoredProfile, StoredSimulatedNode } from './resources.ts';
import { simulatedNodes } from './resources.ts';
import { bothOf, isSpecChange } from './spec-change.ts';
import { StatusWriter } from './status-writer.ts';

const DEFAULT_PERIOD_SECONDS = 30;

/** How long a node that is being paused may take to come to rest, ms. */
const SETTLING_MS = 100;

/** One simulated node per Kubernetes node: keeps the fleet in line with the cluster, and shows it as SimulatedNode. */
export class NodeController implements Controller {
  readonly name = 'node';
  readonly gatherMs = 0;
  readonly #context: ControllerContext;
  readonly #client: ResourceClient<StoredSimulatedNode>;
  readonly #writer: StatusWriter<StoredSimulatedNode>;
  readonly #restartsSeen = new Map<string, number>();

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#client = new ResourceClient(context.transport, simulatedNodes);
    this.#writer = new StatusWriter(
      this.#client,
      { relevant: relevantNodeStatus, urgent: urgentPart },
      context.nowMs,
    );
  }

  watch(enqueue: Enqueue): void {
    const { caches } = this.#context;
    const enqueueAll = (): void => {
      for (const { metadata } of caches.nodes.store.values()) enqueue(metadata.name);
    };
    const enqueueOf = (pod: StoredPod): void => {
      if (pod.spec?.nodeName) enqueue(pod.spec.nodeName);
    };
    caches.nodes.onChange(({ key }) => enqueue(key));
    caches.simulatedNodes.onChange(({ key, type }) => {
      if (type !== 'updated') enqueue(key);
    });
    caches.nodeConfigs.onChange((change) => {
      if (isSpecChange(change)) enqueueAll();
    });
    caches.pods.onChange((change) => {
      for (const pod of bothOf(change)) enqueueOf(pod);
    });
    const enqueueSelected = (selectors: readonly (StoredPolicy | StoredProfile)[]): void => {
      for (const pod of selectedPods(caches.pods.store.byIndex.bind(caches.pods.store), selectors))
        enqueueOf(pod);
    };
    caches.policies.onChange((change) => {
      if (isSpecChange(change)) enqueueSelected(bothOf(change));
    });
    caches.profiles.onChange((change) => {
      if (isSpecChange(change)) enqueueSelected(bothOf(change));
    });
  }

  async reconcile(
    name: string,
    signal: AbortSignal,
  ): Promise<{ readonly requeueAfterMs?: number | undefined } | undefined> {
    const { caches, fleet } = this.#context;
    const node = caches.nodes.store.get(name);
    if (!node) {
      await this.#remove(name, signal);
      return undefined;
    }
    const [model] = models<Parameters<typeof desiredNode>[0]>([node]);
    if (!model) return undefined;
    const paced = fleet.desire(desiredNode(model, caches.objectsOfNode(name)));
    const object = await this.#ensureObject(node, signal);
    return await this.#report(object, paced, signal);
  }

  async #remove(name: string, signal: AbortSignal): Promise<void> {
    const { caches, fleet, logger } = this.#context;
    if (fleet.get(name)) logger.info('node is gone', { node: name });
    fleet.remove(name);
    this.#writer.forget(name);
    this.#restartsSeen.delete(name);
    const orphan = caches.simulatedNodes.store.get(name);
    if (!orphan) return;
    try {
      await this.#client.delete({ name }, orphan.metadata.uid, signal);
    } catch (error) {
      // The garbage collector was first: the node owned it.
      if (!isNotFound(error)) throw error;
    }
  }

  async #ensureObject(node: StoredNode, signal: AbortSignal): Promise<StoredSimulatedNode & Applied> {
    const desired = simulatedNodeObject(models<Parameters<typeof simulatedNodeObject>[0]>([node])[0] ?? {});
    const cached = this.#context.caches.simulatedNodes.store.get(node.metadata.name);
    const { object } = await applyIfChanged(this.#client, {
      desired: desired as unknown as Applied,
      cached,
      signal,
    });
    return { ...object, apiVersion, kind: 'SimulatedNode' };
  }

  async #report(
    object: StoredSimulatedNode & Applied,
    paced: PacedNode,
    signal: AbortSignal,
  ): Promise<{ readonly requeueAfterMs?: number | undefined }> {
    const { simulation, speedReachedPermille } = paced;
    const sample = simulation.sample({ digest: false });
    // Time goes on while the status is being written: what counts is the instant of the sample.
    const { isAtRest } = simulation;
    this.#tellRestarts(object, paced);
    const previous = (this.#writer.current(object).conditions ?? []) as readonly Condition[];
    const time = timestamp(this.#context.nowMs());
    const context = { time, previous, speedReachedPermille, simulatedBy: this.#context.identity };
    const periodMs = this.#periodMs(object.metadata.name);
    const { dueInMs } = await this.#writer.write(object, simulatedNodeStatus(sample, context), {
      periodMs,
      signal,
      // Between two whole seconds a digest could be compared with nothing.
      complete: (status) => (isAtRest ? { ...status, digest: simulation.digest() } : status),
    });
    const isPaused = simulation.desired.config.simulation.speed === 0;
    if (!isPaused) return { requeueAfterMs: dueInMs ?? periodMs };
    // A pause takes effect on the next whole simulated second; after that there is nothing left to look at.
    return { requeueAfterMs: isAtRest ? dueInMs : SETTLING_MS };
  }

  /** The shortest status period among the policies that decide something on the node. */
  #periodMs(node: string): number {
    const { caches, fleet } = this.#context;
    const pods = fleet.get(node)?.simulation.desired.pods ?? [];
    const periods = pods.flatMap(({ namespace, containers }) =>
      containers.flatMap(({ policy }) => {
        const found = policy === undefined ? undefined : caches.policies.store.get(`${namespace}/${policy}`);
        return found?.spec.statusPeriodSeconds ?? [];
      }),
    );
    return 1000 * Math.min(DEFAULT_PERIOD_SECONDS, ...periods);
  }

  #tellRestarts(object: StoredSimulatedNode & Applied, { simulation }: PacedNode): void {
    const { name } = object.metadata;
    const seen = this.#restartsSeen.get(name) ?? 0;
    this.#restartsSeen.set(name, simulation.restarts);
    if (simulation.restarts <= seen) return;
    this.#context.events.record({
      regarding: object,
      type: 'Normal',
      reason: 'KernelRestarted',
      action: 'Restart',
      note: 'The simulated kernel was booted anew, as its machine, seed or variant changed; its counters begin at 0.',
    });
  }
}

/** Conditions, kernel, machine, which cgroups are switched how, where time came to rest: what a person waits for. */
function urgentPart(status: Readonly<Record<string, unknown>>): unknown {
  const { conditions, config, kernel, topology, pods, speed, seed, cgroups } = status as SimulatedNodeStatus;
  const switches = cgroups?.map(({ podUid, path, numaLoadBalance, policy, problem }) => {
    return { podUid, path, numaLoadBalance, policy, problem };
  });
  const restingAt = speed === 0 ? status.simulatedSeconds : undefined;
  return { conditions, config, kernel, topology, pods, speed, seed, switches, restingAt };
}

/** Pods of the selectors' namespaces that one of them selects. */
function selectedPods(
  byIndex: (index: string, value: string) => readonly StoredPod[],
  selectors: readonly (StoredPolicy | StoredProfile)[],
): readonly StoredPod[] {
  const namespace = selectors[0]?.metadata.namespace ?? '';
  return byIndex('namespace', namespace).filter(({ metadata }) =>
    selectors.some(({ spec }) => matchesSelector(spec.podSelector, metadata.labels)),
  );
}
