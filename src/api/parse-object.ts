/**
 * Validation of one object without an API server: the same schemas and rules as the CRDs, unknown fields refused as
 * kubectl does, static defaults filled in. `numasim run` reads files through it.
 */
import { z } from 'zod';

import { describeIssues } from './describe-issue.ts';
import type { FieldIssue } from './describe-issue.ts';
import { kindDefinitions, kinds } from './kinds.ts';
import type { KindDefinition, NumasimObject } from './kinds.ts';
import { apiGroup, apiVersion } from './names.ts';

/** The object with its defaults, or everything that is wrong with it. */
export type ParsedObject =
  | { readonly ok: true; readonly object: NumasimObject }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] };

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u;
const stringMap = z.record(z.string(), z.string()).exactOptional();
const text = z.string().exactOptional();

const metadata = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(253)
    .refine(
      (name) => subdomain.test(name),
      'must be lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit',
    ),
  namespace: text,
  labels: stringMap,
  annotations: stringMap,
  // What `kubectl get -o yaml` adds; files made from its output stay readable.
  uid: text,
  resourceVersion: text,
  generation: z.int().exactOptional(),
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: text,
  deletionGracePeriodSeconds: z.int().exactOptional(),
  generateName: text,
  selfLink: text,
  finalizers: z.array(z.string()).exactOptional(),
  ownerReferences: z.array(z.looseObject({})).exactOptional(),
  managedFields: z.array(z.looseObject({})).exactOptional(),
});

/** Whether the object says that it is of our group, in any version and of any kind. */
export function isOurs(json: unknown): boolean {
  const version = property(json, 'apiVersion');
  return typeof version === 'string' && (version === apiGroup || version.startsWith(`${apiGroup}/`));
}

/** Validates one object read from JSON or YAML. Never throws for bad input. */
export function parseObject(json: unknown): ParsedObject {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return {
      ok: false,
      issues: [{ path: '', message: 'must be an object with apiVersion, kind and metadata' }],
    };
  }
  const version = property(json, 'apiVersion');
  if (version !== apiVersion) {
    return {
      ok: false,
      issues: [{ path: 'apiVersion', message: `must be ${apiVersion}, is ${show(version)}` }],
    };
  }
  const kind = property(json, 'kind');
  const schema = typeof kind === 'string' ? objectSchemas.get(kind) : undefined;
  if (schema === undefined) {
    const message = `must be one of ${Object.keys(kinds).join(', ')}, is ${show(kind)}`;
    return { ok: false, issues: [{ path: 'kind', message }] };
  }
  const result = schema.safeParse(json);
  if (!result.success) return { ok: false, issues: describeIssues(result.error.issues, json) };
  return { ok: true, object: result.data as unknown as NumasimObject };
}

const objectSchemas: ReadonlyMap<string, z.ZodObject> = new Map(
  kindDefinitions.map((definition) => [definition.kind, objectSchema(definition)]),
);

function objectSchema({ kind, spec, status }: KindDefinition): z.ZodObject {
  return z.strictObject({
    apiVersion: z.literal(apiVersion),
    kind: z.literal(kind),
    metadata,
    ...(spec === undefined ? {} : { spec }),
    status: status.exactOptional(),
  });
}

function property(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null
    ? (json as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
