import { attachProgram } from './access/attach-program.ts';
import type { ThreadProgram } from './access/attach-program.ts';
import { execProcess } from './exec.ts';
import { forkProcess } from './fork.ts';
import { groupForProcesses } from './cgroup-tree.ts';
import { checkAccess, checkOf, checkThread } from './check-process.ts';
import { KernelError } from './kernel-error.ts';
import { touchPages } from './memory/allocate.ts';
import { bindRange, protectRange, unmapRange } from './memory/change-range.ts';
import type { AccessRights, PageSpan } from './memory/change-range.ts';
import { mapRegion } from './memory/map-region.ts';
import type { Mapping } from './memory/map-region.ts';
import { createMemoryPolicy } from './memory/memory-policy.ts';
import type { MemoryPolicySpec } from './memory/memory-policy.ts';
import type { MemoryObject } from './memory/memory-object.ts';
import type { PageTable } from './memory/page-table.ts';
import { NOT_RESIDENT } from './memory/memory-object.ts';
import { addThread, exitThread, newProcess } from './process.ts';
import type { Process } from './process.ts';
import { fitToAllowed } from './sched/fork-placement.ts';
import type { ThreadPlace } from './sched/create-task.ts';
import type { Task } from './sched/task.ts';
import type { KernelState } from './state.ts';
import { NO_NODE, PAGE_BYTES } from './units.ts';

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
export interface MapSpec extends Omit<Mapping, 'object' | 'isNamed'> {
  readonly policy?: MemoryPolicySpec | undefined;
  /** Mappings that give the same name map the same pages. */
  readonly sharedObject?: string | undefined;
}

/** What a thread does from now on. */
export interface ThreadWork extends ThreadProgram {
  readonly dutyPercent?: number | undefined;
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
    const cgroup = groupForProcesses(this.#state, spec.cgroup);
    checkThread(this.#state, spec.main, checkOf(`process ${spec.comm}`));
    const process = newProcess(this.#state, spec, cgroup, spec.main);
    if (spec.origin === 'Fork') {
      process.mm.nextScan = this.#state.jiffies + this.#state.msToJiffies(this.#state.tunables.scanDelayMs);
    }
    return process.pid;
  }

  startThread(pid: number, thread: ThreadPlace): number {
    const process = this.#process(pid);
    checkThread(this.#state, thread, checkOf(`clone ${pid}`));
    return addThread(this.#state, process, thread).pid;
  }

  /** A copy of a thread's process (REF §5.1), with no work to do yet. @returns its pid */
  fork(tid: number): number {
    const creator = this.#task(tid);
    return forkProcess(this.#state, this.#process(creator.tgid), creator).pid;
  }

  /** Replaces the address space of a process by an empty one; of its threads the main one is left (REF §5.2). */
  exec(pid: number): void {
    execProcess(this.#state, this.#process(pid));
  }

  /** Ends a thread (REF §5.3); with the last one the process ends. */
  exitThread(tid: number): void {
    const task = this.#task(tid);
    exitThread(this.#state, this.#process(task.tgid), task);
  }

  /** Takes pages of a region away. */
  munmap(pid: number, region: string, span: PageSpan): void {
    const table = this.#region(pid, region);
    checkSpan(table, span);
    unmapRange(this.#state, this.#process(pid), table, span);
  }

  /** Changes the access rights of pages of a region. */
  mprotect(pid: number, region: string, span: PageSpan, rights: AccessRights): void {
    protectRange(this.#process(pid), this.#mapped(pid, region, span), span, rights);
  }

  /** Changes the memory policy of pages of a region; those that are there stay where they are. */
  mbind(pid: number, region: string, span: PageSpan, spec: MemoryPolicySpec): void {
    const { topology, variant } = this.#state;
    const policy = createMemoryPolicy(spec, topology.nodeCount, variant);
    bindRange(this.#process(pid), this.#mapped(pid, region, span), span, policy);
  }

  map(pid: number, { policy, sharedObject, ...mapping }: MapSpec): void {
    const { topology, variant } = this.#state;
    checkMapping(this.#process(pid), mapping);
    const created = policy ? createMemoryPolicy(policy, topology.nodeCount, variant) : null;
    const object = sharedObject === undefined ? undefined : this.#liveObject(sharedObject);
    const vma = mapRegion(
      this.#state,
      this.#process(pid),
      { ...mapping, object, isNamed: sharedObject !== undefined },
      created,
    );
    if (sharedObject !== undefined) this.#sharedObjects.set(sharedObject, vma.object);
  }

  touch(tid: number, region: string, [low, high]: readonly [number, number]): void {
    const task = this.#task(tid);
    const table = this.#region(task.tgid, region);
    checkSpan(table, [low, high]);
    const touch = { task, cpu: task.cpu, node: this.#state.nodeOfTask(task) };
    for (const vma of table.vmas) {
      const span = [Math.max(low, vma.low), Math.min(high, vma.high)] as const;
      const failed = touchPages(this.#state, vma, span, touch);
      if (failed) throw new KernelError('ENOMEM', `region ${region}`, failed);
    }
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

  setWork(tid: number, { dutyPercent, ...program }: ThreadWork): void {
    const task = this.#task(tid);
    const check = checkOf(`tid ${tid}`);
    for (const access of program.accesses) checkAccess(this.#region(task.tgid, access.region), access, check);
    checkThread(this.#state, { dutyPercent }, check);
    attachProgram(this.#state, task, program);
    if (dutyPercent !== undefined) task.dutyPercent = dutyPercent;
  }

  /** Takes a CPU away from its tasks for a time, as a task of a higher scheduling class does. */
  occupyCpu(cpu: number, forNs: number): void {
    const queue = this.#state.runQueues[cpu];
    if (!queue) throw new KernelError('EINVAL', `cpu ${cpu}`, 'there is no such CPU');
    queue.clock = Math.max(queue.clock, this.#state.now) + forNs;
  }

  /** Empties the per-CPU batches of new pages, as other work on the CPUs does in time. */
  drainLruBatches(): void {
    this.#state.lruBatches.drain();
  }

  /** Keeps pages from being isolated, as somebody who holds them does, until the batches are drained (REF §10.1 row 4). */
  holdPages(pid: number, region: string, [low, high]: readonly [number, number]): void {
    const table = this.#region(pid, region);
    for (let page = low; page < high; page++) this.#state.lruBatches.hold(table.objectOf(page), page);
  }

  /** Node of a page, NO_NODE while it is not resident. */
  pageNode(pid: number, region: string, page: number): number {
    const table = this.#region(pid, region);
    if (table.changed && table.present[page] !== 1) return NO_NODE;
    const node = table.objectOf(page).node[page];
    return node === undefined || node === NOT_RESIDENT ? NO_NODE : node;
  }

  /** The pages of that name, unless the last process that mapped them has ended. */
  #liveObject(name: string): MemoryObject | undefined {
    const object = this.#sharedObjects.get(name);
    return object && object.mappings.length > 0 ? object : undefined;
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

  /** A region of which a span is mapped without holes. */
  #mapped(pid: number, region: string, span: PageSpan): PageTable {
    const table = this.#region(pid, region);
    checkSpan(table, span);
    const mapped = table.vmas.reduce(
      (sum, { low, high }) => sum + Math.max(0, Math.min(high, span[1]) - Math.max(low, span[0])),
      0,
    );
    checkOf(`region ${region}`)(
      mapped === span[1] - span[0],
      `of pages ${span.join(' to ')} some are unmapped`,
    );
    return table;
  }

  #region(pid: number, region: string): PageTable {
    const vma = this.#process(pid).mm.vmas.find(({ name }) => name === region);
    if (!vma) throw new KernelError('EINVAL', `pid ${pid}`, `there is no region ${region}`);
    return vma.table;
  }
}

function checkSpan(table: PageTable, [low, high]: PageSpan): void {
  const whole = Number.isInteger(low) && Number.isInteger(high);
  const check = checkOf(`region ${table.name}`);
  check(whole && low >= 0 && low <= high && high <= table.pages, `it has no pages ${low} to ${high}`);
}

function checkMapping({ pid, mm }: Process, { name, pages, address }: Mapping): void {
  const check = checkOf(`mmap ${pid}`);
  check(Number.isInteger(pages) && pages >= 1, `region ${name} has ${pages} pages`);
  check(!mm.vmas.some((vma) => vma.name === name), `there is a region ${name} already`);
  if (address === undefined) return;
  check(address % PAGE_BYTES === 0, `region ${name}: ${address} is not page aligned`);
  const end = address + pages * PAGE_BYTES;
  const other = mm.vmas.find((vma) => vma.start < end && address < vma.end);
  check(!other, `region ${name} lies on top of ${other?.name}`);
}
