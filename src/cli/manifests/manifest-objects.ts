/** The objects in the manifests, checked and sorted by kind; what is wrong with them; what has no part in a simulation. */
import type {
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1Node,
  V1Pod,
  V1ReplicaSet,
  V1StatefulSet,
} from '@kubernetes/client-node';

import { describeIssues } from '../../api/describe-issue.ts';
import type { FieldIssue } from '../../api/describe-issue.ts';
import type { NumasimObject } from '../../api/kinds.ts';
import { kinds } from '../../api/kinds.ts';
import { isOurs, parseObject } from '../../api/parse-object.ts';
import { NumasimError } from '../../errors.ts';
import { coreKinds, isCoreKind } from './core-schema.ts';
import type { CoreKind } from './core-schema.ts';
import type { Json, Manifest } from './manifest.ts';
import { withoutNulls } from './without-nulls.ts';

/** An object whose controller would make pods. */
export type Workload = (
  | (V1Deployment & { kind: 'Deployment' })
  | (V1ReplicaSet & { kind: 'ReplicaSet' })
  | (V1StatefulSet & { kind: 'StatefulSet' })
  | (V1DaemonSet & { kind: 'DaemonSet' })
  | (V1Job & { kind: 'Job' })
) & { apiVersion: string };

/** Valid objects in the order of the input, each with a namespace if its kind has one. */
export interface ManifestObjects {
  readonly nodes: readonly V1Node[];
  readonly pods: readonly V1Pod[];
  readonly workloads: readonly Workload[];
  readonly numasim: readonly NumasimObject[];
  /** What was left out, one line each. */
  readonly notes: readonly string[];
  readonly errors: readonly NumasimError[];
}

/** Kinds that belong to any manifest and make no pods: leaving them out needs no words. */
const silent: ReadonlySet<string> = new Set(['Namespace', 'CustomResourceDefinition', 'Kustomization']);

/** Kinds that make pods, which numasim does not expand: leaving them out changes the result. */
const podMakers: ReadonlySet<string> = new Set(['CronJob', 'ReplicationController', 'PodTemplate']);

/** Checks every manifest; never throws for bad input. */
export function manifestObjects(manifests: readonly Manifest[]): ManifestObjects {
  const collected = new Collected();
  for (const manifest of manifests) collected.add(manifest);
  return collected.objects();
}

class Collected {
  readonly #core: { readonly kind: CoreKind; readonly object: Json }[] = [];
  readonly #numasim: NumasimObject[] = [];
  readonly #errors: NumasimError[] = [];
  readonly #leftOut: Manifest[] = [];
  readonly #places = new Map<string, string>();

  add(manifest: Manifest): void {
    if (isOurs(manifest.json)) this.#addOurs(manifest);
    else if (isCoreKind(manifest.kind)) this.#addCore(manifest, manifest.kind);
    else if (!silent.has(manifest.kind)) this.#leftOut.push(manifest);
  }

  objects(): ManifestObjects {
    const ofKind = (kind: CoreKind): readonly Json[] =>
      this.#core.filter((each) => each.kind === kind).map(({ object }) => object);
    return {
      nodes: ofKind('Node'),
      pods: ofKind('Pod'),
      workloads: this.#core
        .filter(({ kind }) => kind !== 'Node' && kind !== 'Pod')
        .map(({ object }) => object as unknown as Workload),
      numasim: this.#numasim,
      notes: notesAbout(this.#leftOut),
      errors: this.#errors,
    };
  }

  #addOurs(manifest: Manifest): void {
    const parsed = parseObject(manifest.json);
    if (!parsed.ok) {
      this.#refuse(manifest, parsed.issues);
      return;
    }
    // Its only content is what an earlier simulation wrote.
    if (parsed.object.kind === 'SimulatedNode') {
      this.#leftOut.push(manifest);
      return;
    }
    const object = withNamespace(parsed.object, kinds[parsed.object.kind].scope === 'Namespaced');
    if (this.#isNew(manifest, object.metadata)) this.#numasim.push(object);
  }

  #addCore(manifest: Manifest, kind: CoreKind): void {
    const { apiVersion, schema } = coreKinds[kind];
    if (manifest.apiVersion !== apiVersion) {
      const message = `${label(manifest)}: apiVersion: must be ${apiVersion}, is ${manifest.apiVersion}`;
      this.#errors.push(new NumasimError('NUMASIM_KIND_UNSUPPORTED', message, manifest.place('apiVersion')));
      return;
    }
    // The API server takes a null for an absent field.
    const json = withoutNulls(manifest.json) as Json;
    const result = schema.safeParse(json);
    if (!result.success) {
      this.#refuse(manifest, describeIssues(result.error.issues, json));
      return;
    }
    const object = withNamespace(json as unknown as WithMetadata, kind !== 'Node');
    if (this.#isNew(manifest, object.metadata)) this.#core.push({ kind, object: object as unknown as Json });
  }

  #refuse(manifest: Manifest, issues: readonly FieldIssue[]): void {
    for (const { path, message } of issues) {
      const text = `${label(manifest)}: ${path === '' ? '' : `${path}: `}${message}`;
      this.#errors.push(new NumasimError('NUMASIM_OBJECT_INVALID', text, manifest.place(path)));
    }
  }

  #isNew(manifest: Manifest, { namespace = '', name = '' }: Metadata): boolean {
    const key = `${manifest.kind}/${namespace}/${name}`;
    const first = this.#places.get(key);
    if (first === undefined) {
      this.#places.set(key, manifest.place());
      return true;
    }
    const message = `${label(manifest)}: is already defined at ${first}`;
    this.#errors.push(new NumasimError('NUMASIM_OBJECT_DUPLICATE', message, manifest.place()));
    return false;
  }
}

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
}

interface WithMetadata {
  readonly metadata: Metadata;
}

/** As the API server: `default` for a namespaced object without one, none for a cluster-scoped one. */
function withNamespace<Object extends WithMetadata>(object: Object, isNamespaced: boolean): Object {
  const { namespace = 'default', ...metadata } = object.metadata;
  return { ...object, metadata: isNamespaced ? { ...metadata, namespace } : metadata };
}

/** `Kind namespace/name`, as far as the manifest says. */
function label({ kind, json }: Manifest): string {
  const metadata = json.metadata;
  const { namespace, name } = (typeof metadata === 'object' && metadata !== null ? metadata : {}) as Metadata;
  if (typeof name !== 'string') return kind;
  return typeof namespace === 'string' ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

function notesAbout(leftOut: readonly Manifest[]): readonly string[] {
  const harmless = new Map<string, number>();
  const notes: string[] = [];
  for (const manifest of leftOut) {
    if (podMakers.has(manifest.kind)) {
      notes.push(`${manifest.place()}: ${label(manifest)}: its pods are not simulated`);
    } else harmless.set(manifest.kind, (harmless.get(manifest.kind) ?? 0) + 1);
  }
  if (harmless.size === 0) return notes;
  const counts = [...harmless].map(([kind, count]) => `${count} ${kind}`).join(', ');
  return [...notes, `left out, no part of the simulation: ${counts}`];
}
