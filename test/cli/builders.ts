/** Manifests and objects for tests of the command line, as little as each test needs. */
import type { V1Node, V1Pod } from '@kubernetes/client-node';

import { parseManifests } from '../../src/cli/manifests/manifest.ts';
import { manifestObjects } from '../../src/cli/manifests/manifest-objects.ts';
import type { ManifestObjects, Workload } from '../../src/cli/manifests/manifest-objects.ts';

export const time = '2025-02-01T12:00:00Z';

/** The objects in a text, as if read from `demo.yaml`; errors of the syntax come first. */
export function objectsIn(text: string): ManifestObjects {
  const { manifests, errors } = parseManifests({ name: 'demo.yaml', text });
  const objects = manifestObjects(manifests);
  return { ...objects, errors: [...errors, ...objects.errors] };
}

/** Each error's message, which begins with its place. */
export function messagesFor(text: string): readonly string[] {
  return objectsIn(text).errors.map(({ message }) => message);
}

/** The only workload in a text that must be valid. */
export function workloadIn(text: string): Workload {
  const { workloads, errors } = objectsIn(text);
  const [workload] = workloads;
  if (workload === undefined || errors.length > 0) throw new Error(errors.map(String).join('\n'));
  return workload;
}

export function pod(name: string, spec: Partial<NonNullable<V1Pod['spec']>> = {}): V1Pod {
  return {
    metadata: { name, namespace: 'default', uid: `uid-${name}` },
    spec: { containers: [{ name: 'app' }], ...spec },
  };
}

/** A pod with one container that asks for so much. */
export function asking(name: string, requests: Record<string, string>): V1Pod {
  return pod(name, { containers: [{ name: 'app', resources: { requests } }] });
}

export function node(
  name: string,
  options: Partial<V1Node> & { readonly capacity?: Record<string, string> } = {},
): V1Node {
  const { capacity = { cpu: '4', memory: '8Gi' }, ...rest } = options;
  return { metadata: { name }, status: { capacity, allocatable: capacity }, ...rest };
}
