import { attachStreams } from './access/attach-streams.ts';
import type { ThreadAccess } from './access/attach-streams.ts';
import { findCgroup } from './cgroup-tree.ts';
import { KernelError } from './kernel-error.ts';
import { touchPages } from './memory/allocate.ts';
import { mapRegion } from './memory/map-region.ts';
import type { Mapping } from './memory/map-region.ts';
import { createMemoryPolicy } from './memory/memory-policy.ts';
import type { MemoryPolicySpec } from './memory/memory-policy.ts';
import type { MemoryObject } from './memory/memory-object.ts';
import type { Vma } from './memory/vma.ts';
import { NOT_RESIDENT } from './memory/memory-object.ts';
import { addThread, newProcess } from './process.ts';
import type { Process } from './process.ts';
import { fitToAllowed } from './sched/fork-placement.ts';
import type { ThreadPlace } from './sched/create-task.ts';
import type { Task } from './sched/task.ts';
import type { KernelState } from './state.ts';
import { NO_NODE } from './units.ts';

/** A process to start step by step: `fork` alone, or `fork` and `execve`. */
export interface StartSpec {
  readonly comm: string;
  /** Cgroup path. */
  readonly cgroup: string;
  readonly streamName: string;
  /** `Exec`: the address space was never scanned. `Fork`: it has the creator's next-scan time (REF §5.1). */
  readonly origin: 'Exec' | 'Fork';
  readonly main: ThreadPlace;
}

/** A mapping with the policy an `mbind` gives it, and the name of pages it shares with other processes. */
export interface MapSpec extends Omit<Mapping, 'object'> {
  readonly policy?: MemoryPolicySpec | undefined;
  /** Mappings that give the same name map the same pages. */
  readonly sharedObject?: string | undefined;
}

/** What a thread does from now on. */
export interface ThreadWork {
  readonly dutyPercent?: number | undefined;
  readonly accesses: readonly ThreadAccess[];
}

/**
 * The system calls by which a process comes to be and changes while it runs, one by one: what `spawn` does at once.
 * Everything a workload can do between ticks is here.
 */
export class ProcessCalls {
  readonly #state: KernelState;
  readonly #sharedObjects = new Map<string, MemoryObject>();

  constructor(state: KernelState) {
    this.#state = state;
  }

  start(spec: StartSpec): number {
    const cgroup = findCgroup(this.#state, spec.cgroup);
    if (!cgroup)
      throw new KernelError('ENOENT', spec.cgroup, 'there is no such cgroup to start a process in');
    const process = newProcess(this.#state, spec, cgroup, spec.main);
    if (spec.origin === 'Fork') {
      process.mm.nextScan = this.#state.jiffies + this.#state.msToJiffies(this.#state.tunables.scanDelayMs);
    }
    return process.pid;
  }

  startThread(pid: number, thread: ThreadPlace): number {
    return addThread(this.#state, this.#process(pid), thread).pid;
  }

  map(pid: number, { policy, sharedObject, ...mapping }: MapSpec): void {
    const { topology, variant } = this.#state;
    const created = policy ? createMemoryPolicy(policy, topology.nodeCount, variant) : null;
    const object = sharedObject === undefined ? undefined : this.#sharedObjects.get(sharedObject);
    const vma = mapRegion(this.#state, this.#process(pid), { ...mapping, object }, created);
    if (sharedObject !== undefined) this.#sharedObjects.set(sharedObject, vma.object);
  }

  touch(tid: number, region: string, [low, high]: readonly [number, number]): void {
    const task = this.#task(tid);
    const vma = this.#vma(task.tgid, region);
    const failed = touchPages(this.#state, vma, [low, high], {
      task,
      cpu: task.cpu,
      node: this.#state.nodeOfTask(task),
    });
    if (failed) throw new KernelError('ENOMEM', `region ${region}`, failed);
  }

  setAffinity(tid: number, cpus: readonly number[]): void {
    const task = this.#task(tid);
    const missing = cpus.find((cpu) => !(cpu in this.#state.runQueues));
    if (cpus.length === 0 || missing !== undefined)
      throw new KernelError(
        'EINVAL',
        `sched_setaffinity ${tid}`,
        `there is no CPU ${missing ?? 'in the mask'}`,
      );
    task.affinity = [...cpus];
    fitToAllowed(this.#state, task);
  }

  setWork(tid: number, { dutyPercent, accesses }: ThreadWork): void {
    const task = this.#task(tid);
    for (const { region } of accesses) this.#vma(task.tgid, region);
    const process = this.#process(task.tgid);
    attachStreams(this.#state, task, accesses, `${process.streamName}/${process.tasks.indexOf(task)}`);
    if (dutyPercent !== undefined) task.dutyPercent = dutyPercent;
  }

  /** Empties the per-CPU batches of new pages, as other work on the CPUs does in time. */
  drainLruBatches(): void {
    this.#state.lruBatches.drain();
  }

  /** Puts pages back on the batch of their process's CPU, where a page cannot be isolated (REF §10.1 row 4). */
  holdOnLruBatch(pid: number, region: string, [low, high]: readonly [number, number]): void {
    const vma = this.#vma(pid, region);
    const cpu = this.#process(pid).tasks[0]!.cpu;
    for (let page = low; page < high; page++) this.#state.lruBatches.add(cpu, vma.object, page);
  }

  /** Node of a page, NO_NODE while it is not resident. */
  pageNode(pid: number, region: string, page: number): number {
    const node = this.#vma(pid, region).object.node[page];
    return node === undefined || node === NOT_RESIDENT ? NO_NODE : node;
  }

  #process(pid: number): Process {
    const process = this.#state.processes.get(pid);
    if (!process) throw new KernelError('ESRCH', `pid ${pid}`, 'there is no such process');
    return process;
  }

  #task(tid: number): Task {
    const task = this.#state.tasks.get(tid);
    if (!task) throw new KernelError('ESRCH', `tid ${tid}`, 'there is no such thread');
    return task;
  }

  #vma(pid: number, region: string): Vma {
    const vma = this.#process(pid).mm.vmas.find(({ name }) => name === region);
    if (!vma) throw new KernelError('EINVAL', `pid ${pid}`, `there is no region ${region}`);
    return vma;
  }
}
