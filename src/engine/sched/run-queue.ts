import type { Task } from './task.ts';
import { quotaLeft } from './bandwidth.ts';
import { awakeFor, hasWorkLeft } from './duty.ts';

const CPU_CAPACITY = 1024;

/** The tasks of one CPU (REF §3.1). Counts are taken when asked for: a CPU has few tasks. */
export class RunQueue {
  readonly cpu: number;
  readonly node: number;
  readonly capacity = CPU_CAPACITY;
  /** All tasks assigned to the CPU, by pid, sleeping ones included. */
  readonly tasks: Task[] = [];
  /** The task that ran last, undefined while the CPU idles. */
  current: Task | undefined;
  /** Virtual time of the queue: it never goes back, and tasks that join or wake are fitted to it. */
  minVruntime = 0;
  /** Time up to which this CPU has been simulated, ns. */
  clock = 0;
  /** The lock that keeps two NUMA migrations from choosing one CPU (REF §14.5). */
  numaMigrateOn = false;

  constructor(cpu: number, node: number) {
    this.cpu = cpu;
    this.node = node;
  }

  add(task: Task): void {
    const index = this.tasks.findIndex((other) => other.pid > task.pid);
    this.tasks.splice(index < 0 ? this.tasks.length : index, 0, task);
  }

  remove(task: Task): void {
    this.tasks.splice(this.tasks.indexOf(task), 1);
    if (this.current === task) this.current = undefined;
  }

  /** Tasks that want to run at `time`. */
  nrRunning(time: number): number {
    let count = 0;
    for (const task of this.tasks) if (isRunnable(task, time)) count++;
    return count;
  }

  /** Average share of the CPU its tasks use, capped at its capacity. */
  util(): number {
    return Math.min(CPU_CAPACITY, this.load());
  }

  /** Average demand of its tasks, not capped: the kernel's `runnable` and, at equal weights, `load`. */
  load(): number {
    let sum = 0;
    for (const task of this.tasks) sum += taskLoad(task);
    return sum;
  }
}

/** A task's average demand in units of 1024 per CPU. */
export function taskLoad(task: Task): number {
  return Math.trunc((CPU_CAPACITY * task.dutyPercent) / 100);
}

/** Whether a task wants the CPU now: awake, or with work to finish; not throttled. */
export function isRunnable(task: Task, time: number): boolean {
  return (awakeFor(task, time) > 0 || hasWorkLeft(task)) && quotaLeft(task.cgroup, time) > 0;
}
