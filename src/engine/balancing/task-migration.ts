import { assignCpu, isAllowed } from '../sched/assign-cpu.ts';
import type { Task } from '../sched/task.ts';
import { allowedImbalance } from '../machine/sched-domains.ts';
import type { KernelState } from '../state.ts';
import type { TaskDecision } from '../trace/decision.ts';
import { NO_NODE, div } from '../units.ts';
import { compareWith } from './compare-task.ts';
import type { Search } from './compare-task.ts';
import { nodeLoad, idleCpu, toleratedImbalance, tooImbalanced } from './node-load.ts';
import { groupWeight, taskWeight } from './node-weights.ts';
import { recordCandidate } from './record-candidate.ts';
import { taskLoad } from '../sched/run-queue.ts';

const MAX_RETRY_MS = 1000;
const RETRY_FRACTION = 16;

/** ms until a task tries again to get to its preferred node (REF §14.1, vectors §20.6). */
export function retryIntervalMs(scanPeriodMs: number): number {
  return Math.min(MAX_RETRY_MS, div(scanPeriodMs, RETRY_FRACTION));
}

/** After a placement, or on a fault when the retry time has come: gets the task to its preferred node (REF §14.1). */
export function migratePreferred(state: KernelState, task: Task): void {
  const from = task.cpu;
  const rule = goToPreferred(state, task);
  if (!state.decisions) return;
  const { preferredNode, cpu } = task;
  const outcome = rule === 'moved' || rule === 'swapped' ? rule : 'stayed';
  state.decisions.task(state.now, task, { outcome, rule, numbers: { preferredNode, from, cpu } });
}

/** @returns what decided */
function goToPreferred(state: KernelState, task: Task): TaskDecision['rule'] {
  if (task.preferredNode === NO_NODE || !task.faults) return 'noPreferred';
  task.migrateRetry = state.jiffies + state.msToJiffies(retryIntervalMs(task.scanPeriodMs));
  return state.nodeOfTask(task) === task.preferredNode ? 'atPreferred' : migrateTask(state, task);
}

/** Looks for a CPU or a swap partner, on the preferred node first (REF §14.3). */
function migrateTask(state: KernelState, task: Task): TaskDecision['rule'] {
  const { topology } = state;
  const src = nodeLoad(state, state.nodeOfTask(task));
  const search: Search = { task, src, best: undefined, bestImprovement: 0 };
  searchNode(state, search, task.preferredNode, topology.distance(src.node, task.preferredNode));

  if (!search.best || (task.group && task.group.activeNodes > 1)) searchOtherNodes(state, search);
  if (task.group) {
    task.preferredNode = search.best ? topology.nodeOfCpu[search.best.cpu]! : src.node;
  }
  return search.best ? execute(state, task, search.best) : 'nothingFound';
}

function searchOtherNodes(state: KernelState, search: Search): void {
  const { topology } = state;
  const { task, src } = search;
  // On a backplane the weights are those for the distance to the node examined before (REF §14.3).
  let distance = topology.distance(src.node, task.preferredNode);
  for (const node of topology.cpuNodes) {
    if (node === src.node || node === task.preferredNode) continue;
    const improvement = improvements(state, search, node, distance);
    if (improvement.task < 0 && improvement.group < 0) continue;
    searchNode(state, search, node, distance);
    distance = topology.distance(src.node, node);
  }
}

function improvements(
  { topology }: KernelState,
  { task, src }: Search,
  node: number,
  distance: number,
): { readonly task: number; readonly group: number } {
  return {
    task: taskWeight(topology, task, node, distance) - taskWeight(topology, task, src.node, distance),
    group: groupWeight(topology, task, node, distance) - groupWeight(topology, task, src.node, distance),
  };
}

/** REF §14.4. */
function searchNode(state: KernelState, search: Search, node: number, distance: number): void {
  const { task, src } = search;
  const dst = nodeLoad(state, node);
  const improvement = improvements(state, search, node, distance);
  const idle = idleCpu(state, task, node);
  const mayMove = canMove(state, search, dst);
  if (dst.type === 'hasSpare' && mayMove && idle !== undefined) {
    recordCandidate(state, search, { cpu: idle, partner: undefined }, 0);
    return;
  }
  for (const cpu of state.topology.cpusOf(node)) {
    if (!isAllowed(task, cpu)) continue;
    const outcome = compareWith(state, search, { cpu, src, dst, improvement, mayMove, idle, distance });
    if (outcome === 'stop') return;
    if (outcome === 'next') continue;
    recordCandidate(state, search, outcome.candidate, outcome.improvement);
    if (isGoodEnough(state, search, mayMove)) return;
  }
}

/** Whether the node takes one more task: by the number running while it has room, by load otherwise. */
function canMove(state: KernelState, { task, src }: Search, dst: Search['src']): boolean {
  if (dst.type !== 'hasSpare') {
    const load = taskLoad(task);
    return !tooImbalanced({ src: src.load - load, dst: dst.load + load }, src, dst);
  }
  const imbalance = Math.max(0, dst.nrRunning + 1 - (src.nrRunning - 1));
  const imbNr = allowedImbalance(state.topology, src.node, dst.node);
  return toleratedImbalance(imbalance, dst.nrRunning + 1, imbNr) === 0;
}

function isGoodEnough(state: KernelState, { best, src }: Search, mayMove: boolean): boolean {
  if (!best) return false;
  if (mayMove) return !best.partner && state.runQueues[best.cpu]!.nrRunning(state.now) === 0;
  return best.partner?.preferredNode === src.node;
}

/** REF §14.6. Both counters are attributed to the moved task's memory cgroup (REF §18.4). */
function execute(
  state: KernelState,
  task: Task,
  best: NonNullable<Search['best']>,
): 'moved' | 'swapped' | 'notAllowed' {
  state.runQueues[best.cpu]!.numaMigrateOn = false;
  if (!best.partner) {
    if (best.cpu === task.cpu || !isAllowed(task, best.cpu)) return 'notAllowed';
    countTask(state, 'numa_task_migrated', task);
    task.numaMigrations++;
    assignCpu(state, task, best.cpu);
    return 'moved';
  }
  const { partner } = best;
  const home = task.cpu;
  if (!isAllowed(task, best.cpu) || !isAllowed(partner, home) || partner.cpu !== best.cpu)
    return 'notAllowed';
  for (const swapped of [task, partner]) {
    countTask(state, 'numa_task_swapped', swapped);
    swapped.numaSwaps++;
  }
  assignCpu(state, task, best.cpu);
  assignCpu(state, partner, home);
  return 'swapped';
}

function countTask(state: KernelState, name: 'numa_task_migrated' | 'numa_task_swapped', task: Task): void {
  if (state.variant.taskCounters) state.count(name, 1, task.cgroup);
}
