import { idleCpu, nodeLoad, toleratedImbalance } from '../balancing/node-load.ts';
import { allowedImbalance } from '../machine/sched-domains.ts';
import type { KernelState } from '../state.ts';
import { assignCpu, isAllowed } from './assign-cpu.ts';
import { isRunnable } from './run-queue.ts';
import type { RunQueue } from './run-queue.ts';
import type { Task } from './task.ts';

/** Ticks between two balances across nodes (docs/fidelity.md: S3). */
const NODE_INTERVAL_TICKS = 8;
/** Failed attempts after which even a task on its preferred node is pulled (REF §4.2 cacheNiceTries). */
const NICE_TRIES = 2;

/**
 * The force that moves tasks for CPU balance, in the minimal form of REF §15: an idle CPU pulls from a queue with two
 * or more runnable tasks of its node at every tick; nodes are evened out every eighth tick, well-placed tasks last.
 */
export class LoadBalancer {
  #failures = 0;

  /** Called at every tick, after the ticks of all CPUs. */
  balance(state: KernelState): void {
    if (state.tasks.size < 2) return;
    for (const queue of state.runQueues) {
      if (queue.nrRunning(state.now) === 0) pullWithinNode(state, queue);
    }
    if (state.jiffies % NODE_INTERVAL_TICKS === 0) this.#balanceNodes(state);
  }

  #balanceNodes(state: KernelState): void {
    const { cpuNodes } = state.topology;
    if (cpuNodes.length < 2) return;
    const loads = cpuNodes.map((node) => nodeLoad(state, node));
    const perCpu = (load: (typeof loads)[number]): number => load.nrRunning / load.weight;
    const busiest = loads.reduce((a, b) => (perCpu(b) > perCpu(a) ? b : a));
    const idlest = loads.reduce((a, b) => (perCpu(b) < perCpu(a) ? b : a));
    const imbalance = toleratedImbalance(
      busiest.nrRunning - idlest.nrRunning,
      idlest.nrRunning + 1,
      allowedImbalance(state.topology, busiest.node, idlest.node),
    );
    const wanted = Math.floor(imbalance / 2);
    if (wanted <= 0 || idlest.type !== 'hasSpare' || busiest.nrRunning <= busiest.weight) return;
    const pulled = pullAcross(state, {
      from: busiest.node,
      to: idlest.node,
      wanted,
      failures: this.#failures,
    });
    this.#failures = pulled === 0 ? this.#failures + 1 : 0;
  }
}

function pullWithinNode(state: KernelState, idle: RunQueue): void {
  for (const cpu of state.topology.cpusOf(idle.node)) {
    const busy = state.runQueues[cpu]!;
    if (busy.nrRunning(state.now) < 2) continue;
    const task = busy.tasks.find(
      (candidate) =>
        candidate !== busy.current && isRunnable(candidate, state.now) && isAllowed(candidate, idle.cpu),
    );
    if (!task) continue;
    assignCpu(state, task, idle.cpu);
    return;
  }
}

interface Pull {
  readonly from: number;
  readonly to: number;
  readonly wanted: number;
  readonly failures: number;
}

function pullAcross(state: KernelState, { from, to, wanted, failures }: Pull): number {
  const limit = failures > NICE_TRIES ? Infinity : 0;
  const waiting = state.topology
    .cpusOf(from)
    .map((cpu) => state.runQueues[cpu]!)
    .filter((queue) => queue.nrRunning(state.now) > 1)
    .flatMap((queue) => queue.tasks.filter((task) => task !== queue.current && isRunnable(task, state.now)))
    .map((task) => ({ task, degradation: degradesLocality(state, task, from, to) }))
    .filter(({ degradation }) => degradation <= limit)
    .sort((a, b) => a.degradation - b.degradation || a.task.pid - b.task.pid);
  let pulled = 0;
  for (const { task } of waiting) {
    const cpu = pulled < wanted ? idleCpu(state, task, to) : undefined;
    if (cpu === undefined) continue;
    assignCpu(state, task, cpu);
    pulled++;
  }
  return pulled;
}

/**
 * How much a pull to an idle CPU of another node hurts a task: > 0 refuse, < 0 welcome (REF §15). Only idle CPUs pull
 * here, so the comparison of weights, which is for busy destinations, never comes in.
 */
export function degradesLocality(state: KernelState, task: Task, from: number, to: number): -1 | 0 | 1 {
  if (!state.balancingOn || !task.faults || from === to) return 0;
  if (from === task.preferredNode) return hasStrangers(state.runQueues[task.cpu]!, state.now) ? 1 : 0;
  return to === task.preferredNode ? -1 : 0;
}

/** Whether some of the queue's running tasks are not where they prefer to be: those go first. */
function hasStrangers(queue: RunQueue, time: number): boolean {
  return queue.tasks.some((task) => isRunnable(task, time) && task.preferredNode !== queue.node);
}
