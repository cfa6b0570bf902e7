import { beginScan, continueScan } from '../balancing/scan.ts';
import { tickNuma } from '../balancing/tick.ts';
import type { FaultHandler } from '../access/access-stream.ts';
import { finishThread } from '../job.ts';
import { mixWords } from '../random.ts';
import { touchTrapped } from '../touch-trapped.ts';
import type { KernelState } from '../state.ts';
import { chargeQuota, quotaLeft, quotaReturns } from './bandwidth.ts';
import { awakeFor, hasWorkLeft, sleepsFor } from './duty.ts';
import { fairShares } from './fair-share.ts';
import { LoadBalancer } from './load-balancer.ts';
import { NS_PER_US } from '../units.ts';
import { isRunnable } from './run-queue.ts';
import type { RunQueue } from './run-queue.ts';
import type { Task } from './task.ts';

/** While pages are armed or a scan is under way, CPUs take turns in pieces of a quarter tick (docs/fidelity.md: S1). */
const PIECES_PER_TICK = 4;
/** How far a waking task may lag behind its queue's virtual time, ns. */
const WAKE_LAG_NS = 3_000_000;

/**
 * Runs the CPUs, tick by tick, in ascending order (design §2.2). Within a tick each CPU runs the task with the least
 * virtual run time; at its end come the tick's check, CPU by CPU, and the load balancer.
 */
export class Scheduler {
  readonly #state: KernelState;
  readonly #balancer = new LoadBalancer();

  constructor(state: KernelState) {
    this.#state = state;
  }

  /** Simulates one tick. */
  tick(): void {
    const state = this.#state;
    const begin = state.now;
    const end = begin + state.tickNs;
    const pieces = this.#isBusy() ? PIECES_PER_TICK : 1;
    for (let piece = 1; piece <= pieces; piece++) {
      const until = begin + Math.floor((state.tickNs * piece) / pieces);
      this.#runAll(until, piece === 1, pieces > 1 ? this.#firstCpu(until) : 0);
    }
    state.now = end;
    for (const queue of state.runQueues) this.#tickCpu(queue);
    state.traffic?.settle(state.tickNs);
    this.#balancer.balance(state);
  }

  /** Runs every CPU up to a time, in ascending order from the first on, cyclically. */
  #runAll(until: number, repick: boolean, first: number): void {
    const { runQueues } = this.#state;
    for (let i = 0; i < runQueues.length; i++) {
      this.#runCpu(runQueues[(first + i) % runQueues.length]!, until, repick);
    }
  }

  /** Another CPU each time, so that none always comes first to a page that several touch. */
  #firstCpu(time: number): number {
    const { seed, runQueues } = this.#state;
    return mixWords(seed, Math.floor(time / NS_PER_US)) % runQueues.length;
  }

  #isBusy(): boolean {
    for (const task of this.#state.tasks.values()) {
      if (task.walk || task.scanQueued) return true;
      for (const stream of task.program.streams) if (stream.table.armed.count > 0) return true;
    }
    return false;
  }

  #tickCpu(queue: RunQueue): void {
    const task = queue.current;
    if (!task) return;
    account(task, this.#state.now);
    tickNuma(this.#state, task);
  }

  /** Runs a CPU up to a time. A fault or a piece of a scan may overshoot it a little; the CPU then waits. */
  #runCpu(queue: RunQueue, until: number, repick: boolean): void {
    const state = this.#state;
    let keepCurrent = !repick;
    while (queue.clock < until) {
      state.now = queue.clock;
      const task = this.#pick(queue, keepCurrent);
      this.#switchTo(queue, task);
      keepCurrent = true;
      if (!task) {
        queue.clock = Math.min(until, nextWake(queue));
        continue;
      }
      const slice = Math.min(until - queue.clock, sliceLimit(task, queue.clock));
      const used = this.#execute(queue, task, slice);
      charge(queue, task, used);
      queue.clock += used;
      if (task.program.isDone && !task.exiting) {
        state.now = queue.clock;
        finishThread(state, task);
      }
      // Moved away by one of its faults, it goes on there when it is done here.
      if (task.cpu !== queue.cpu) task.readyAt = Math.max(task.readyAt, queue.clock);
    }
  }

  #switchTo(queue: RunQueue, task: Task | undefined): void {
    if (queue.current === task) return;
    if (queue.current) account(queue.current, queue.clock);
    queue.current = task;
    if (task) task.execStart = queue.clock;
  }

  /** The runnable task with the least virtual run time; within a tick the current one goes on while it can. */
  #pick(queue: RunQueue, keepCurrent: boolean): Task | undefined {
    const { clock, current } = queue;
    if (keepCurrent && current && isRunnable(current, clock)) return current;
    let best: Task | undefined;
    for (const task of queue.tasks) {
      if (task.readyAt > clock || !isRunnable(task, clock)) continue;
      task.vruntime = Math.max(task.vruntime, queue.minVruntime - WAKE_LAG_NS);
      if (!best || task.vruntime < best.vruntime) best = task;
    }
    if (best) queue.minVruntime = Math.max(queue.minVruntime, best.vruntime);
    return best;
  }

  /** Lets a task run: first a scan that is due, then its accesses. Returns the run time used, ns. */
  #execute(queue: RunQueue, task: Task, lengthNs: number): number {
    const state = this.#state;
    if (task.scanQueued) beginScan(state, task);
    const scanNs = task.walk ? continueScan(state, task, task.walk, lengthNs) : 0;
    task.usage.markNs += scanNs;
    const fault: FaultHandler = (table, page, write) => {
      const ns = touchTrapped(state, task, table, page, write);
      return { ns, stop: task.cpu !== queue.cpu || task.exiting };
    };
    // Beyond its duty a thread only finishes what it is behind with.
    const dutyNs = Math.min(lengthNs, awakeFor(task, queue.clock));
    const slice = { start: queue.clock, lengthNs, dutyNs, usedNs: scanNs, node: queue.node };
    return Math.max(Math.ceil(task.program.run(slice, fault)), 1);
  }
}

/** Brings the accounted run time up to date, as a tick or a context switch does. */
function account(task: Task, now: number): void {
  task.accountedExec = task.sumExec;
  task.execStart = now;
}

function sliceLimit(task: Task, clock: number): number {
  const quota = quotaLeft(task.cgroup, clock);
  return Math.max(1, Math.min(quota, hasWorkLeft(task) ? Infinity : awakeFor(task, clock)));
}

function charge(queue: RunQueue, task: Task, used: number): void {
  task.sumExec += used;
  chargeQuota(task.cgroup, queue.clock, used);
  const runnable = queue.tasks.filter((other) => other !== task && isRunnable(other, queue.clock));
  runnable.push(task);
  const share = runnable.length > 1 ? fairShares(runnable).at(-1)! : 1;
  // A share is relative to those that compete now, so equal tasks advance at the same pace.
  task.vruntime += used / (share * runnable.length);
}

/** When the first task of an idle CPU can run: it arrives, wakes up, or its quota returns. */
function nextWake({ tasks, clock }: RunQueue): number {
  let next = Infinity;
  for (const task of tasks) {
    const awake = awakeFor(task, clock) > 0 ? clock : clock + sleepsFor(task, clock);
    const ready = Math.max(task.readyAt, awake, quotaReturns(task.cgroup, clock));
    if (ready > clock) next = Math.min(next, ready);
  }
  return next;
}
