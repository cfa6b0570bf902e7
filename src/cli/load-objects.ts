/** From manifests to the objects of a cluster in which all of them run. */
import type { V1Pod } from '@kubernetes/client-node';

import type { MemoryProfile } from '../api/memory-profile.ts';
import type { NumaBalancingPolicy } from '../api/numa-balancing-policy.ts';
import type { NumaNodeConfig } from '../api/numa-node-config.ts';
import type { NumasimKind, NumasimObject } from '../api/kinds.ts';
import { podLabel } from '../cgroup/pod-containers.ts';
import { NumasimError } from '../errors.ts';
import type { ClusterObjects } from '../fleet/cluster-objects.ts';
import { completedNode, defaultCapacity, generatedNodes } from './expand/default-nodes.ts';
import { derivedUid } from './expand/derived-ids.ts';
import { missingPods } from './expand/missing-pods.ts';
import { defaultedPod, reportedPod } from './expand/running-pod.ts';
import { parseManifests } from './manifests/manifest.ts';
import { manifestObjects } from './manifests/manifest-objects.ts';
import { overlaid } from './manifests/overlaid.ts';
import type { ManifestObjects } from './manifests/manifest-objects.ts';
import { readSources } from './manifests/read-sources.ts';
import { placePods } from './schedule/place-pods.ts';

/** What to load, and for which cluster. */
export interface LoadOptions {
  /** Files, directories, `-`. */
  readonly paths: readonly string[];
  /** More of the same, whose objects stand in for those of their kind, namespace and name in `paths`. */
  readonly overlay?: readonly string[];
  /** How many nodes to make when the manifests have none; undefined is 1. */
  readonly nodes: number | undefined;
  /** RFC 3339; objects count as made, and containers as started, at this time. */
  readonly time: string;
  readonly readStdin: () => Promise<string>;
}

/** The objects, and lines for a person about what was left out or found no place. */
export interface LoadedObjects {
  readonly objects: ClusterObjects;
  readonly notes: readonly string[];
}

/** Reads and expands manifests. Throws everything that is wrong with them at once: an AggregateError of NumasimErrors. */
export async function loadObjects(options: LoadOptions): Promise<LoadedObjects> {
  const { paths, overlay = [], readStdin } = options;
  const base = await readManifests(paths, readStdin);
  const over = await readManifests(overlay, readStdin);
  const errors = [...base.errors, ...over.errors];
  if (errors.length > 0) throw new AggregateError(errors, 'The manifests are not valid.');
  const manifests = overlaid(base, over);
  if (isEmpty(manifests)) {
    throw new NumasimError(
      'NUMASIM_NO_MANIFESTS',
      'nothing to simulate: no object of a kind that numasim takes',
      [...paths, ...overlay].join(', '),
    );
  }
  return clusterOf(manifests, options);
}

async function readManifests(
  paths: readonly string[],
  readStdin: () => Promise<string>,
): Promise<ManifestObjects> {
  const { sources, errors } = await readSources(paths, readStdin);
  const parsed = sources.map(parseManifests);
  const objects = manifestObjects(parsed.flatMap((source) => source.manifests));
  return { ...objects, errors: [...errors, ...parsed.flatMap((source) => source.errors), ...objects.errors] };
}

/** The cluster that the manifests describe. */
function clusterOf(manifests: ManifestObjects, { nodes: count, time }: LoadOptions): LoadedObjects {
  const { pods: given, workloads } = manifests;
  const nodes =
    manifests.nodes.length > 0 ? manifests.nodes.map(completedNode) : generatedNodes(count ?? 1, given);
  const pods = [...given, ...missingPods(workloads, given, nodes)].map((pod) => defaultedPod(pod, time));
  const { pods: placed, unplaced } = placePods(pods, nodes);
  const numasim = manifests.numasim.map((object) => stored(object, time));
  const ofKind = <Kind extends NumasimKind>(kind: Kind): readonly Extract<NumasimObject, { kind: Kind }>[] =>
    numasim.filter((object) => object.kind === kind) as Extract<NumasimObject, { kind: Kind }>[];
  const objects = {
    nodes,
    pods: placed.map((pod, index) => reportedPod(pod, isBound(pods[index]), time)),
    policies: ofKind('NumaBalancingPolicy') satisfies readonly NumaBalancingPolicy[],
    nodeConfigs: ofKind('NumaNodeConfig') satisfies readonly NumaNodeConfig[],
    profiles: ofKind('MemoryProfile') satisfies readonly MemoryProfile[],
  };
  const notes = [
    ...manifests.notes,
    ...nodeNotes(manifests, count),
    ...unplaced.map(({ pod, reason }) => `${podLabel(pod)} stays Pending: ${reason}`),
    ...strayNotes(objects),
  ];
  return { objects, notes };
}

function isEmpty({ nodes, pods, workloads, numasim }: ManifestObjects): boolean {
  return nodes.length + pods.length + workloads.length + numasim.length === 0;
}

/** As the API server stores it: uid, generation and time of creation are its own, the status is the operator's. */
function stored(object: NumasimObject, time: string): NumasimObject {
  const { namespace, name = '' } = object.metadata;
  const uid = derivedUid(object.kind, namespace, name);
  const { managedFields, resourceVersion, ...given } = object.metadata;
  const metadata = {
    ...given,
    uid: given.uid ?? uid,
    generation: given.generation ?? 1,
    creationTimestamp: given.creationTimestamp ?? (time as unknown as Date),
  };
  const { status, ...rest } = object;
  return { ...rest, metadata };
}

function nodeNotes({ nodes }: ManifestObjects, count: number | undefined): readonly string[] {
  if (nodes.length === 0) return [];
  const { cpu, memory } = defaultCapacity;
  const ignored = count === undefined ? [] : ['--nodes is not used: the manifests have Node objects'];
  const bare = nodes.filter(({ status }) => {
    const stated = { ...status?.capacity, ...status?.allocatable };
    return stated.cpu === undefined || stated.memory === undefined;
  });
  return [
    ...ignored,
    ...bare.map(
      ({ metadata }) =>
        `Node ${metadata?.name ?? ''} does not say its CPUs or memory: ${cpu} CPUs and ${memory} fill in`,
    ),
  ];
}

/** Bound to a node that is not there: in a cluster such a pod is removed before long. */
function strayNotes({ nodes, pods }: ClusterObjects): readonly string[] {
  const names = new Set(nodes.map(({ metadata }) => metadata?.name));
  return pods
    .filter((pod) => isBound(pod) && !names.has(pod.spec?.nodeName))
    .map((pod) => `${podLabel(pod)} is not simulated: its node ${pod.spec?.nodeName ?? ''} does not exist`);
}

function isBound(pod: V1Pod | undefined): boolean {
  return pod?.spec?.nodeName !== undefined && pod.spec.nodeName !== '';
}
