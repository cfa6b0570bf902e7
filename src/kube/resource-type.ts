/**
 * Names a kind of object to the API server, and the paths under which it is served.
 */

/** One resource of the API. */
export interface ResourceType {
  /** API group; '' for the core group. */
  readonly group: string;
  readonly version: string;
  /** Lower-case plural, as in the path. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Which object, collection or subresource of a resource. */
export interface ResourceLocation {
  /** Left out for a cluster-scoped resource, and to mean all namespaces in a list. */
  readonly namespace?: string | undefined;
  /** Left out to mean the collection. */
  readonly name?: string | undefined;
  readonly subresource?: 'status' | undefined;
}

/** Kubernetes' own resources that numasim reads or writes. */
export const pods: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
};
export const nodes: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'nodes',
  kind: 'Node',
  namespaced: false,
};
export const events: ResourceType = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};

/** The `apiVersion` of a resource's objects: `v1`, `events.k8s.io/v1`. */
export function apiVersionOf({ group, version }: ResourceType): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The URL path of an object or collection. Every part is escaped. */
export function resourcePath(type: ResourceType, { namespace, name, subresource }: ResourceLocation): string {
  const parts = type.group === '' ? ['api', type.version] : ['apis', type.group, type.version];
  if (type.namespaced && namespace !== undefined) {
    parts.push('namespaces', namespace);
  }
  parts.push(type.plural);
  if (name !== undefined) {
    parts.push(name);
  }
  if (subresource !== undefined) {
    parts.push(subresource);
  }
  return `/${parts.map(encodeURIComponent).join('/')}`;
}
