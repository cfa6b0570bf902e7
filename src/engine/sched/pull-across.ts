import { groupWeight, taskWeight } from '../balancing/node-weights.ts';
import type { KernelState } from '../state.ts';
import { assignCpu, isAllowed } from './assign-cpu.ts';
import { isRunnable } from './run-queue.ts';
import type { RunQueue } from './run-queue.ts';
import type { Task } from './task.ts';

/** Failed attempts after which even a task on its preferred node is pulled (REF §4.2 cacheNiceTries). */
const NICE_TRIES = 2;

/** A wish to even out two nodes. */
export interface Pull {
  readonly from: number;
  readonly to: number;
  /** Tasks to pull at most. */
  readonly wanted: number;
  /** Attempts in vain before this one. */
  readonly failures: number;
}

/**
 * Pulls tasks from one node to another: those first that prefer to go, then those that do not care; those that are well
 * placed or running right now (their cache is hot) only after three attempts in vain (REF §15).
 *
 * @returns how many moved
 */
export function pullAcross(state: KernelState, { from, to, wanted, failures }: Pull): number {
  const limit = failures > NICE_TRIES ? 1 : 0;
  const candidates = queuesToPullFrom(state, from).flatMap((queue) =>
    queue.tasks.filter((task) => isRunnable(task, state.now)),
  );
  const ranked = candidates
    .map((task) => ({ task, reluctance: reluctanceOf(state, task, from, to) }))
    .filter(({ reluctance }) => reluctance <= limit)
    .sort((a, b) => a.reluctance - b.reluctance || a.task.pid - b.task.pid);
  let pulled = 0;
  for (const { task } of ranked) {
    const cpu = pulled < wanted ? leastBusyCpu(state, task, to) : undefined;
    if (cpu === undefined) continue;
    assignCpu(state, task, cpu);
    pulled++;
  }
  return pulled;
}

function reluctanceOf(state: KernelState, task: Task, from: number, to: number): -1 | 0 | 1 {
  const degradation = degradesLocality(state, task, from, to);
  const isHot = state.runQueues[task.cpu]!.current === task;
  return degradation === 0 && isHot ? 1 : degradation;
}

function leastBusyCpu(state: KernelState, task: Task, node: number): number | undefined {
  const allowed = state.topology.cpusOf(node).filter((cpu) => isAllowed(task, cpu));
  const running = (cpu: number): number => state.runQueues[cpu]!.nrRunning(state.now);
  const [first, ...others] = allowed;
  return others.reduce(
    (best, cpu) => (best !== undefined && running(cpu) < running(best) ? cpu : best),
    first,
  );
}

/** How well a queue's running tasks are placed, and a node's (REF §15): regular, remote, all. */
type QueueClass = 0 | 1 | 2;

/** Queues whose tasks are better placed than those of the node as a whole are left alone. */
function queuesToPullFrom(state: KernelState, node: number): readonly RunQueue[] {
  const queues = state.topology.cpusOf(node).map((cpu) => state.runQueues[cpu]!);
  const ofNode = classOf(
    node,
    queues.flatMap((queue) => runningTasks(state, queue)),
  );
  return queues.filter((queue) => classOf(node, runningTasks(state, queue)) <= ofNode);
}

function classOf(node: number, tasks: readonly Task[]): QueueClass {
  if (tasks.some(({ preferredNode }) => preferredNode < 0)) return 0;
  return tasks.every(({ preferredNode }) => preferredNode === node) ? 2 : 1;
}

function runningTasks({ now }: KernelState, { tasks }: RunQueue): readonly Task[] {
  return tasks.filter((task) => isRunnable(task, now));
}

/** How much a pull to another node hurts a task: 1 refuse, −1 welcome (REF §15). */
export function degradesLocality(state: KernelState, task: Task, from: number, to: number): -1 | 0 | 1 {
  if (!state.balancingOn || !task.faults || from === to) return 0;
  if (from === task.preferredNode) return hasStrangers(state.runQueues[task.cpu]!, state.now) ? 1 : 0;
  if (to === task.preferredNode) return -1;
  return hasIdleCpu(state, task, to) ? 0 : lossOfWeight(state, task, from, to);
}

function hasIdleCpu(state: KernelState, task: Task, node: number): boolean {
  return state.topology
    .cpusOf(node)
    .some((cpu) => isAllowed(task, cpu) && state.runQueues[cpu]!.nrRunning(state.now) === 0);
}

function lossOfWeight({ topology }: KernelState, task: Task, from: number, to: number): -1 | 0 | 1 {
  const weight = task.group ? groupWeight : taskWeight;
  const distance = topology.distance(from, to);
  return Math.sign(weight(topology, task, from, distance) - weight(topology, task, to, distance)) as
    -1 | 0 | 1;
}

/** Whether some of the queue's running tasks are not where they prefer to be: those go first. */
function hasStrangers(queue: RunQueue, time: number): boolean {
  return queue.tasks.some((task) => isRunnable(task, time) && task.preferredNode !== queue.node);
}
