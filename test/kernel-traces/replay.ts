/**
 * Replays a repetition of a recording through the engine: the recorded machine, tunables, workload and events, from the
 * fork on. Taken from the recording as inputs, because chance decided them there (README §9): the time from fork to
 * start, each thread's run time at the first sample, the sampler's share of CPU 0, free memory, and how many pages a
 * thread's migrations fail on.
 */
import { Kernel } from '../../src/engine/kernel.ts';
import { NS_PER_MS, PAGES_PER_MIB } from '../../src/engine/units.ts';
import { HZ, SAMPLER_CPU, START_LAG_MS, emulatedCosts, recordedVariant } from './emulated-machine.ts';
import { holdFailing } from './failing-pages.ts';
import type { RunSample } from './metrics.ts';
import type { RecordedEvent, Recording, Repetition } from './record.ts';
import { effectiveMinFreeKbytes } from './recorded-run.ts';
import {
  begin,
  createThreads,
  firstTouch,
  forkProcess,
  headStartMs,
  pin,
  setPhase,
} from './replayed-process.ts';
import type { ReplayedProcess } from './replayed-process.ts';
import { sampleRun } from './simulated-run.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';

/** A replay as it was sampled, and the digest of its kernel at the end. */
export interface Replay {
  readonly samples: readonly RunSample[];
  readonly digest: string;
}

/** Runs one repetition with a seed and samples it when the recording was sampled. */
export function replay(recording: Recording, repetition: Repetition, seed: number): Replay {
  const kernel = bootRecorded(recording, repetition, seed);
  const processes = recording.workload.processes.map((process) =>
    forkProcess(kernel, process, recording, repetition),
  );
  const startNs = repetition.forkToStartMs * NS_PER_MS;
  firstTouch(
    kernel,
    processes,
    startNs - NS_PER_MS * Math.max(...processes.map((each) => headStartMs(each, repetition))),
  );
  for (const process of processes) createThreads(kernel, process);
  kernel.run(startNs);
  matchFreeMemory(kernel, recording, repetition);
  for (const process of processes) pin(kernel, process);
  const samples = runAndSample(kernel, { recording, repetition, processes, startNs });
  return { samples, digest: kernel.digest() };
}

function bootRecorded(recording: Recording, repetition: Repetition, seed: number): Kernel {
  const { topology, tunables, workload, kernel: recorded } = recording;
  const kernel = new Kernel({
    machine: {
      nodes: topology.cpus.map((cpus, node) => ({
        cpus,
        pages: (topology.memMB[node] ?? 0) * PAGES_PER_MIB,
      })),
      distances: topology.distances,
    },
    seed,
    hz: HZ,
    costs: emulatedCosts(topology.nodes),
    variant: recordedVariant(recorded.numab_rfc),
    minFreeKbytes: effectiveMinFreeKbytes(recording, repetition),
  });
  kernel.write('/proc/sys/kernel/numa_balancing', String(recording.mode));
  for (const name of ['scan_delay_ms', 'scan_period_min_ms', 'scan_period_max_ms', 'scan_size_mb'] as const) {
    const value = tunables[name];
    if (typeof value === 'number')
      kernel.write(`/sys/kernel/debug/sched/numa_balancing/${name}`, String(value));
  }
  kernel.write(`${CGROUP_ROOT}/cgroup.subtree_control`, '+cpu +memory +cpuset');
  for (const path of workload.cgroups.filter((name) => name !== '.')) makeCgroup(kernel, path);
  for (const { cgroup, file, value } of workload.cgroupFlags) kernel.write(cgroupFile(cgroup, file), value);
  for (const { node, mb } of workload.fill) lock(kernel, topology.cpus[node]?.[0] ?? 0, mb * PAGES_PER_MIB);
  return kernel;
}

function makeCgroup(kernel: Kernel, path: string): void {
  const slash = path.lastIndexOf('/');
  if (slash > 0) {
    const parent = path.slice(0, slash);
    if (!kernel.hasCgroup(`/${parent}`)) makeCgroup(kernel, parent);
    kernel.write(cgroupFile(parent, 'cgroup.subtree_control'), '+cpu +memory +cpuset');
  }
  if (!kernel.hasCgroup(`/${path}`)) kernel.mkdir(`/${path}`);
}

function cgroupFile(cgroup: string, file: string): string {
  return cgroup === '.' || cgroup === '-' ? `${CGROUP_ROOT}/${file}` : `${CGROUP_ROOT}/${cgroup}/${file}`;
}

/** Takes as much memory as other users of the recorded machine had: free memory at the first sample is an input. */
function matchFreeMemory(kernel: Kernel, { topology }: Recording, repetition: Repetition): void {
  for (const [node, { freePages }] of kernel.nodes().entries()) {
    const recordedKB = repetition.samples[0]?.nodes?.[String(node)]?.freeKB;
    const cpu = topology.cpus[node]?.[0];
    if (recordedKB === undefined || cpu === undefined) continue;
    const surplus = freePages - Math.floor(recordedKB / 4);
    if (surplus > 0) lock(kernel, cpu, surplus);
  }
}

/** Locks memory on the node of a CPU, as a process that then sleeps. */
function lock(kernel: Kernel, cpu: number, pages: number): void {
  const pid = kernel.calls.start({
    comm: 'fill',
    cgroup: '/',
    streamName: 'fill',
    origin: 'Exec',
    main: { dutyPercent: 0, affinity: [cpu] },
  });
  kernel.calls.map(pid, { name: 'locked', pages });
  kernel.calls.touch(pid, 'locked', [0, pages]);
}

interface Run {
  readonly recording: Recording;
  readonly repetition: Repetition;
  readonly processes: readonly ReplayedProcess[];
  readonly startNs: number;
}

function runAndSample(kernel: Kernel, run: Run): readonly RunSample[] {
  const { recording, repetition, processes, startNs } = run;
  const start = {
    timeMs: START_LAG_MS,
    apply: () => {
      for (const process of processes) begin(kernel, process);
    },
  };
  const events = recording.workload.events.map((event, index) => ({
    timeMs: repetition.eventsApplied[index]?.t_ms ?? event.t_ms,
    apply: () => {
      apply(kernel, processes, event);
    },
  }));
  const pending = [start, ...events];
  const base = kernel.counters();
  const samplerNs = (repetition.sampler_us ?? 0) * 1000;
  return repetition.samples.map(({ t_ms: timeMs }) => {
    while (pending[0] && pending[0].timeMs <= timeMs) {
      const event = pending.shift()!;
      kernel.run(startNs + event.timeMs * NS_PER_MS);
      event.apply();
    }
    kernel.run(startNs + timeMs * NS_PER_MS);
    const sample = sampleRun(kernel, processes, { timeMs, base });
    kernel.calls.drainLruBatches();
    for (const process of processes) holdFailing(kernel, process, { repetition, timeMs });
    kernel.calls.occupyCpu(SAMPLER_CPU, samplerNs);
    return sample;
  });
}

function apply(kernel: Kernel, processes: readonly ReplayedProcess[], event: RecordedEvent): void {
  if (event.kind === 'set') kernel.write(event.target, event.value);
  else if (event.kind === 'cgset') kernel.write(cgsetPath(event.target), event.value);
  else {
    const process = processes.find(({ recorded }) => recorded.name === event.process)!;
    if (event.kind === 'pin') kernel.calls.setAffinity(process.tids[event.thread]!, event.pinCpus);
    else {
      const threads =
        event.thread === null || event.thread === undefined ? process.tids.keys() : [event.thread];
      for (const thread of threads) setPhase(kernel, process, thread, event.phase);
    }
  }
}

/** `group/file`, where `.` is the root. */
function cgsetPath(target: string): string {
  const slash = target.lastIndexOf('/');
  return cgroupFile(slash < 0 ? '.' : target.slice(0, slash), target.slice(slash + 1));
}
