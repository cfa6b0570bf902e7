import { AccessStream } from './access/access-stream.ts';
import type { AccessSpec } from './access/access-stream.ts';
import { leaveGroup } from './balancing/numa-group.ts';
import { taskScanMax } from './balancing/scan-period.ts';
import type { Cgroup } from './cgroup.ts';
import { checkProcess } from './check-process.ts';
import type { ProcessPolicies } from './check-process.ts';
import { AddressSpace } from './memory/address-space.ts';
import { chargePages, touchPages } from './memory/allocate.ts';
import type { AllocationFailure } from './memory/allocate.ts';
import { InterleaveCursor } from './memory/interleave-cursor.ts';
import { MemoryObject } from './memory/memory-object.ts';
import type { MemoryPolicySpec } from './memory/memory-policy.ts';
import { ANONYMOUS, Vma } from './memory/vma.ts';
import type { VmaFlags } from './memory/vma.ts';
import { RandomStream } from './random.ts';
import { allowedCpus } from './sched/assign-cpu.ts';
import { forkCpu } from './sched/fork-placement.ts';
import { Task } from './sched/task.ts';
import type { KernelState } from './state.ts';
import { HUGE_PAGES, NO_NODE, NS_PER_MS, PAGE_BYTES } from './units.ts';

/** A mapping a process makes at its start and touches at once, in address order. */
export interface RegionSpec {
  readonly name: string;
  /** Base pages, at least 1. */
  readonly pages: number;
  /** Index of the thread that touches it first, default 0. */
  readonly firstToucher?: number | undefined;
  /** Node its pages start on (through fallback if full) instead of the first toucher's. */
  readonly firstTouchNode?: number | undefined;
  /** An `mbind` on it before the first touch. */
  readonly policy?: MemoryPolicySpec | undefined;
  readonly flags?: VmaFlags | undefined;
}

/** An access entry of a thread, on a region of its process. */
export interface ThreadAccess extends AccessSpec {
  readonly region: string;
}

export interface ThreadSpec {
  /** Share of each 10 ms the thread is awake, 1–100, default 100. */
  readonly dutyPercent?: number | undefined;
  /** Where in the 10 ms its waking part begins, ns, default 0. */
  readonly dutyPhaseNs?: number | undefined;
  /** CPU ids of its affinity mask, default all. */
  readonly affinity?: readonly number[] | undefined;
  readonly accesses: readonly ThreadAccess[];
}

/** A process to start: `execve` of a program that maps its regions, touches them and starts its threads. */
export interface ProcessSpec {
  /** Command name, at most 15 characters are shown. */
  readonly comm: string;
  /** Cgroup path its tasks start in, e.g. `/kubepods.slice/x.scope`. */
  readonly cgroup: string;
  /** Names its random streams: equal names and seeds give equal draws, whenever it is started. */
  readonly streamName: string;
  readonly regions: readonly RegionSpec[];
  /** At least one; the first is the main thread. */
  readonly threads: readonly ThreadSpec[];
  /** Task policy, as `set_mempolicy` in the main thread before anything else sets it. */
  readonly policy?: MemoryPolicySpec | undefined;
}

/** A running process. */
export interface Process {
  readonly pid: number;
  readonly comm: string;
  readonly mm: AddressSpace;
  readonly tasks: readonly Task[];
}

/** The outcome of a start: the process, or why it was ended while it touched its memory. */
export type SpawnResult =
  | { readonly process: Process }
  | { readonly process?: undefined; readonly ended: AllocationFailure; readonly region: string };

const FIRST_MAPPING = 0x7f00_0000_0000;
const HUGE_BYTES = HUGE_PAGES * PAGE_BYTES;

/** Starts a process in a cgroup. @throws KernelError EINVAL when the description is not a process */
export function spawnProcess(state: KernelState, spec: ProcessSpec, cgroup: Cgroup): SpawnResult {
  const policies = checkProcess(state, spec);
  const mm = new AddressSpace(cgroup);
  const main = createTask(state, { spec, mm, cgroup, index: 0, creator: undefined });
  main.policy = policies.task;
  const tasks = [main];
  for (let index = 1; index < spec.threads.length; index++) {
    tasks.push(createTask(state, { spec, mm, cgroup, index, creator: main }));
  }
  const process: Process = { pid: main.pid, comm: spec.comm, mm, tasks };
  const failed = mapRegions(state, spec, process, policies.regions);
  if (failed) {
    endProcess(state, process);
    return failed;
  }
  for (const [index, task] of tasks.entries()) attachStreams(state, spec, task, index);
  state.processes.set(process.pid, process);
  return { process };
}

/** Ends a process: its tasks leave their groups, its memory is freed (REF §5.3). */
export function endProcess(state: KernelState, process: Process): void {
  state.processes.delete(process.pid);
  for (const task of process.tasks) {
    task.exiting = true;
    leaveGroup(task);
    state.runQueues[task.cpu]!.remove(task);
    task.cgroup.tasks.delete(task.pid);
    state.tasks.delete(task.pid);
  }
  for (const { object } of process.mm.vmas) {
    if (--object.mappings > 0) continue;
    state.lruBatches.drop(object);
    let resident = 0;
    object.residentPerNode.forEach((pages, node) => {
      state.memory.release(node, pages);
      resident += pages;
    });
    chargePages(object.cgroup, -resident);
  }
}

interface TaskOrigin {
  readonly spec: ProcessSpec;
  readonly mm: AddressSpace;
  readonly cgroup: Cgroup;
  readonly index: number;
  /** The thread that creates it, undefined for the main thread of a program just executed. */
  readonly creator: Task | undefined;
}

/** A new task with the balancer's initial state (REF §5.1; §5.2 for the main thread). */
function createTask(state: KernelState, { spec, mm, cgroup, index, creator }: TaskOrigin): Task {
  const pid = state.nextPid++;
  const interleave = new InterleaveCursor(state.topology.nodeCount - 1);
  const tgid = creator?.tgid ?? pid;
  const task = new Task({ pid, tgid, comm: spec.comm.slice(0, 15), mm, cgroup, interleave });
  const thread = spec.threads[index]!;
  task.dutyPercent = thread.dutyPercent ?? 100;
  task.dutyPhaseNs = thread.dutyPhaseNs ?? 0;
  task.affinity = thread.affinity;
  if (creator && mm.users === 1) {
    mm.nextScan = state.jiffies + state.msToJiffies(state.tunables.scanDelayMs);
    mm.scanSeq = 0;
  }
  task.scanSeq = mm.scanSeq;
  task.scanPeriodMs = state.tunables.scanDelayMs;
  if (creator) inheritFromCreator(state, task, creator);
  mm.users++;
  const home = creator ? state.nodeOfTask(creator) : NO_NODE;
  task.cpu = forkCpu(state, allowedCpus(state, task), home);
  task.readyAt = state.now;
  const queue = state.runQueues[task.cpu]!;
  task.vruntime = queue.minVruntime;
  queue.add(task);
  state.tasks.set(pid, task);
  cgroup.tasks.add(pid);
  return task;
}

/**
 * A new thread's stamp is the smaller of a period in ms and one in ns, which in practice is the one in ms taken as ns,
 * plus two ticks (REF §5.1).
 */
function inheritFromCreator(state: KernelState, task: Task, creator: Task): void {
  const periodNs = (creator.scanPeriodMs * task.mm.users * NS_PER_MS) % 2 ** 32;
  task.nodeStamp = Math.min(taskScanMax(creator, state.tunables), periodNs) + 2 * state.tickNs;
  task.preferredNode = creator.preferredNode;
  task.policy = creator.policy;
}

function mapRegions(
  state: KernelState,
  spec: ProcessSpec,
  { mm, tasks }: Process,
  policies: ProcessPolicies['regions'],
): SpawnResult | undefined {
  const memcg = tasks[0]!.cgroup.governing('memory');
  let address = FIRST_MAPPING;
  for (const [index, region] of spec.regions.entries()) {
    const object = new MemoryObject(region.pages, state.topology.nodeCount, memcg);
    const vma = new Vma(region.name, address, object, region.flags ?? ANONYMOUS, policies[index] ?? null);
    object.mappings = 1;
    mm.insert(vma);
    // Mappings start at 2 MiB boundaries, with a gap between them so that they never merge.
    address = Math.ceil((vma.end + PAGE_BYTES) / HUGE_BYTES) * HUGE_BYTES;
    const task = tasks[region.firstToucher ?? 0]!;
    const node = region.firstTouchNode ?? state.nodeOfTask(task);
    const ended = touchPages(state, vma, [0, region.pages], { task, cpu: task.cpu, node });
    if (ended) return { ended, region: region.name };
  }
  return undefined;
}

function attachStreams(state: KernelState, spec: ProcessSpec, task: Task, index: number): void {
  task.streams = spec.threads[index]!.accesses.map((access, entry) => {
    const vma = task.mm.vmas.find(({ name }) => name === access.region)!;
    const random = new RandomStream(state.seed, `${spec.streamName}/${index}/${entry}`);
    return new AccessStream(vma, access, random, state.now);
  });
}
