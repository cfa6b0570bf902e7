/**
 * What of Kubernetes' own kinds the simulation depends on, checked as the API server checks it. Fields that are not
 * named here are left alone: a manifest that a cluster takes is taken.
 */
import { z } from 'zod';

import { dnsLabelName } from '../../api/fragments.ts';
import { labelSelector, matchesSelector } from '../../api/label-selector.ts';
import type { LabelSelector } from '../../api/label-selector.ts';
import { isQuantity, quantityMillis } from '../../api/quantity.ts';
import type { Quantity } from '../../api/quantity.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u;
const nameRule =
  'must be lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit';

const text = z.string().exactOptional();
const stringMap = z.record(z.string(), z.string()).exactOptional();
const count = z.int().min(0).exactOptional();
/** Expanded one by one: more would only exhaust the memory of this machine. */
const podCount = z.int().min(0).max(100_000).exactOptional();
const objectName = z.string().min(1).max(253).regex(subdomain, nameRule);

const quantity = z
  .union([z.number(), z.string()])
  .refine((value) => isQuantity(value), 'must be a quantity such as 500m or 64Mi')
  .refine((value) => !isQuantity(value) || !String(value).startsWith('-'), 'must not be negative');
const quantities = z.record(z.string(), quantity).exactOptional();

const resources = z
  .looseObject({ requests: quantities, limits: quantities })
  .superRefine(({ requests = {}, limits = {} }, context) => {
    for (const [name, request] of Object.entries(requests)) {
      const limit = limits[name];
      if (limit === undefined || !isGreater(request, limit)) continue;
      const message = `must be at most the limit of ${limit}`;
      context.addIssue({ code: 'custom', message, path: ['requests', name] });
    }
  })
  .exactOptional();

const metadata = z.looseObject({
  name: objectName,
  namespace: dnsLabelName('Namespace').exactOptional(),
  uid: text,
  labels: stringMap,
  annotations: stringMap,
});

const container = z.looseObject({
  name: dnsLabelName('Name'),
  resources,
  restartPolicy: text,
});

const requirement = z.looseObject({
  key: z.string().min(1),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
  values: z.array(z.string()).exactOptional(),
});
const nodeSelectorTerm = z.looseObject({
  matchExpressions: z.array(requirement).exactOptional(),
  matchFields: z.array(requirement).exactOptional(),
});
const nodeAffinity = z
  .looseObject({
    requiredDuringSchedulingIgnoredDuringExecution: z
      .looseObject({ nodeSelectorTerms: z.array(nodeSelectorTerm).min(1) })
      .exactOptional(),
  })
  .exactOptional();
const toleration = z.looseObject({
  key: text,
  operator: z.enum(['Exists', 'Equal']).exactOptional(),
  value: text,
  effect: text,
});

const podSpec = z
  .looseObject({
    containers: z.array(container).min(1),
    initContainers: z.array(container).exactOptional(),
    nodeName: text,
    nodeSelector: stringMap,
    restartPolicy: z.enum(['Always', 'OnFailure', 'Never']).exactOptional(),
    overhead: quantities,
    resources,
    runtimeClassName: text,
    affinity: z.looseObject({ nodeAffinity }).exactOptional(),
    tolerations: z.array(toleration).exactOptional(),
  })
  .superRefine(({ containers, initContainers = [] }, context) => {
    const seen = new Set<string>();
    const all = [
      ...initContainers.map(({ name }, index) => ({ name, path: ['initContainers', index, 'name'] })),
      ...containers.map(({ name }, index) => ({ name, path: ['containers', index, 'name'] })),
    ];
    for (const { name, path } of all) {
      if (seen.has(name)) context.addIssue({ code: 'custom', message: 'appears twice in the pod', path });
      seen.add(name);
    }
  });

const pod = z.looseObject({
  metadata,
  spec: podSpec,
  status: z
    .looseObject({
      phase: text,
      containerStatuses: statuses().exactOptional(),
      initContainerStatuses: statuses().exactOptional(),
      ephemeralContainerStatuses: statuses().exactOptional(),
    })
    .exactOptional(),
});

function statuses(): z.ZodArray<z.ZodObject> {
  return z.array(z.looseObject({ name: z.string(), restartCount: count, containerID: text }));
}

const taint = z.looseObject({ key: z.string().min(1), value: text, effect: z.string() });
const node = z.looseObject({
  metadata,
  spec: z
    .looseObject({ unschedulable: z.boolean().exactOptional(), taints: z.array(taint).exactOptional() })
    .exactOptional(),
  status: z.looseObject({ capacity: quantities, allocatable: quantities }).exactOptional(),
});

const template = z.looseObject({
  metadata: z.looseObject({ labels: stringMap, annotations: stringMap }).exactOptional(),
  spec: podSpec,
});

/** A kind that has a selector, which must match its own template. */
function workload(fields: z.ZodRawShape): z.ZodType {
  const spec = z
    .looseObject({ selector: labelSelector('Selects the pods.'), template, ...fields })
    .superRefine((value, context) => {
      const { selector, template: made } = value as WorkloadSpec;
      if (matchesSelector(selector, made.metadata?.labels)) return;
      const message = 'must match the labels of spec.template.metadata';
      context.addIssue({ code: 'custom', message, path: ['selector'] });
    });
  return z.looseObject({ metadata, spec });
}

interface WorkloadSpec {
  readonly selector: LabelSelector;
  readonly template: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
}

const job = z.looseObject({
  metadata,
  spec: z.looseObject({
    parallelism: podCount,
    completions: count,
    completionMode: z.enum(['NonIndexed', 'Indexed']).exactOptional(),
    suspend: z.boolean().exactOptional(),
    template,
  }),
});

/** `apiVersion` and schema of each kind of Kubernetes that `numasim run` takes. */
export const coreKinds = {
  Node: { apiVersion: 'v1', schema: node },
  Pod: { apiVersion: 'v1', schema: pod },
  Deployment: { apiVersion: 'apps/v1', schema: workload({ replicas: podCount }) },
  ReplicaSet: { apiVersion: 'apps/v1', schema: workload({ replicas: podCount }) },
  StatefulSet: {
    apiVersion: 'apps/v1',
    schema: workload({
      replicas: podCount,
      ordinals: z.looseObject({ start: count }).exactOptional(),
    }),
  },
  DaemonSet: { apiVersion: 'apps/v1', schema: workload({}) },
  Job: { apiVersion: 'batch/v1', schema: job },
} as const satisfies Record<string, { readonly apiVersion: string; readonly schema: z.ZodType }>;

/** Name of one of those kinds. */
export type CoreKind = keyof typeof coreKinds;

/** Whether numasim run takes objects of a kind of that name. */
export function isCoreKind(kind: string): kind is CoreKind {
  return Object.hasOwn(coreKinds, kind);
}

function isGreater(a: Quantity, b: Quantity): boolean {
  return isQuantity(a) && isQuantity(b) && quantityMillis(a) > quantityMillis(b);
}
