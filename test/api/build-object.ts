/** Builders of objects for tests: the least that is valid, with what a test is about put over it. */

type Json = Readonly<Record<string, unknown>>;

/** An object as a manifest holds it. */
export interface Manifest extends Json {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Json;
}

const apiVersion = 'numasim.dev/v1alpha1';

export function policy(spec: Json = {}, metadata: Json = { name: 'example' }): Manifest {
  return { apiVersion, kind: 'NumaBalancingPolicy', metadata, spec: { podSelector: {}, ...spec } };
}

export function nodeConfig(spec: Json = {}, metadata: Json = { name: 'example' }): Manifest {
  return { apiVersion, kind: 'NumaNodeConfig', metadata, spec };
}

export function profile(
  containers: readonly Json[],
  spec: Json = {},
  metadata: Json = { name: 'example' },
): Manifest {
  return { apiVersion, kind: 'MemoryProfile', metadata, spec: { podSelector: {}, containers, ...spec } };
}

/** A profile with one container `app` of one process with these fields. */
export function process(fields: Json): Manifest {
  return profile([{ name: 'app', processes: [fields] }]);
}

/** A profile with one region `heap` with these fields. */
export function region(fields: Json): Manifest {
  return process({ regions: [{ name: 'heap', size: '64Mi', ...fields }] });
}

/** A config with this topology. */
export function topology(fields: Json): Manifest {
  return nodeConfig({ topology: fields });
}

export function simulatedNode(status: Json): Manifest {
  return { apiVersion, kind: 'SimulatedNode', metadata: { name: 'example' }, status };
}

/** Two nodes of four CPUs each, as an explicit topology. */
export const twoNodes: Json = {
  nodes: [
    { cpus: '0-3', memory: '8Gi' },
    { cpus: '4-7', memory: '8Gi' },
  ],
  distances: [
    [10, 21],
    [21, 10],
  ],
};
