import { addUsage, noUsage } from './access/usage.ts';
import type { Usage } from './access/usage.ts';
import type { Cgroup } from './cgroup.ts';
import { endProcess, exitThread, spawnProcess } from './process.ts';
import type { AllocationFailure } from './memory/allocate.ts';
import type { Process, ProcessSpec } from './process.ts';
import type { Task } from './sched/task.ts';
import type { KernelState } from './state.ts';

/**
 * A program that is started: one process after the other if it has fixed work and runs several times, each with an address
 * space of its own. It outlives its processes, and is known by the pid of the first.
 */
export interface Job {
  readonly pid: number;
  /** How its processes are started; a policy set later holds for later ones too. */
  spec: ProcessSpec;
  readonly cgroup: Cgroup;
  readonly startedNs: number;
  /** When the last process ended with its work done, ns since boot. */
  endedNs: number | undefined;
  /** Processes that are done. */
  runsDone: number;
  /** The process that runs now. */
  process: Process | undefined;
  /** Why it was ended, if its work is not done. */
  failure: AllocationFailure | undefined;
  /** What its processes that are gone have used. */
  readonly usage: Usage;
}

/** What became of a job. */
export interface JobView {
  readonly pid: number;
  readonly startedNs: number;
  /** When its work was done, ns since boot; undefined while there is work. */
  readonly endedNs: number | undefined;
  readonly runsDone: number;
  /** Process that runs now; undefined when none does. */
  readonly runningPid: number | undefined;
  /** Why the next run could not be started. */
  readonly failure: AllocationFailure | undefined;
  /** What all its processes have used so far. */
  readonly usage: Readonly<Usage>;
}

/** Starts a job in a cgroup. @returns it, or why its memory did not fit. @throws KernelError EINVAL */
export function startJob(
  state: KernelState,
  spec: ProcessSpec,
  cgroup: Cgroup,
): Job | { readonly ended: AllocationFailure; readonly region: string } {
  const result = spawnProcess(state, spec, cgroup);
  if (!result.process) return result;
  const { process } = result;
  const job: Job = {
    pid: process.pid,
    spec,
    cgroup,
    startedNs: state.now,
    endedNs: undefined,
    runsDone: 0,
    process,
    failure: undefined,
    usage: noUsage(),
  };
  process.job = job;
  state.jobs.set(job.pid, job);
  return job;
}

/** A thread has done its work: it ends, with the last one its process, after which the job's next process starts. */
export function finishThread(state: KernelState, task: Task): void {
  const process = state.processes.get(task.tgid)!;
  const { job } = process;
  exitThread(state, process, task);
  if (!job || state.processes.has(process.pid)) return;
  job.runsDone++;
  job.process = undefined;
  if (job.runsDone >= (job.spec.runs ?? 1)) {
    job.endedNs = state.now;
    return;
  }
  const streamName = `${job.spec.streamName}/run${job.runsDone}`;
  const next = spawnProcess(state, { ...job.spec, streamName }, job.cgroup);
  if (next.process) {
    job.process = next.process;
    next.process.job = job;
    return;
  }
  job.failure = next.ended;
  for (const group of job.cgroup.governing('memory').lineage()) group.oomKills++;
}

/** Ends a job with what runs of it. */
export function killJob(state: KernelState, job: Job): void {
  state.jobs.delete(job.pid);
  if (job.process && state.processes.has(job.process.pid)) endProcess(state, job.process);
}

export function viewJob(job: Job): JobView {
  const { pid, startedNs, endedNs, runsDone, failure, usage, process } = job;
  const sum = { ...usage };
  for (const task of process?.tasks ?? [])
    addUsage(sum, task.exiting ? noUsage() : { ...task.usage, runtimeNs: task.sumExec });
  return { pid, startedNs, endedNs, runsDone, runningPid: process?.pid, failure, usage: sum };
}
