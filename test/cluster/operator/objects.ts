/** Manifests for the tests of the operator. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseAllDocuments } from 'yaml';

type Json = Readonly<Record<string, unknown>>;

/** An object as a person writes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Json };
  readonly spec?: Json;
  readonly status?: Json;
}

const apiVersion = 'numasim.dev/v1alpha1';
const samples = join(import.meta.dirname, '../../../manifests/samples');

/** A node of 8 CPUs and 2Gi. Its label `test` has its name as value, for node selectors. */
export function node(name: string): Manifest {
  const amounts = { cpu: '8', memory: '2Gi', pods: '110' };
  const status = { allocatable: amounts, capacity: amounts };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { test: name } }, status };
}

/** The config of the node of the same name. */
export function nodeConfig(name: string, spec: Json): Manifest {
  const nodeSelector = { matchLabels: { test: name } };
  return { apiVersion, kind: 'NumaNodeConfig', metadata: { name }, spec: { nodeSelector, ...spec } };
}

/** A pod bound to a node, with these containers. */
export function pod(
  namespace: string,
  name: string,
  nodeName: string,
  {
    labels = {},
    containers = ['app'],
  }: { readonly labels?: Json; readonly containers?: readonly string[] } = {},
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels: { app: name, ...labels } },
    spec: {
      nodeName,
      terminationGracePeriodSeconds: 0,
      containers: containers.map((container) => ({
        name: container,
        image: 'pause',
        resources: { requests: { cpu: '100m', memory: '8Mi' } },
      })),
    },
  };
}

export function policy(namespace: string, name: string, spec: Json = {}): Manifest {
  const defaults = { podSelector: {}, balancing: 'Enabled', statusPeriodSeconds: 5 };
  return {
    apiVersion,
    kind: 'NumaBalancingPolicy',
    metadata: { namespace, name },
    spec: { ...defaults, ...spec },
  };
}

/** All containers `app` of the namespace: two threads on CPUs 0 and 1 share memory that starts on node 1. */
export function wrongNodeProfile(namespace: string): Manifest {
  const heap = { name: 'heap', size: '8Mi', shared: true, touchesPerSecond: 20_000, firstTouchNode: 1 };
  const processes = [{ threads: 2, cpuPercent: 50, regions: [heap] }];
  return {
    apiVersion,
    kind: 'MemoryProfile',
    metadata: { namespace, name: 'wrong-node' },
    spec: { podSelector: {}, containers: [{ name: 'app', cpus: '0-1', processes }] },
  };
}

/** The objects of a sample, without its namespace, with pods bound to a node and statuses every 5 s. */
export function sample(name: string, nodeName: string): readonly Manifest[] {
  const directory = join(samples, name);
  return readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .flatMap((file) => parseAllDocuments(readFileSync(join(directory, file), 'utf8')))
    .map((document) => document.toJS() as Manifest)
    .filter(({ kind }) => kind !== 'Namespace')
    .map((object) => withSpec(object, nodeName));
}

function withSpec(object: Manifest, nodeName: string): Manifest {
  if (object.kind === 'Pod') {
    return { ...object, spec: { ...object.spec, nodeName, terminationGracePeriodSeconds: 0 } };
  }
  if (object.kind !== 'NumaBalancingPolicy') return object;
  return { ...object, spec: { ...object.spec, statusPeriodSeconds: 5 } };
}
