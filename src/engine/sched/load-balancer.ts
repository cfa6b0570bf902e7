import { nodeLoad, toleratedImbalance } from '../balancing/node-load.ts';
import type { NodeLoad } from '../balancing/node-load.ts';
import { allowedImbalance } from '../machine/sched-domains.ts';
import type { KernelState } from '../state.ts';
import { div } from '../units.ts';
import { assignCpu, isAllowed } from './assign-cpu.ts';
import { pullAcross } from './pull-across.ts';
import { isRunnable } from './run-queue.ts';
import type { RunQueue } from './run-queue.ts';

/** Ticks between two balances across nodes (docs/fidelity.md: S3). */
const NODE_INTERVAL_TICKS = 8;

/**
 * The force that moves tasks for CPU balance, in the minimal form of REF §15: an idle CPU pulls from a queue with two
 * or more runnable tasks of its node at every tick; every eighth tick each pair of nodes is evened out, well-placed tasks
 * last.
 */
export class LoadBalancer {
  /** Attempts in vain since the last success, by pair of nodes. */
  readonly #failures = new Map<number, number>();

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
    const loads = new Map(cpuNodes.map((node) => [node, nodeLoad(state, node)]));
    for (const [index, a] of cpuNodes.entries()) {
      for (const b of cpuNodes.slice(index + 1)) {
        if (!this.#evenOut(state, loads.get(a)!, loads.get(b)!)) continue;
        loads.set(a, nodeLoad(state, a));
        loads.set(b, nodeLoad(state, b));
      }
    }
  }

  /** @returns whether tasks moved */
  #evenOut(state: KernelState, a: NodeLoad, b: NodeLoad): boolean {
    const excess = excessOf(a, b);
    const [busy, other] = excess >= 0 ? [a, b] : [b, a];
    const imbNr = allowedImbalance(state.topology, busy.node, other.node);
    const wanted = div(toleratedImbalance(Math.abs(excess), other.nrRunning + 1, imbNr), 2);
    if (wanted === 0) return false;
    const key = busy.node * state.topology.nodeCount + other.node;
    const failures = this.#failures.get(key) ?? 0;
    const pulled = pullAcross(state, { from: busy.node, to: other.node, wanted, failures });
    this.#failures.set(key, pulled === 0 ? failures + 1 : 0);
    return pulled > 0;
  }
}

/** How many more tasks run on `a` than on `b`; of nodes of different width, twice what is above the fair share. */
function excessOf(a: NodeLoad, b: NodeLoad): number {
  const fair = ((a.nrRunning + b.nrRunning) * a.weight) / (a.weight + b.weight);
  return Math.trunc(2 * (a.nrRunning - fair));
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
