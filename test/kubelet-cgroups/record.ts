/**
 * A recording of a real kubelet's cgroup tree: the parts of the format that prediction and comparison use. Everything
 * else in the file is ignored.
 */
import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { NumasimError } from '../../src/errors.ts';

const quantities = z.record(z.string(), z.union([z.string(), z.number()]));
const requirements = z
  .object({ requests: quantities.nullish(), limits: quantities.nullish() })
  .nullish()
  .transform((value) => withoutNulls(value));

const running = z.object({ startedAt: z.string().nullish() });
const terminated = z.object({
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
  containerID: z.string().nullish(),
});
const containerState = z.object({
  running: running.nullish(),
  terminated: terminated.nullish(),
  waiting: z.object({ reason: z.string().nullish() }).nullish(),
});

const containerStatus = z.object({
  kind: z.enum(['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses']),
  name: z.string(),
  containerID: z.string().nullish(),
  restartCount: z.int(),
  state: containerState,
  lastState: containerState.nullish(),
  resources: requirements,
});

const podStatus = z.object({
  uid: z.string(),
  annotations: z.record(z.string(), z.string()).nullish(),
  phase: z.string(),
  qosClass: z.string(),
  conditions: z.array(z.string()).nullish(),
  overhead: quantities.nullish(),
  effectiveSpecResources: z.object({
    pod: requirements,
    containers: z.record(z.string(), requirements),
  }),
  resources: requirements,
  allocatedResources: quantities.nullish(),
  containers: z.array(containerStatus).nullish(),
});

const directory = z.object({
  path: z.string(),
  files: z.record(z.string(), z.string()),
  nprocs: z.int().nullish(),
});

const container = z.object({
  name: z.string(),
  restartPolicy: z.string().nullish(),
  resources: requirements,
});

const manifest = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().nullish() }).nullish(),
  spec: z.object({
    containers: z.array(container).min(1),
    initContainers: z.array(container).nullish(),
    runtimeClassName: z.string().nullish(),
    resources: requirements,
  }),
});

const observation = z.object({
  label: z.string(),
  at: z.iso.datetime({ offset: true }),
  status: podStatus,
  cgroups: z.array(directory),
  /** Container name → state and restart count just before the dump; `status` was read just after it. */
  containerStatesBefore: z.record(z.string(), z.tuple([z.string(), z.int()])).nullish(),
});

const state = z.object({
  label: z.string(),
  at: z.iso.datetime({ offset: true }),
  pods: z.array(z.string()),
  dirs: z.array(directory),
});

const recordSchema = z.object({
  name: z.string(),
  driver: z.enum(['systemd', 'cgroupfs']),
  cgroupRoot: z.string(),
  kubeletConfigFile: z.string().nullish(),
  kubelet_configz: z.record(z.string(), z.unknown()).nullish(),
  feature_gates: z.record(z.string(), z.string()).nullish(),
  containerd_config: z.string().nullish(),
  versions: z.object({ text: z.string() }).nullish(),
  constants: z.record(z.string(), z.string()).default({}),
  node: z.object({
    capacity: quantities,
    allocatable: quantities,
    nodeInfo: z.object({ containerRuntimeVersion: z.string() }),
  }),
  pods: z.record(z.string(), z.object({ manifest, observations: z.array(observation) })),
  states: z.array(state).default([]),
});

/** A recording, checked. */
export type Recording = Readonly<z.infer<typeof recordSchema>>;
export type Observation = z.infer<typeof observation>;
export type RecordedPodStatus = z.infer<typeof podStatus>;
export type RecordedContainerStatus = z.infer<typeof containerStatus>;
export type RecordedManifest = z.infer<typeof manifest>;
export type RecordedDirectory = z.infer<typeof directory>;
export type RecordedState = z.infer<typeof state>;

/** Reads and checks a recording. Throws NUMASIM_FILE_UNREADABLE, NUMASIM_RECORD_INVALID (with file and field). */
export function readRecording(file: string): Recording {
  let json: unknown;
  try {
    json = JSON.parse(readFile(file));
  } catch (cause) {
    if (cause instanceof NumasimError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NumasimError('NUMASIM_RECORD_INVALID', `is not JSON: ${reason}`, file, { cause });
  }
  const result = recordSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue === undefined || issue.path.length === 0 ? 'the record' : issue.path.join('.');
  throw new NumasimError('NUMASIM_RECORD_INVALID', issue?.message ?? 'invalid', `${file}: ${field}`);
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NumasimError('NUMASIM_FILE_UNREADABLE', reason, file, { cause });
  }
}

type Quantities = Record<string, string | number>;

interface Requirements {
  requests?: Quantities;
  limits?: Quantities;
}

function withoutNulls(
  value:
    { requests?: Quantities | null | undefined; limits?: Quantities | null | undefined } | null | undefined,
): Requirements | undefined {
  if (value === null || value === undefined) return undefined;
  return {
    ...(value.requests ? { requests: value.requests } : {}),
    ...(value.limits ? { limits: value.limits } : {}),
  };
}
