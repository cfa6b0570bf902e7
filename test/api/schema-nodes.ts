/** The nodes of the CRDs' schemas, for tests that look at every field. */
import { customResourceDefinitions } from '../../src/api/crds.ts';

/** A node of a structural schema, as far as tests look at it. */
export interface SchemaNode {
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[];
}

interface Versions {
  readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: SchemaNode } }];
}

/** Every node of spec and status of all CRDs with its path, such as `nbp.spec.containers[]`; parents first. */
export function schemaNodes(): readonly (readonly [string, SchemaNode])[] {
  return customResourceDefinitions().flatMap(({ metadata, spec }) => {
    const [version] = (spec as unknown as Versions).versions;
    const { spec: specNode, status } = version.schema.openAPIV3Schema.properties ?? {};
    return Object.entries({ spec: specNode, status }).flatMap(([name, node]) =>
      node === undefined ? [] : [...descend(node, `${metadata.name}: ${name}`)],
    );
  });
}

function* descend(node: SchemaNode, path: string): Generator<readonly [string, SchemaNode]> {
  yield [path, node];
  for (const [name, child] of Object.entries(node.properties ?? {})) yield* descend(child, `${path}.${name}`);
  if (node.items !== undefined) yield* descend(node.items, `${path}[]`);
  if (node.additionalProperties !== undefined) yield* descend(node.additionalProperties, `${path}{}`);
}
