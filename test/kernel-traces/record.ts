/**
 * A recording of a real kernel: the parts of the format that a replay and its comparison use (see the README beside
 * the recordings). Everything else in the file is ignored.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { z } from 'zod';

import { NumasimError } from '../../src/errors.ts';

const nodeIndex = z.int().min(0).max(63);
const cpuIndex = z.int().min(0).max(1023);

const access = z.object({
  region: z.string(),
  offPages: z.int().min(0),
  lenPages: z.int().min(1),
  stridePages: z.int().min(1),
  pattern: z.enum(['seq', 'rand', 'zipf']),
  rateTouchesPerSec: z.number().min(0),
  write: z.boolean(),
  phase: z.int().min(0),
});

const thread = z.object({
  pinCpus: z.array(cpuIndex),
  dutyPct: z.number().min(0).max(100),
  access: z.array(access),
});

const region = z.object({
  name: z.string(),
  pages: z.int().min(1),
  firstTouchCpu: cpuIndex,
  policy: z.string(),
  nodemask: z.int().min(0),
  thp: z.int().nullish(),
});

const process = z.object({
  name: z.string(),
  cgroup: z.string(),
  singleThreaded: z.boolean(),
  regions: z.array(region),
  threads: z.array(thread).min(1),
});

const at = { t_ms: z.number().min(0) };
const event = z.discriminatedUnion('kind', [
  z.object({
    ...at,
    kind: z.literal('pin'),
    process: z.string(),
    thread: z.int(),
    pinCpus: z.array(cpuIndex),
  }),
  z.object({
    ...at,
    kind: z.literal('phase'),
    process: z.string(),
    thread: z.int().nullish(),
    phase: z.int().min(0),
  }),
  z.object({ ...at, kind: z.literal('set'), target: z.string(), value: z.string() }),
  z.object({ ...at, kind: z.literal('cgset'), target: z.string(), value: z.string() }),
]);

const counters = z.record(z.string(), z.number());
const nodeCounts = z.array(z.number());

const sample = z.object({
  t_ms: z.number(),
  vmstat: counters.optional(),
  nodes: z.record(z.string(), z.object({ freeKB: z.number().optional() })).optional(),
  cgroups: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  tasks: z.record(z.string(), z.looseObject({ faultsLocality: z.array(z.number()).optional() })).optional(),
  slicePlacement: z.record(z.string(), nodeCounts).optional(),
});

const recordSchema = z.object({
  scenario: z.string(),
  title: z.string(),
  kernel: z.object({ version: z.string(), numab_rfc: z.int().min(0).max(3) }),
  mode: z.int().min(0).max(4),
  topology: z.object({
    nodes: nodeIndex,
    cpus: z.array(z.array(cpuIndex)),
    memMB: z.array(z.number()),
    distances: z.array(z.array(z.number())),
  }),
  tunables: z.looseObject({}),
  workload: z.object({
    cgroups: z.array(z.string()),
    cgroupFlags: z.array(z.object({ cgroup: z.string(), file: z.string(), value: z.string() })),
    fill: z.array(z.object({ node: nodeIndex, mb: z.number() })),
    processes: z.array(process).min(1),
    events: z.array(event),
  }),
  durationMs: z.number().positive(),
  sampleMs: z.number().positive(),
  perRepetition: z.array(z.looseObject({})),
  repetitions: z
    .array(
      z.object({
        rep: z.number(),
        forkToStartMs: z.number().min(0),
        sampler_us: z.number().min(0).nullish(),
        eventsApplied: z.array(z.object({ t_ms: z.number() })),
        samples: z.array(sample).min(2),
      }),
    )
    .min(1),
});

export type Recording = z.output<typeof recordSchema>;
export type Repetition = Recording['repetitions'][number];
export type RecordedSample = Repetition['samples'][number];
export type RecordedProcess = Recording['workload']['processes'][number];
export type RecordedThread = RecordedProcess['threads'][number];
export type RecordedRegion = RecordedProcess['regions'][number];
export type RecordedEvent = Recording['workload']['events'][number];

/** Reads a recording. @throws NumasimError NUMASIM_RECORD_INVALID with file and field */
export function readRecording(file: string): Recording {
  const result = recordSchema.safeParse(readJson(file));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.map(String).join('.') ?? '';
  throw new NumasimError('NUMASIM_RECORD_INVALID', `${field}: ${issue?.message ?? ''}`, basename(file));
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new NumasimError('NUMASIM_RECORD_INVALID', `is not readable JSON: ${what}`, file, { cause });
  }
}
