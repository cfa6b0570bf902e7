/** Recorded processes in a simulated kernel: from the fork to the start of their accesses (README §3). */
import type { Kernel } from '../../src/engine/kernel.ts';
import type { MemoryPolicySpec } from '../../src/engine/memory/memory-policy.ts';
import type { ThreadAccess } from '../../src/engine/process.ts';
import { BACKLOG_NS, SAMPLER_CPU } from './emulated-machine.ts';
import { failuresBeforeStart } from './failed-migrations.ts';
import type { RecordedProcess, RecordedRegion, Recording, Repetition } from './record.ts';
import { regionAddresses } from './region-addresses.ts';
import {
  FORKED_PAGE,
  firstAccesses,
  SHARED_MAPPING,
  SMALL_MAPPINGS,
  smallAccesses,
  threadStack,
} from './small-mappings.ts';

const PATTERNS = { seq: 'Sequential', rand: 'Uniform', zipf: 'Zipf' } as const;

/** A recorded process in the kernel. */
export interface ReplayedProcess {
  readonly recorded: RecordedProcess;
  readonly pid: number;
  /** Thread ids, in the recording's order. */
  readonly tids: number[];
}

/** Starts a process as a fork does: its address space has just been created. */
export function forkProcess(
  kernel: Kernel,
  recorded: RecordedProcess,
  { topology }: Recording,
  repetition: Repetition,
): ReplayedProcess {
  const cgroup = ['-', '.'].includes(recorded.cgroup) ? '/' : `/${recorded.cgroup}`;
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
  writeSmallPages(kernel, pid, topology);
  if (failuresBeforeStart(repetition, `${recorded.name}/0`) > 0) {
    kernel.calls.holdPages(pid, FORKED_PAGE.region, [FORKED_PAGE.page, FORKED_PAGE.page + 1]);
  }
  kernel.calls.setAffinity(pid, [firstCpu]);
  mapRegions(kernel, pid, recorded.regions);
  kernel.calls.setWork(pid, { accesses: firstAccesses() });
  return { recorded, pid, tids: [pid] };
}

/** On the parent's CPU, then where the fork put the process; what else ran on those CPUs has drained their batches since. */
function writeSmallPages(kernel: Kernel, pid: number, topology: Recording['topology']): void {
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
}

/** An idle CPU, as the parent is busy on the sampler's: the first of the next node. */
function forkCpu({ cpus }: Recording['topology']): number {
  return cpus[1]?.[0] ?? SAMPLER_CPU;
}

function mapRegions(kernel: Kernel, pid: number, regions: readonly RecordedRegion[]): void {
  const addresses = regionAddresses(regions);
  for (const [index, { name, pages, policy, nodemask, thp }] of regions.entries()) {
    kernel.calls.map(pid, {
      name,
      pages,
      address: addresses[index],
      policy: policyOf(policy, nodemask),
      hugePages: thp === 1,
    });
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
export function firstTouch(kernel: Kernel, processes: readonly ReplayedProcess[], startNs: number): void {
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
export function headStartMs({ recorded }: ReplayedProcess, repetition: Repetition): number {
  const firstMs = repetition.samples[0]!.t_ms;
  const ages = recorded.threads.slice(1).map((thread, index) => {
    const runtimeMs = runtimeAtStart(repetition, `${recorded.name}/${index + 1}`) ?? 0;
    return thread.dutyPct < 100 ? 0 : runtimeMs - firstMs;
  });
  return Math.max(0, ...ages);
}

/** The main thread goes to where it will run and creates the others there. */
export function createThreads(kernel: Kernel, { recorded, pid, tids }: ReplayedProcess): void {
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

/** t = 0: everyone is pinned, and waits for the start. */
export function pin(kernel: Kernel, { recorded, tids }: ReplayedProcess): void {
  for (const [index, { pinCpus }] of recorded.threads.entries()) {
    kernel.calls.setAffinity(tids[index]!, pinCpus);
    kernel.calls.setWork(tids[index]!, { dutyPercent: 0, accesses: [] });
  }
}

/** The start: everyone begins its accesses. */
export function begin(kernel: Kernel, process: ReplayedProcess): void {
  for (const index of process.tids.keys()) setPhase(kernel, process, index, 0);
}

export function setPhase(
  kernel: Kernel,
  { recorded, tids }: ReplayedProcess,
  index: number,
  phase: number,
): void {
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

function runtimeAtStart(repetition: Repetition, thread: string): number | undefined {
  const runtime = repetition.samples[0]?.tasks?.[thread]?.runtimeMs;
  return typeof runtime === 'number' ? runtime : undefined;
}
