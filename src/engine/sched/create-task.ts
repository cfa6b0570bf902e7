import { taskScanMax } from '../balancing/scan-period.ts';
import type { Cgroup } from '../cgroup.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import { InterleaveCursor } from '../memory/interleave-cursor.ts';
import { hashText } from '../random.ts';
import type { KernelState } from '../state.ts';
import { NO_NODE, NS_PER_MS } from '../units.ts';
import { allowedCpus } from './assign-cpu.ts';
import { forkCpu } from './fork-placement.ts';
import { Task } from './task.ts';

/** When a thread is awake, and where it may run. */
export interface ThreadPlace {
  /** Share of each 10 ms the thread is awake, 0–100, default 100. */
  readonly dutyPercent?: number | undefined;
  /** Where in the 10 ms its waking part begins, ns, default 0. */
  readonly dutyPhaseNs?: number | undefined;
  /** Whether the waking part lies elsewhere in each window, as of a program that keeps no step with the clock. */
  readonly dutyJitter?: boolean | undefined;
  /** CPU ids of its affinity mask, default all. */
  readonly affinity?: readonly number[] | undefined;
}

interface TaskOrigin {
  readonly comm: string;
  readonly mm: AddressSpace;
  readonly cgroup: Cgroup;
  readonly thread: ThreadPlace;
  /** Names its random streams. */
  readonly streamName: string;
  /** The thread that creates it: one of the same address space, or for a forked process of another; undefined after boot. */
  readonly creator: Task | undefined;
}

/** A new task with the balancer's initial state (REF §5.1), on a CPU. */
export function createTask(
  state: KernelState,
  { comm, mm, cgroup, thread, streamName, creator }: TaskOrigin,
): Task {
  const pid = state.nextPid++;
  const interleave = new InterleaveCursor(state.topology.nodeCount - 1);
  const tgid = creator?.mm === mm ? creator.tgid : pid;
  const task = new Task({ pid, tgid, comm: comm.slice(0, 15), mm, streamName, cgroup, interleave });
  task.dutyPercent = thread.dutyPercent ?? 100;
  task.dutyPhaseNs = thread.dutyPhaseNs ?? 0;
  task.affinity = thread.affinity;
  if (thread.dutyJitter === true) task.dutyJitterSeed = hashText(streamName, state.seed | 0);
  if (creator) inheritFromCreator(state, task, creator);
  else task.scanSeq = mm.scanSeq;
  task.scanPeriodMs = state.tunables.scanDelayMs;
  mm.users++;
  enqueue(state, task, creator);
  return task;
}

function enqueue(state: KernelState, task: Task, creator: Task | undefined): void {
  const origin = creator
    ? { home: state.nodeOfTask(creator), preferred: creator.preferredNode }
    : { home: NO_NODE, preferred: NO_NODE };
  task.cpu = forkCpu(state, allowedCpus(state, task), origin);
  task.readyAt = state.now;
  const queue = state.runQueues[task.cpu]!;
  task.vruntime = queue.minVruntime;
  queue.add(task);
  state.tasks.set(task.pid, task);
  task.cgroup.tasks.add(task.pid);
}

/** The initialiser looks at the creator's address space, also where the child is going to have one of its own (REF §5.1). */
function inheritFromCreator(state: KernelState, task: Task, creator: Task): void {
  const { mm } = creator;
  if (mm.users === 1) {
    mm.nextScan = state.jiffies + state.msToJiffies(state.tunables.scanDelayMs);
    mm.scanSeq = 0;
  }
  task.scanSeq = mm.scanSeq;
  task.policy = creator.policy;
  if (task.mm !== mm) return;
  task.preferredNode = creator.preferredNode;
  task.nodeStamp = threadStamp(state, creator);
}

/**
 * A new thread's stamp is the smaller of a period in ms and one in ns, which in practice is the one in ms taken as ns,
 * plus two ticks (REF §5.1).
 */
function threadStamp(state: KernelState, creator: Task): number {
  const periodNs = (creator.scanPeriodMs * creator.mm.users * NS_PER_MS) % 2 ** 32;
  return Math.min(taskScanMax(creator, state.tunables), periodNs) + 2 * state.tickNs;
}
