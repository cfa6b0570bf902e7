import { findCgroup, groupForProcesses, makeCgroup, memoryPerNode, removeCgroup } from './cgroup-tree.ts';
import { refuseInvalidGroup } from './cgroup-threads.ts';
import type { LinkTrafficView } from './cost/memory-traffic.ts';
import { counterValues } from './counters.ts';
import type { CounterValues } from './counters.ts';
import { digest } from './digest.ts';
import { CGROUP_ROOT, cgroupFiles } from './files/cgroup-files.ts';
import { interleaveWeightFiles } from './files/interleave-weight-files.ts';
import type { FileLookup, KernelFile } from './files/kernel-file.ts';
import { nodeFiles } from './files/node-files.ts';
import { procFiles } from './files/proc-files.ts';
import { NUMA_BALANCING, sysctlFiles } from './files/sysctl-files.ts';
import { KernelError } from './kernel-error.ts';
import { DEFAULT_COSTS } from './machine/costs.ts';
import { DEFAULT_TUNABLES } from './machine/tunables.ts';
import { DEFAULT_VARIANT } from './machine/variant.ts';
import { createMemoryPolicy, isInterleaved } from './memory/memory-policy.ts';
import type { MemoryPolicySpec } from './memory/memory-policy.ts';
import { killJob, startJob, viewJob } from './job.ts';
import type { JobView } from './job.ts';
import { endProcess } from './process.ts';
import { ProcessCalls } from './process-calls.ts';
import type { Process, ProcessSpec } from './process.ts';
import { Scheduler } from './sched/scheduler.ts';
import { KernelState } from './state.ts';
import type { BootOptions } from './state.ts';
import { DecisionLog } from './trace/decision-log.ts';
import type { DecisionFilter, DecisionListener } from './trace/decision-log.ts';
import { viewNodes, viewProcess } from './views.ts';
import type { NodeView, ProcessView } from './views.ts';

/** What a machine boots with; everything but the machine itself has a default. */
export type KernelOptions = Pick<BootOptions, 'machine'> & Partial<Omit<BootOptions, 'machine'>>;

/** How a start ended: with a running process, or killed because its memory did not fit. */
export type SpawnOutcome = { readonly pid: number } | { readonly oomKilled: string };

export type { AccessView, NodeView, ProcessView, RegionView, ThreadView } from './views.ts';

const DEFAULT_HZ = 250;

/**
 * One simulated kernel: its only public face. It is configured and read as a real one is, through files
 * (`/proc/sys/kernel/numa_balancing`, `/sys/fs/cgroup/…/cpu.numa_load_balance`, `/proc/vmstat`, …); typed views of the
 * same numbers exist beside the text. Nothing in it knows the wall clock: `run` advances it.
 */
export class Kernel {
  readonly #state: KernelState;
  readonly #scheduler: Scheduler;
  readonly #lookups: readonly FileLookup[];
  /** System calls of single processes: what a workload does step by step instead of with `spawn`. */
  readonly calls: ProcessCalls;

  /** Boots a machine, with balancing off unless `numaBalancing` says otherwise. @throws KernelError EINVAL when the machine is none */
  constructor(options: KernelOptions) {
    this.#state = new KernelState({
      seed: 0,
      variant: DEFAULT_VARIANT,
      tunables: DEFAULT_TUNABLES,
      costs: DEFAULT_COSTS,
      hz: DEFAULT_HZ,
      ...options,
    });
    this.#scheduler = new Scheduler(this.#state);
    this.calls = new ProcessCalls(this.#state);
    const state = this.#state;
    this.#lookups = [sysctlFiles, procFiles, nodeFiles, interleaveWeightFiles, cgroupFiles].map((files) =>
      files(state),
    );
  }

  /** Time since boot, ns: a multiple of the tick. */
  get now(): number {
    return this.#state.now;
  }

  /** Length of a tick, ns. */
  get tickNs(): number {
    return this.#state.tickNs;
  }

  /** `kernel.numa_balancing`. */
  get mode(): number {
    return this.#state.mode;
  }

  /** Simulates all whole ticks up to a time since boot, ns. How a run is cut into calls changes nothing. */
  run(untilNs: number): void {
    while (this.#state.now + this.#state.tickNs <= untilNs) this.#scheduler.tick();
  }

  /** Text of a file. @throws KernelError ENOENT */
  read(path: string): string {
    return this.#file(path).read();
  }

  /** Writes a file. @throws KernelError ENOENT, EACCES (read-only), or what the file answers; nothing has changed then */
  write(path: string, text: string): void {
    const file = this.#file(path);
    if (!file.write) throw new KernelError('EACCES', path, 'the file is read-only');
    file.write(text);
  }

  exists(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** Creates a cgroup, by its path from the cgroup root (`/a/b`). @throws KernelError EEXIST, ENOENT, EINVAL */
  mkdir(path: string): void {
    makeCgroup(this.#state, path);
  }

  /** Removes an empty cgroup; its events stay in its ancestors. @throws KernelError ENOENT, EBUSY */
  rmdir(path: string): void {
    removeCgroup(this.#state, path);
  }

  hasCgroup(path: string): boolean {
    return findCgroup(this.#state, path) !== undefined;
  }

  /** Starts a process. @throws KernelError ENOENT (cgroup), EBUSY, EOPNOTSUPP (it can hold none), EINVAL (description) */
  spawn(spec: ProcessSpec): SpawnOutcome {
    const cgroup = groupForProcesses(this.#state, spec.cgroup);
    refuseInvalidGroup(cgroup, `spawn in ${spec.cgroup}`);
    const result = startJob(this.#state, spec, cgroup);
    if ('pid' in result) return { pid: result.pid };
    for (const group of cgroup.governing('memory').lineage()) group.oomKills++;
    return { oomKilled: `${result.ended} (region ${result.region})` };
  }

  /** Ends a process, or the job whose first process had that pid. @throws KernelError ESRCH */
  kill(pid: number): void {
    const job = this.#state.jobs.get(pid);
    if (job) killJob(this.#state, job);
    else endProcess(this.#state, this.#process(pid));
  }

  /** What became of everything `spawn` started and nobody ended. */
  jobs(): readonly JobView[] {
    return [...this.#state.jobs.values()].map(viewJob);
  }

  /** Sets the task policy of every thread of a process or job; what is allocated stays. @throws KernelError ESRCH, EINVAL */
  setMemoryPolicy(pid: number, spec: MemoryPolicySpec): void {
    const job = this.#state.jobs.get(pid);
    const process = job ? job.process : this.#process(pid);
    const policy = createMemoryPolicy(spec, this.#state.topology.nodeCount, this.#state.variant);
    if (job) job.spec = { ...job.spec, policy: spec };
    for (const task of process?.tasks ?? []) {
      task.policy = policy;
      if (policy && isInterleaved(policy)) task.interleave.restart();
    }
  }

  /** Whether `set_mempolicy` or `mbind` would take a policy. @throws KernelError EINVAL if not */
  checkMemoryPolicy(spec: MemoryPolicySpec): void {
    createMemoryPolicy(spec, this.#state.topology.nodeCount, this.#state.variant);
  }

  /** The machine's event counters, as in `/proc/vmstat`. */
  counters(): CounterValues {
    return counterValues(this.#state.events);
  }

  /** A cgroup's event counters with those of its descendants, as in `memory.stat`. @throws KernelError ENOENT */
  cgroupCounters(path: string): CounterValues {
    return counterValues(this.#cgroup(path).hierarchicalEvents());
  }

  /** Resident base pages by node charged to a cgroup and its descendants. @throws KernelError ENOENT */
  cgroupMemory(path: string): readonly number[] {
    return memoryPerNode(this.#state, this.#cgroup(path));
  }

  nodes(): readonly NodeView[] {
    return viewNodes(this.#state);
  }

  /** Traffic between sockets; none where accesses all cost the same. */
  links(): readonly LinkTrafficView[] {
    return this.#state.traffic?.links() ?? [];
  }

  processes(): readonly ProcessView[] {
    return [...this.#state.processes.values()].map((process) => viewProcess(this.#state, process));
  }

  /**
   * Tells a listener from now on what the balancer decides about pages, mappings, scans and tasks, by which rule and with
   * which numbers; one listener at a time. Without one it costs nothing, and it never changes what is decided.
   *
   * @returns ends it
   */
  trace(listener: DecisionListener, filter: DecisionFilter = {}): () => void {
    const log = new DecisionLog(listener, filter);
    this.#state.decisions = log;
    return () => {
      if (this.#state.decisions === log) this.#state.decisions = undefined;
    };
  }

  /** 16 hex digits over all counters, pages and tasks: equal digests mean equal runs. */
  digest(): string {
    return digest(this.#state);
  }

  #process(pid: number): Process {
    const process = this.#state.processes.get(pid);
    if (!process) throw new KernelError('ESRCH', `pid ${pid}`, 'there is no such process');
    return process;
  }

  #cgroup(path: string): NonNullable<ReturnType<typeof findCgroup>> {
    const group = findCgroup(this.#state, path);
    if (!group) throw new KernelError('ENOENT', path, 'there is no such cgroup');
    return group;
  }

  #file(path: string): KernelFile {
    const file = this.#find(path);
    if (!file) throw new KernelError('ENOENT', path, 'there is no such file');
    return file;
  }

  #find(path: string): KernelFile | undefined {
    for (const lookup of this.#lookups) {
      const file = lookup(path);
      if (file) return file;
    }
    return undefined;
  }
}

export { CGROUP_ROOT, NUMA_BALANCING };
