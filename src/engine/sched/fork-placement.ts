import { nodeLoad, toleratedImbalance } from '../balancing/node-load.ts';
import { allowedImbalance } from '../machine/sched-domains.ts';
import type { KernelState } from '../state.ts';
import { NO_NODE } from '../units.ts';
import { allowedCpus, assignCpu } from './assign-cpu.ts';
import type { Task } from './task.ts';

/**
 * The CPU a new task starts on: the creator's node while the imbalance that leaves is tolerated, else the node with
 * most idle CPUs; there the least loaded CPU (REF §15).
 *
 * @param allowed CPUs the task may use, ascending, at least one
 * @param home node of the creator, NO_NODE for a new process
 */
export function forkCpu(state: KernelState, allowed: readonly number[], home: number): number {
  const node = forkNode(state, allowed, home);
  const candidates = allowed.filter((cpu) => state.topology.nodeOfCpu[cpu] === node);
  return leastLoaded(state, candidates);
}

/** Moves a task off a CPU it may no longer use. */
export function fitToAllowed(state: KernelState, task: Task): void {
  const allowed = allowedCpus(state, task);
  if (!allowed.includes(task.cpu)) assignCpu(state, task, forkCpu(state, allowed, state.nodeOfTask(task)));
}

function forkNode(state: KernelState, allowed: readonly number[], home: number): number {
  const nodes = [...new Set(allowed.map((cpu) => state.topology.nodeOfCpu[cpu]!))];
  const idleCpus = (node: number): number =>
    allowed.filter((cpu) => state.topology.nodeOfCpu[cpu] === node && state.runQueues[cpu]!.load() === 0)
      .length;
  let idlest = nodes[0]!;
  for (const node of nodes) {
    if (idleCpus(node) > idleCpus(idlest)) idlest = node;
    else if (idleCpus(node) === idleCpus(idlest) && meanLoad(state, node) < meanLoad(state, idlest))
      idlest = node;
  }
  if (home === NO_NODE || !nodes.includes(home) || home === idlest) return idlest;
  const imbalance = Math.abs(idleCpus(home) - idleCpus(idlest));
  const running = nodeLoad(state, home).nrRunning + 1;
  const tolerated =
    toleratedImbalance(imbalance, running, allowedImbalance(state.topology, home, idlest)) === 0;
  return tolerated && idleCpus(home) > 0 ? home : idlest;
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
