/**
 * Replays a repetition of a recording through the engine: the recorded machine, tunables, workload and events, from the
 * fork on. Taken from the recording as inputs, because chance decided them there (README §9): the time from fork to
 * start, each thread's run time at the first sample, the sampler's share of CPU 0, and how many pages a thread's
 * migrations fail on.
 */
import { Kernel } from '../../src/engine/kernel.ts';
import type { MemoryPolicySpec } from '../../src/engine/memory/memory-policy.ts';
import type { ThreadAccess } from '../../src/engine/process.ts';
import { NS_PER_MS, PAGES_PER_MIB } from '../../src/engine/units.ts';
import { BACKLOG_NS, HZ, emulatedCosts, recordedVariant } from './emulated-machine.ts';
import type { RunSample } from './metrics.ts';
import { effectiveMinFreeKbytes, failedMigrations, failuresBeforeStart } from './recorded-run.ts';
import type { RecordedEvent, RecordedProcess, RecordedRegion, Recording, Repetition } from './record.ts';
import {
  FORKED_PAGE,
  INHERITED_PAGE,
  LOWEST_REGION,
  SHARED_MAPPING,
  SMALL_MAPPINGS,
  smallAccesses,
  threadStack,
} from './small-mappings.ts';
import type { SmallPage } from './small-mappings.ts';
import { sampleRun } from './simulated-run.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';
const HUGE_BYTES = 2 ** 21;
/** README §4: the sampler is a real-time task on this CPU. */
const SAMPLER_CPU = 0;
const PATTERNS = { seq: 'Sequential', rand: 'Uniform', zipf: 'Zipf' } as const;

/** A recorded process in the kernel. */
export interface ReplayedProcess {
  readonly recorded: RecordedProcess;
  readonly pid: number;
  /** Thread ids, in the recording's order. */
  readonly tids: number[];
}

/** Runs one repetition with a seed and samples it when the recording was sampled. */
export function replay(recording: Recording, repetition: Repetition, seed: number): readonly RunSample[] {
  const kernel = bootRecorded(recording, repetition, seed);
  const processes = recording.workload.processes.map((process) => fork(kernel, process, recording, repetition));
  const startNs = repetition.forkToStartMs * NS_PER_MS;
  firstTouch(
    kernel,
    processes,
    startNs - NS_PER_MS * Math.max(...processes.map((each) => headStartMs(each, repetition))),
  );
  for (const process of processes) createThreads(kernel, process);
  kernel.run(startNs);
  matchFreeMemory(kernel, recording, repetition);
  kernel.calls.drainLruBatches();
  for (const process of processes) begin(kernel, process);
  for (const process of processes) holdFailing(kernel, process, recording, repetition);
  return runAndSample(kernel, { recording, repetition, processes, startNs });
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

/** Starts a process as a fork does: its address space has just been created. */
function fork(
  kernel: Kernel,
  recorded: RecordedProcess,
  { topology }: Recording,
  repetition: Repetition,
): ReplayedProcess {
  const cgroup = recorded.cgroup === '-' || recorded.cgroup === '.' ? '/' : `/${recorded.cgroup}`;
  const firstCpu = recorded.regions[0]?.firstTouchCpu ?? recorded.threads[0]!.pinCpus[0] ?? 0;
  const runtimeMs = runtimeAtStart(repetition, `${recorded.name}/0`) ?? repetition.forkToStartMs;
  const pid = kernel.calls.start({
    comm: recorded.name,
    cgroup,
    streamName: recorded.name,
    origin: 'Fork',
    main: {
      affinity: [SAMPLER_CPU],
      dutyPercent: Math.min(100, Math.max(1, (100 * runtimeMs) / repetition.forkToStartMs)),
    },
  });
  kernel.calls.map(pid, { ...SHARED_MAPPING.region, sharedObject: 'stat' });
  for (const { region } of SMALL_MAPPINGS) kernel.calls.map(pid, region);
  for (const { region, inherited } of [SHARED_MAPPING, ...SMALL_MAPPINGS]) {
    kernel.calls.touch(pid, region.name, [0, inherited]);
  }
  kernel.calls.setAffinity(pid, [forkCpu(topology)]);
  for (const { region, inherited, forked } of SMALL_MAPPINGS) {
    kernel.calls.touch(pid, region.name, [inherited, inherited + forked]);
  }
  kernel.calls.drainLruBatches();
  if (failuresBeforeStart(repetition, `${recorded.name}/0`) > 0) {
    hold(kernel, pid, { ...FORKED_PAGE, cpu: forkCpu(topology) });
  }
  kernel.calls.setAffinity(pid, [firstCpu]);
  mapRegions(kernel, pid, recorded.regions);
  kernel.calls.setWork(pid, { accesses: smallAccesses(0) });
  return { recorded, pid, tids: [pid] };
}

/** An idle CPU, as the parent is busy on the sampler's: the first of the next node. */
function forkCpu({ cpus }: Recording['topology']): number {
  return cpus[1]?.[0] ?? SAMPLER_CPU;
}

/** Regions grow downwards: the last declared lies lowest, each at a 2 MiB boundary with a gap. */
function mapRegions(kernel: Kernel, pid: number, regions: readonly RecordedRegion[]): void {
  let address = LOWEST_REGION;
  for (const { name, pages, policy, nodemask, thp } of [...regions].reverse()) {
    kernel.calls.map(pid, { name, pages, address, policy: policyOf(policy, nodemask), hugePages: thp === 1 });
    address = (Math.ceil((address + pages * 4096) / HUGE_BYTES) + 2) * HUGE_BYTES;
  }
}

function policyOf(policy: string, nodemask: number): MemoryPolicySpec | undefined {
  const [mode = '', flag] = policy.split('+');
  const modes = { interleave: 'Interleave', bind: 'Bind', preferred: 'Preferred', local: 'Local' } as const;
  const known = modes[mode as keyof typeof modes] as (typeof modes)[keyof typeof modes] | undefined;
  if (!known) return undefined;
  const nodes = Array.from({ length: 32 }, (_, node) => node).filter((node) => (nodemask >>> node) & 1);
  return { mode: known, nodes: known === 'Local' ? [] : nodes, numaBalancing: flag === 'nb' };
}

/** The main threads write every page in address order, region by region, until the start. */
function firstTouch(kernel: Kernel, processes: readonly ReplayedProcess[], startNs: number): void {
  const ticks = Math.max(1, Math.floor(startNs / kernel.tickNs));
  for (let tick = 1; tick <= ticks; tick++) {
    for (const { recorded, pid } of processes) touchUpTo(kernel, pid, recorded.regions, tick / ticks);
    kernel.run(tick * kernel.tickNs);
  }
}

function touchUpTo(kernel: Kernel, pid: number, regions: readonly RecordedRegion[], progress: number): void {
  const total = regions.reduce((sum, { pages }) => sum + pages, 0);
  let done = Math.ceil(total * progress);
  for (const { name, pages, firstTouchCpu } of regions) {
    const upTo = Math.min(pages, Math.max(0, done));
    done -= pages;
    if (upTo === 0 || kernel.calls.pageNode(pid, name, upTo - 1) >= 0) continue;
    kernel.calls.setAffinity(pid, [firstTouchCpu]);
    kernel.calls.touch(pid, name, [0, upTo]);
  }
}

/** How long before t = 0 further threads existed: what they had run by the first sample, less its own time. */
function headStartMs({ recorded }: ReplayedProcess, repetition: Repetition): number {
  const firstMs = repetition.samples[0]!.t_ms;
  const ages = recorded.threads.slice(1).map((thread, index) => {
    const runtimeMs = runtimeAtStart(repetition, `${recorded.name}/${index + 1}`) ?? 0;
    return thread.dutyPct < 100 ? 0 : runtimeMs - firstMs;
  });
  return Math.max(0, ...ages);
}

/** The main thread goes to where it will run and creates the others there. */
function createThreads(kernel: Kernel, { recorded, pid, tids }: ReplayedProcess): void {
  if (recorded.threads.length === 1) return;
  kernel.calls.setAffinity(pid, recorded.threads[0]!.pinCpus);
  for (const [index, { pinCpus }] of recorded.threads.entries()) {
    if (index === 0) continue;
    const { region, forked } = threadStack(index);
    kernel.calls.map(pid, region);
    kernel.calls.touch(pid, region.name, [0, forked]);
    tids.push(kernel.calls.startThread(pid, { affinity: pinCpus }));
  }
}

/** t = 0: everyone is pinned and begins its accesses. */
function begin(kernel: Kernel, process: ReplayedProcess): void {
  for (const [index, { pinCpus }] of process.recorded.threads.entries()) {
    kernel.calls.setAffinity(process.tids[index]!, pinCpus);
    setPhase(kernel, process, index, 0);
  }
}

function setPhase(kernel: Kernel, { recorded, tids }: ReplayedProcess, index: number, phase: number): void {
  const { access, dutyPct } = recorded.threads[index]!;
  const current = access.filter((entry) => entry.phase === phase);
  const accesses = current.map((entry): ThreadAccess => {
    const threads = recorded.threads.length;
    return {
      region: entry.region,
      pattern: PATTERNS[entry.pattern],
      touchesPerSecond: entry.rateTouchesPerSec,
      writePercent: entry.write ? 100 : 0,
      offsetPages: entry.offPages,
      stridePages: entry.stridePages,
      lengthPages: entry.lenPages,
      startIndex: Math.floor((entry.lenPages * index) / threads),
      backlogNs: BACKLOG_NS,
    };
  });
  kernel.calls.setWork(tids[index]!, {
    dutyPercent: dutyPct,
    accesses: [...accesses, ...smallAccesses(index)],
  });
}

/**
 * Pages that cannot be isolated: the last that were allocated on a CPU (REF §10.1 row 4). As many for each thread as its
 * migrations failed on at first: one of its small pages, then the end of the region it uses (README §6 fact 8).
 */
function holdFailing(
  kernel: Kernel,
  process: ReplayedProcess,
  { topology }: Recording,
  repetition: Repetition,
): void {
  const { recorded, pid } = process;
  for (const [index, { access }] of recorded.threads.entries()) {
    const failing = failedMigrations(repetition, `${recorded.name}/${index}`);
    if (failing === 0) continue;
    const small = failingSmallPage(process, index, forkCpu(topology));
    if (small) hold(kernel, pid, small);
    const [entry] = access;
    const region = recorded.regions.find(({ name }) => name === entry?.region);
    if (!entry || !region) continue;
    const end = entry.offPages + (entry.lenPages - 1) * entry.stridePages + 1;
    const rest = failing - (small ? 1 : 0);
    kernel.calls.holdOnLruBatch(region.firstTouchCpu, pid, region.name, [
      Math.max(entry.offPages, end - rest),
      end,
    ]);
  }
}

interface WaitingPage extends SmallPage {
  /** The CPU of the batch. */
  readonly cpu: number;
}

function hold(kernel: Kernel, pid: number, { cpu, region, page }: WaitingPage): void {
  kernel.calls.holdOnLruBatch(cpu, pid, region, [page, page + 1]);
}

/** The small page of a thread that waits in a batch, with the CPU of that batch; none where later pages have filled it. */
function failingSmallPage(
  { recorded }: ReplayedProcess,
  index: number,
  forkedOn: number,
): WaitingPage | undefined {
  const main = recorded.threads[0]!.pinCpus[0] ?? SAMPLER_CPU;
  if (index > 0) return { region: `stack ${index}`, page: 0, cpu: main };
  if (main !== SAMPLER_CPU) return { ...INHERITED_PAGE, cpu: SAMPLER_CPU };
  return recorded.threads.length === 1 ? undefined : { ...FORKED_PAGE, cpu: forkedOn };
}

function runtimeAtStart(repetition: Repetition, thread: string): number | undefined {
  const runtime = repetition.samples[0]?.tasks?.[thread]?.runtimeMs;
  return typeof runtime === 'number' ? runtime : undefined;
}

interface Run {
  readonly recording: Recording;
  readonly repetition: Repetition;
  readonly processes: readonly ReplayedProcess[];
  readonly startNs: number;
}

function runAndSample(kernel: Kernel, run: Run): readonly RunSample[] {
  const { recording, repetition, processes, startNs } = run;
  const pending = recording.workload.events.map((event, index) => ({
    event,
    timeMs: repetition.eventsApplied[index]?.t_ms ?? event.t_ms,
  }));
  const base = kernel.counters();
  const samplerNs = (repetition.sampler_us ?? 0) * 1000;
  return repetition.samples.map(({ t_ms: timeMs }) => {
    while (pending[0] && pending[0].timeMs <= timeMs) {
      const { event, timeMs: eventMs } = pending.shift()!;
      kernel.run(startNs + eventMs * NS_PER_MS);
      apply(kernel, processes, event);
    }
    kernel.run(startNs + timeMs * NS_PER_MS);
    const sample = sampleRun(kernel, processes, { timeMs, base });
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
