/** The samples of a recorded repetition, made whole: in the file, a missing key means unchanged. */
import type { RecordedSample, Recording, Repetition } from './record.ts';
import type { AccessRates, RunSample, ThreadState } from './metrics.ts';

export function recordedRun(repetition: Repetition): readonly RunSample[] {
  const counters: Record<string, number> = {};
  const tasks = new Map<string, Record<string, unknown>>();
  const placement = new Map<string, readonly number[]>();
  return repetition.samples.map((sample) => {
    Object.assign(counters, sample.vmstat);
    mergeTasks(tasks, sample);
    for (const [entry, pages] of Object.entries(sample.slicePlacement ?? {})) placement.set(entry, pages);
    return {
      timeMs: sample.t_ms,
      counters: { ...counters },
      threads: [...tasks].map(([name, task]) => threadState(name, task)),
      placement: new Map(placement),
    };
  });
}

/** Rates of the access entries of the first phase. */
export function accessRates({ workload }: Recording): AccessRates {
  const rates = new Map<string, number>();
  for (const process of workload.processes) {
    for (const [thread, { access }] of process.threads.entries()) {
      for (const [entry, { rateTouchesPerSec }] of access.entries()) {
        rates.set(`${process.name}/${thread}/${entry}`, rateTouchesPerSec);
      }
    }
  }
  return rates;
}

/**
 * The effective `min_free_kbytes`, which no file of the recording states: huge pages raise it. It is read off a node that
 * was filled on purpose: moves there stop at its high watermark, 3/2 of its share of the minimum (REF §10.3).
 */
export function effectiveMinFreeKbytes(
  { topology, workload }: Recording,
  repetition: Repetition,
): number | undefined {
  const [filled] = workload.fill;
  if (!filled) return undefined;
  const free = repetition.samples.flatMap(({ nodes }) => nodes?.[String(filled.node)]?.freeKB ?? []);
  const totalMB = topology.memMB.reduce((sum, mb) => sum + mb, 0);
  return Math.round((Math.min(...free) / 1.5) * (totalMB / (topology.memMB[filled.node] ?? totalMB)));
}

function mergeTasks(
  tasks: Map<string, Record<string, unknown>>,
  { tasks: changed = {} }: RecordedSample,
): void {
  for (const [name, fields] of Object.entries(changed)) tasks.set(name, { ...tasks.get(name), ...fields });
}

function threadState(name: string, task: Readonly<Record<string, unknown>>): ThreadState {
  const number = (key: string, absent: number): number =>
    typeof task[key] === 'number' ? task[key] : absent;
  return {
    name,
    node: number('node', 0),
    preferredNode: number('preferredNid', -1),
    mmScanSeq: number('mmScanSeq', 0),
    scanPeriodMs: number('scanPeriodMs', 0),
  };
}
