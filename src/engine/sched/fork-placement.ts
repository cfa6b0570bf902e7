import { nodeLoad, toleratedImbalance } from '../balancing/node-load.ts';
import { allowedImbalance } from '../machine/sched-domains.ts';
import type { KernelState } from '../state.ts';
import { NO_NODE } from '../units.ts';
import { allowedCpus, assignCpu } from './assign-cpu.ts';
import type { Task } from './task.ts';

/** Where a new task comes from. */
export interface ForkOrigin {
  /** Node of the creator, NO_NODE for a new process. */
  readonly home: number;
  /** The creator's preferred node, which a new thread shares. */
  readonly preferred: number;
}

/**
 * The CPU a new task starts on: the node its creator prefers if that is the creator's own with an idle CPU, or the one
 * with most idle CPUs; else the creator's node while the imbalance that leaves is tolerated, else the node with most idle
 * CPUs. There the least loaded CPU (REF §15).
 *
 * @param allowed CPUs the task may use, ascending, at least one
 */
export function forkCpu(state: KernelState, allowed: readonly number[], origin: ForkOrigin): number {
  const node = forkNode(state, allowed, origin);
  const candidates = allowed.filter((cpu) => state.topology.nodeOfCpu[cpu] === node);
  return leastLoaded(state, candidates);
}

/** Moves a task off a CPU it may no longer use. */
export function fitToAllowed(state: KernelState, task: Task): void {
  const allowed = allowedCpus(state, task);
  if (allowed.includes(task.cpu)) return;
  const origin = { home: state.nodeOfTask(task), preferred: NO_NODE };
  assignCpu(state, task, forkCpu(state, allowed, origin));
}

function forkNode(state: KernelState, allowed: readonly number[], { home, preferred }: ForkOrigin): number {
  const nodes = [...new Set(allowed.map((cpu) => state.topology.nodeOfCpu[cpu]!))];
  const idleCpus = (node: number): number => countIdle(state, allowed, node);
  const idlest = idlestOf(state, nodes, idleCpus);
  if (!nodes.includes(home) || home === idlest) return idlest;
  if (idleCpus(home) > 0 && preferred === home) return home;
  if (preferred === idlest || idleCpus(home) === 0) return idlest;
  const running = nodeLoad(state, home).nrRunning + 1;
  const imbNr = allowedImbalance(state.topology, home, idlest);
  const imbalance = Math.abs(idleCpus(home) - idleCpus(idlest));
  return toleratedImbalance(imbalance, running, imbNr) === 0 ? home : idlest;
}

function countIdle({ topology, runQueues }: KernelState, cpus: readonly number[], node: number): number {
  return cpus.filter((cpu) => topology.nodeOfCpu[cpu] === node && runQueues[cpu]!.load() === 0).length;
}

/** The node with most idle CPUs, of several the one with the least load per CPU. */
function idlestOf(state: KernelState, nodes: readonly number[], idleCpus: (node: number) => number): number {
  return nodes.reduce((best, node) => {
    const more = idleCpus(node) - idleCpus(best);
    return more > 0 || (more === 0 && meanLoad(state, node) < meanLoad(state, best)) ? node : best;
  });
}

function meanLoad(state: KernelState, node: number): number {
  const { load, weight } = nodeLoad(state, node);
  return load / weight;
}

function leastLoaded(state: KernelState, cpus: readonly number[]): number {
  let best = cpus[0]!;
  for (const cpu of cpus) if (state.runQueues[cpu]!.load() < state.runQueues[best]!.load()) best = cpu;
  return best;
}
