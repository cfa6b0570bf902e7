import { attachProgram } from './access/attach-program.ts';
import type { ThreadAccess, ThreadProgram } from './access/attach-program.ts';
import { addUsage } from './access/usage.ts';
import type { Cgroup } from './cgroup.ts';
import { checkProcess } from './check-process.ts';
import type { ProcessPolicies } from './check-process.ts';
import type { Job } from './job.ts';
import { AddressSpace } from './memory/address-space.ts';
import { touchPages } from './memory/allocate.ts';
import type { AllocationFailure } from './memory/allocate.ts';
import { mapRegion } from './memory/map-region.ts';
import type { MemoryPolicySpec } from './memory/memory-policy.ts';
import { unmapRegion } from './memory/unmap.ts';
import type { VmaFlags } from './memory/vma.ts';
import { createTask } from './sched/create-task.ts';
import type { ThreadPlace } from './sched/create-task.ts';
import { endTask } from './sched/end-task.ts';
import type { Task } from './sched/task.ts';
import type { KernelState } from './state.ts';

export type { ThreadAccess };

/** A mapping a process makes at its start and touches at once, in address order. */
export interface RegionSpec {
  readonly name: string;
  /** Base pages, at least 1. */
  readonly pages: number;
  /** Index of the thread that touches it first, default 0. */
  readonly firstToucher?: number | undefined;
  /**
   * Node its pages start on (through fallback if full) instead of the first toucher's: they are touched from a CPU of that
   * node if it has one, which shows in its allocation statistics and in which CPU's LRU batch holds the last of them.
   */
  readonly firstTouchNode?: number | undefined;
  /** An `mbind` on it before the first touch. */
  readonly policy?: MemoryPolicySpec | undefined;
  readonly flags?: VmaFlags | undefined;
  /** Whether aligned 2 MiB blocks of it become huge pages (`madvise`, or `always`), default no. */
  readonly hugePages?: boolean | undefined;
}

export interface ThreadSpec extends ThreadPlace, ThreadProgram {}

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
  /** How often it runs, one process after the other, if its threads have fixed work; default once. */
  readonly runs?: number | undefined;
}

/** A running process. */
export interface Process {
  readonly pid: number;
  readonly comm: string;
  readonly mm: AddressSpace;
  /** Its threads, the main thread first. */
  readonly tasks: Task[];
  /** Names its random streams. */
  readonly streamName: string;
  /** Threads and forked processes it has started so far, which number their names. */
  threadsStarted: number;
  forks: number;
  /** What it runs for; undefined if it was started step by step. */
  job?: Job | undefined;
}

/** The outcome of a start: the process, or why it was ended while it touched its memory. */
export type SpawnResult =
  | { readonly process: Process }
  | { readonly process?: undefined; readonly ended: AllocationFailure; readonly region: string };

/** Starts a process in a cgroup. @throws KernelError EINVAL when the description is not a process */
export function spawnProcess(state: KernelState, spec: ProcessSpec, cgroup: Cgroup): SpawnResult {
  const policies = checkProcess(state, spec);
  const process = newProcess(state, spec, cgroup, spec.threads[0]!);
  const [main] = process.tasks;
  main!.policy = policies.task;
  for (const thread of spec.threads.slice(1)) addThread(state, process, thread);
  const failed = mapRegions(state, spec, process, policies.regions);
  if (failed) {
    endProcess(state, process);
    return failed;
  }
  for (const [index, task] of process.tasks.entries()) {
    attachProgram(state, task, spec.threads[index]!);
  }
  return { process };
}

/** A process of one thread without mappings, as after `execve`: its address space was never scanned (REF §5.2). */
export function newProcess(
  state: KernelState,
  { comm, streamName }: { readonly comm: string; readonly streamName: string },
  cgroup: Cgroup,
  thread: ThreadPlace,
): Process {
  const mm = new AddressSpace(cgroup);
  const main = createTask(state, {
    comm,
    mm,
    cgroup,
    thread,
    streamName: `${streamName}/0`,
    creator: undefined,
  });
  const process: Process = {
    pid: main.pid,
    comm,
    mm,
    tasks: [main],
    streamName,
    threadsStarted: 1,
    forks: 0,
  };
  state.processes.set(process.pid, process);
  return process;
}

/** A further thread, created by the main one. */
export function addThread(state: KernelState, process: Process, thread: ThreadPlace): Task {
  const { comm, mm, tasks } = process;
  const main = tasks[0]!;
  const streamName = `${process.streamName}/${process.threadsStarted++}`;
  const task = createTask(state, { comm, mm, cgroup: main.cgroup, thread, streamName, creator: main });
  tasks.push(task);
  return task;
}

/** Ends a process: its tasks leave their groups, its memory is freed (REF §5.3). */
export function endProcess(state: KernelState, process: Process): void {
  state.processes.delete(process.pid);
  for (const task of process.tasks) leave(state, process, task);
  for (const table of process.mm.regions()) unmapRegion(state, table);
}

/** Ends a thread (REF §5.3), with the last one its process. */
export function exitThread(state: KernelState, process: Process, task: Task): void {
  if (process.tasks.length === 1) {
    endProcess(state, process);
    return;
  }
  process.tasks.splice(process.tasks.indexOf(task), 1);
  leave(state, process, task);
}

function leave(state: KernelState, { job }: Process, task: Task): void {
  if (job) addUsage(job.usage, { ...task.usage, runtimeNs: task.sumExec });
  endTask(state, task);
}

/** Ends the process of a task that could not get a page: there is no reclaim (docs/fidelity.md: L2). */
export function outOfMemory(state: KernelState, task: Task): void {
  for (const group of task.cgroup.governing('memory').lineage()) group.oomKills++;
  endProcess(state, state.processes.get(task.tgid)!);
}

function mapRegions(
  state: KernelState,
  spec: ProcessSpec,
  process: Process,
  policies: ProcessPolicies['regions'],
): SpawnResult | undefined {
  for (const [index, region] of spec.regions.entries()) {
    const vma = mapRegion(state, process, region, policies[index] ?? null);
    const task = process.tasks[region.firstToucher ?? 0]!;
    const node = region.firstTouchNode ?? state.nodeOfTask(task);
    const cpu = touchingCpu(state, task, node);
    const ended = touchPages(state, vma, [0, region.pages], { task, cpu, node });
    if (ended) return { ended, region: region.name };
  }
  return undefined;
}

/**
 * The CPU that makes first touches meant for a node: the thread's own if it is there, else the node's first one, as if the
 * thread had touched the pages before it came to where it is. A node without CPUs is filled from the thread's CPU.
 */
function touchingCpu({ topology }: KernelState, task: Task, node: number): number {
  if (topology.nodeOfCpu[task.cpu] === node) return task.cpu;
  return topology.cpusOf(node)[0] ?? task.cpu;
}
