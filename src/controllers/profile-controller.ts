import { apiVersion } from '../api/names.ts';
import type { MemoryProfile } from '../api/memory-profile.ts';
import { profileStatus } from '../fleet/status/profile-status.ts';
import { ResourceClient } from '../kube/resource-client.ts';
import { models } from './caches.ts';
import { timestamp } from './context.ts';
import type { Controller, ControllerContext } from './context.ts';
import { profiles } from './resources.ts';
import type { StoredProfile } from './resources.ts';
import { StatusWriter } from './status-writer.ts';

/** Keeps the status of memory profiles: how many pods behave as each one says. */
export class ProfileController implements Controller {
  readonly name = 'profile';
  readonly #context: ControllerContext;
  readonly #writer: StatusWriter<StoredProfile>;

  constructor(context: ControllerContext) {
    this.#context = context;
    const client = new ResourceClient<StoredProfile>(context.transport, profiles);
    this.#writer = new StatusWriter(client, { ignored: [], urgent: (status) => status }, context.nowMs);
  }

  watch(enqueue: (key: string) => void): void {
    const { caches } = this.#context;
    const enqueueNamespace = (namespace = ''): void => {
      for (const { metadata } of caches.profiles.store.byIndex('namespace', namespace)) {
        enqueue(`${namespace}/${metadata.name}`);
      }
    };
    caches.profiles.onChange((change) => {
      enqueue(change.key);
      enqueueNamespace(change.object.metadata.namespace);
    });
    caches.pods.onChange(({ object }) => enqueueNamespace(object.metadata.namespace));
  }

  async reconcile(key: string, signal: AbortSignal): Promise<undefined> {
    const { caches, nowMs } = this.#context;
    const stored = caches.profiles.store.get(key);
    const [model] = models<MemoryProfile>(stored ? [stored] : []);
    if (!stored || !model) {
      this.#writer.forget(key);
      return undefined;
    }
    const namespace = stored.metadata.namespace ?? '';
    const status = profileStatus(model, {
      pods: caches.podsOfNamespace(namespace),
      profiles: caches.profilesOfNamespace(namespace),
      time: timestamp(nowMs()),
    });
    const object = { ...stored, apiVersion, kind: 'MemoryProfile' } as const;
    await this.#writer.write(object, status, { periodMs: 0, signal });
    return undefined;
  }
}
