/**
 * Whether a container lived through an in-place resize of its pod's own limits. Creating a container and resizing it do
 * not agree on the weight of one that asks for no CPU itself, so this piece of history shows in `cpu.weight`.
 */
import type { V1ManagedFieldsEntry, V1Pod } from '@kubernetes/client-node';

import type { PodContainer } from './pod-containers.ts';

/**
 * True if pod-level limits were set through the `resize` subresource after the container started. The API keeps that in
 * `metadata.managedFields`; a pod read without them counts as never resized.
 */
export function wasResizedWithPod(pod: V1Pod, container: PodContainer): boolean {
  const startedAt = milliseconds(container.status?.state?.running?.startedAt);
  if (startedAt === undefined) return false;
  return (pod.metadata?.managedFields ?? []).some((entry) => {
    const resizedAt = milliseconds(entry.time);
    return resizedAt !== undefined && resizedAt >= startedAt && setsPodLimits(entry);
  });
}

function setsPodLimits({ subresource, fieldsV1 }: V1ManagedFieldsEntry): boolean {
  return subresource === 'resize' && hasPath(fieldsV1, ['f:spec', 'f:resources', 'f:limits']);
}

function hasPath(fields: unknown, path: readonly string[]): boolean {
  let at: unknown = fields;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !(name in at)) return false;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return true;
}

/** Objects straight from JSON have text here, in spite of their type. */
function milliseconds(time: Date | string | undefined): number | undefined {
  return time === undefined ? undefined : new Date(time).getTime();
}
