import type { NumaBalancingPolicy, NumaBalancingPolicyStatus } from '../api/numa-balancing-policy.ts';
import { apiVersion, conditionTypes } from '../api/names.ts';
import { policyStatus } from '../fleet/status/policy-status.ts';
import { saysTheSame } from '../kube/owned-fields.ts';
import { ResourceClient } from '../kube/resource-client.ts';
import { decidingPolicies, models } from './caches.ts';
import { timestamp } from './context.ts';
import type { Controller, ControllerContext, Enqueue } from './context.ts';
import type { StoredPolicy, StoredSimulatedNode } from './resources.ts';
import { policies } from './resources.ts';
import { bothOf, isSpecChange } from './spec-change.ts';
import { StatusWriter, without } from './status-writer.ts';

const CLOCK_FIELDS = ['simulatedSeconds', 'lastSampleTime'];

/** Keeps the status of policies: totals of what the simulated nodes show for the containers each one decides. */
export class PolicyController implements Controller {
  readonly name = 'policy';
  readonly gatherMs = 100;
  readonly #context: ControllerContext;
  readonly #writer: StatusWriter<StoredPolicy>;

  constructor(context: ControllerContext) {
    this.#context = context;
    const client = new ResourceClient<StoredPolicy>(context.transport, policies);
    const relevant = (status: Readonly<Record<string, unknown>>): unknown => without(status, CLOCK_FIELDS);
    this.#writer = new StatusWriter(client, { relevant, urgent: urgentPart }, context.nowMs);
  }

  watch(enqueue: Enqueue): void {
    const { caches } = this.#context;
    const enqueueNamespace = (namespace = ''): void => {
      for (const { metadata } of caches.policies.store.byIndex('namespace', namespace)) {
        enqueue(`${namespace}/${metadata.name}`);
      }
    };
    // One policy's change may decide what another one's status says.
    caches.policies.onChange((change) => {
      enqueue(change.key);
      if (isSpecChange(change)) enqueueNamespace(change.object.metadata.namespace);
    });
    caches.pods.onChange(({ object }) => enqueueNamespace(object.metadata.namespace));
    caches.simulatedNodes.onChange((change) => {
      const onlyNumbers = change.type === 'updated' && sameSwitches(change.object, change.previous);
      for (const key of new Set(bothOf(change).flatMap(({ status }) => decidingPolicies(status)))) {
        enqueue(key, onlyNumbers ? this.#dueInMs(key) : 0);
      }
    });
  }

  async reconcile(
    key: string,
    signal: AbortSignal,
  ): Promise<{ readonly requeueAfterMs?: number | undefined } | undefined> {
    const { caches, nowMs } = this.#context;
    const stored = caches.policies.store.get(key);
    if (!stored) {
      this.#writer.forget(key);
      return undefined;
    }
    const namespace = stored.metadata.namespace ?? '';
    const [model] = models<NumaBalancingPolicy>([stored]);
    if (!model) return undefined;
    const before = this.#writer.current(stored) as NumaBalancingPolicyStatus;
    const status = policyStatus(
      { ...model, status: before },
      {
        pods: caches.podsOfNamespace(namespace),
        policies: caches.policiesOfNamespace(namespace),
        simulatedNodes: caches.simulatedNodesOfPolicy(key),
        time: timestamp(nowMs()),
      },
    );
    const object = { ...stored, apiVersion, kind: 'NumaBalancingPolicy' } as const;
    const periodMs = 1000 * stored.spec.statusPeriodSeconds;
    const { dueInMs, written } = await this.#writer.write(object, status, { periodMs, signal });
    if (written) this.#tell(object, before, status);
    return { requeueAfterMs: dueInMs };
  }

  /** When numbers that changed may be written: before that there is no use in adding them up. */
  #dueInMs(key: string): number {
    const seconds = this.#context.caches.policies.store.get(key)?.spec.statusPeriodSeconds ?? 0;
    return this.#writer.waitMs(key, 1000 * seconds);
  }

  /** An event when the policy comes into effect, or stops to be. */
  #tell(
    object: StoredPolicy & { readonly apiVersion: string; readonly kind: string },
    before: NumaBalancingPolicyStatus,
    after: NumaBalancingPolicyStatus,
  ): void {
    const ready = readyOf(after);
    if (!ready || readyOf(before)?.reason === ready.reason) return;
    this.#context.events.record({
      regarding: object,
      type: 'Normal',
      reason: ready.reason,
      action: 'Balance',
      note: ready.message,
    });
  }
}

function readyOf(
  status: NumaBalancingPolicyStatus,
): NonNullable<NumaBalancingPolicyStatus['conditions']>[number] | undefined {
  return status.conditions?.find(({ type }) => type === conditionTypes.ready);
}

/** Conditions, pods and switches are written at once; counters and places wait for the period. */
function urgentPart(status: Readonly<Record<string, unknown>>): unknown {
  const { observedGeneration, conditions, pods, cgroups, advice } = status as NumaBalancingPolicyStatus;
  const switches = cgroups?.map(({ path, numaLoadBalance }) => `${path}=${numaLoadBalance}`).sort();
  return { observedGeneration, conditions, pods, switches, advice };
}

/** Whether two statuses of a node differ in numbers alone. */
function sameSwitches(one: StoredSimulatedNode, other: StoredSimulatedNode): boolean {
  const [before, after] = [one, other].map(({ status }) => [
    status?.kernel,
    status?.topology,
    status?.cgroups?.map(({ podUid, path, numaLoadBalance, policy, problem }) => {
      return { podUid, path, numaLoadBalance, policy, problem };
    }),
  ]);
  return saysTheSame(before, after);
}
