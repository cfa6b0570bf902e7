import { apiVersion } from '../api/names.ts';
import type { MemoryProfile, MemoryProfileStatus } from '../api/memory-profile.ts';
import { profileStatus } from '../fleet/status/profile-status.ts';
import { ResourceClient } from '../kube/resource-client.ts';
import { models } from './caches.ts';
import { timestamp } from './context.ts';
import type { Controller, ControllerContext, Enqueue } from './context.ts';
import { profiles } from './resources.ts';
import type { StoredProfile } from './resources.ts';
import { isSpecChange } from './spec-change.ts';
import { StatusWriter } from './status-writer.ts';

/** Keeps the status of memory profiles: how many pods behave as each one says. */
export class ProfileController implements Controller {
  readonly name = 'profile';
  readonly gatherMs = 100;
  readonly #context: ControllerContext;
  readonly #writer: StatusWriter<StoredProfile>;

  constructor(context: ControllerContext) {
    this.#context = context;
    const client = new ResourceClient<StoredProfile>(context.transport, profiles);
    const all = (status: unknown): unknown => status;
    this.#writer = new StatusWriter(client, { relevant: all, urgent: all }, context.nowMs);
  }

  watch(enqueue: Enqueue): void {
    const { caches } = this.#context;
    const enqueueNamespace = (namespace = ''): void => {
      for (const { metadata } of caches.profiles.store.byIndex('namespace', namespace)) {
        enqueue(`${namespace}/${metadata.name}`);
      }
    };
    caches.profiles.onChange((change) => {
      enqueue(change.key);
      if (isSpecChange(change)) enqueueNamespace(change.object.metadata.namespace);
    });
    caches.pods.onChange(({ object }) => enqueueNamespace(object.metadata.namespace));
  }

  async reconcile(
    key: string,
    signal: AbortSignal,
  ): Promise<{ readonly requeueAfterMs?: number | undefined } | undefined> {
    const { caches, nowMs } = this.#context;
    const stored = caches.profiles.store.get(key);
    const [model] = models<MemoryProfile>(stored ? [stored] : []);
    if (!stored || !model) {
      this.#writer.forget(key);
      return undefined;
    }
    const namespace = stored.metadata.namespace ?? '';
    const before = this.#writer.current(stored) as MemoryProfileStatus;
    const withStatus = { ...model, status: before };
    const status = profileStatus(withStatus, {
      pods: caches.podsOfNamespace(namespace),
      profiles: caches.profilesOfNamespace(namespace),
      time: timestamp(nowMs()),
    });
    const object = { ...stored, apiVersion, kind: 'MemoryProfile' } as const;
    const { dueInMs } = await this.#writer.write(object, status, { periodMs: 0, signal });
    return { requeueAfterMs: dueInMs };
  }
}
