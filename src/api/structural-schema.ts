/**
 * zod schema → structural OpenAPI v3 schema, as CRDs demand it: types without alternatives (but int-or-string), no
 * `additionalProperties: false` (the API server prunes unknown fields by itself), a format for every integer.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
import { z } from 'zod';

/** A node of the schema. Keys are in the order in which they are printed. */
export type StructuralSchema = Readonly<Record<string, unknown>>;

type JsonSchema = Record<string, unknown>;

/** Order of the keys of a node: what a reader looks for first comes first. */
const keyOrder = [
  'description',
  'type',
  'x-kubernetes-int-or-string',
  'format',
  'default',
  'enum',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'maxProperties',
  'anyOf',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
  'required',
  'items',
  'additionalProperties',
  'properties',
] as const;

/** The structural schema. Throws when the zod schema has something a CRD cannot express, or a node no description. */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  const json = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', reused: 'inline' });
  return rewrite(json, '');
}

function rewrite(node: JsonSchema, path: string): StructuralSchema {
  const shaped = isIntOrString(node) ? intOrString(node) : { ...node };
  if (shaped.additionalProperties === false) delete shaped.additionalProperties;
  if (shaped.type === 'number') shaped.type = 'integer';
  for (const key of Object.keys(shaped)) {
    if (!(keyOrder as readonly string[]).includes(key)) {
      throw new Error(`${path}: ${key} has no place in a structural schema`);
    }
  }
  if (typeof shaped.description !== 'string') throw new Error(`${path}: no description`);
  const entries = keyOrder
    .filter((key) => shaped[key] !== undefined)
    .map((key) => [key, rewriteValue(key, shaped[key], path)] as const);
  return Object.fromEntries(entries);
}

function rewriteValue(key: string, value: unknown, path: string): unknown {
  switch (key) {
    case 'items':
      return rewrite(value as JsonSchema, `${path}[]`);
    case 'additionalProperties':
      return rewrite(value as JsonSchema, `${path}{}`);
    case 'properties':
      return Object.fromEntries(
        Object.entries(value as Record<string, JsonSchema>).map(([name, child]) => [
          name,
          rewrite(child, `${path}.${name}`),
        ]),
      );
    default:
      return value;
  }
}

/** A union is the one alternative a structural schema knows: an integer or a string, as quantities are. */
function isIntOrString(node: JsonSchema): boolean {
  return Array.isArray(node.anyOf);
}

function intOrString(node: JsonSchema): JsonSchema {
  const branches = node.anyOf as readonly JsonSchema[];
  const [whole, text] = [branches.find(isInteger), branches.find(({ type }) => type === 'string')];
  if (branches.length !== 2 || whole === undefined || text === undefined) {
    throw new Error('a union other than integer or string has no place in a structural schema');
  }
  return {
    ...node,
    'x-kubernetes-int-or-string': true,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    minimum: whole.minimum,
    minLength: text.minLength,
    maxLength: text.maxLength,
  };
}

function isInteger({ type }: JsonSchema): boolean {
  return type === 'integer';
}
