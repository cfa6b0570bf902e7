import { isAllowed } from '../sched/assign-cpu.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';

/** 100 plus half of the NUMA domain's 17 (REF §4.2). */
const IMBALANCE_PERCENT = 108;

/** How busy a node is (REF §14.2). */
export type NodeType = 'hasSpare' | 'fullyBusy' | 'overloaded';

/** Sums over a node's CPUs. */
export interface NodeLoad {
  readonly node: number;
  readonly nrRunning: number;
  readonly load: number;
  readonly util: number;
  readonly runnable: number;
  readonly capacity: number;
  /** CPUs of the node. */
  readonly weight: number;
  readonly type: NodeType;
}

export function nodeLoad(state: KernelState, node: number): NodeLoad {
  const sums = { nrRunning: 0, load: 0, util: 0, runnable: 0, capacity: 0 };
  const cpus = state.topology.cpusOf(node);
  for (const cpu of cpus) {
    const queue = state.runQueues[cpu]!;
    sums.nrRunning += queue.nrRunning(state.now);
    sums.load += queue.load();
    sums.util += queue.util();
    sums.runnable += queue.load();
    sums.capacity += queue.capacity;
  }
  return { node, ...sums, weight: cpus.length, type: classifyNode({ ...sums, weight: cpus.length }) };
}

/** REF §14.2, vectors §20.5. */
export function classifyNode(sums: Omit<NodeLoad, 'node' | 'load' | 'type'>): NodeType {
  const { nrRunning, weight, capacity, util, runnable } = sums;
  if (
    nrRunning > weight &&
    (capacity * 100 < util * IMBALANCE_PERCENT || capacity * IMBALANCE_PERCENT < runnable * 100)
  ) {
    return 'overloaded';
  }
  const roomy = capacity * 100 > util * IMBALANCE_PERCENT && capacity * IMBALANCE_PERCENT > runnable * 100;
  return nrRunning < weight || roomy ? 'hasSpare' : 'fullyBusy';
}

/**
 * The first idle CPU of a node that the task may use and no other migration has chosen, or undefined; one whose whole
 * core is idle before others (REF §14.2).
 *
 * @param after a CPU of the node to pass by; the search starts behind it and wraps around
 */
export function idleCpu(state: KernelState, task: Task, node: number, after?: number): number | undefined {
  const cpus = state.topology.cpusOf(node);
  const from = after === undefined ? 0 : cpus.indexOf(after) + 1;
  const isIdle = (cpu: number): boolean => state.runQueues[cpu]!.nrRunning(state.now) === 0;
  const idle = [...cpus.slice(from), ...cpus.slice(0, from)].filter(
    (cpu) => cpu !== after && !state.runQueues[cpu]!.numaMigrateOn && isAllowed(task, cpu) && isIdle(cpu),
  );
  return idle.find((cpu) => state.topology.coreOf(cpu).every(isIdle)) ?? idle[0];
}

/** An imbalance of up to two is tolerated while the destination runs few tasks (REF §14.4, vectors §20.5). */
export function toleratedImbalance(imbalance: number, dstRunning: number, imbNr: number): number {
  return dstRunning > imbNr || imbalance > 2 ? imbalance : 0;
}

export interface LoadAndCapacity {
  readonly load: number;
  readonly capacity: number;
}

/** Whether moving load would leave the two nodes further apart than they are (REF §14.4, vectors §20.5). */
export function tooImbalanced(
  newLoad: { readonly src: number; readonly dst: number },
  src: LoadAndCapacity,
  dst: LoadAndCapacity,
): boolean {
  const after = Math.abs(newLoad.dst * src.capacity - newLoad.src * dst.capacity);
  return after > Math.abs(dst.load * src.capacity - src.load * dst.capacity);
}
