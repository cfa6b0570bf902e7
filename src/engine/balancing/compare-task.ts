import { isAllowed } from '../sched/assign-cpu.ts';
import { taskLoad } from '../sched/run-queue.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import type { Numbers, TaskDecision } from '../trace/decision.ts';
import { div } from '../units.ts';
import { tooImbalanced } from './node-load.ts';
import type { NodeLoad } from './node-load.ts';
import { groupWeight, taskWeight } from './node-weights.ts';

/** Smallest score worth a swap (REF §4.2 SMALL_IMP). */
const SMALL_IMPROVEMENT = 30;

/** The best place found so far for a task (REF §14.3). */
export interface Search {
  readonly task: Task;
  readonly src: NodeLoad;
  best: { readonly cpu: number; readonly partner: Task | undefined } | undefined;
  bestImprovement: number;
}

/** One CPU of a destination node, with what the search knows about the node. */
export interface Examined {
  readonly cpu: number;
  readonly src: NodeLoad;
  readonly dst: NodeLoad;
  /** Per-mille gained by the task, and by its group, by going there. */
  readonly improvement: { readonly task: number; readonly group: number };
  readonly mayMove: boolean;
  readonly idle: number | undefined;
  readonly distance: number;
}

/** What to do after looking at a CPU. */
export type Comparison =
  | 'next'
  | 'stop'
  | {
      readonly candidate: { readonly cpu: number; readonly partner: Task | undefined };
      readonly improvement: number;
    };

/** Compares the task with the one running on a CPU: move there, swap with it, or go on (REF §14.5). */
export function compareWith(state: KernelState, search: Search, examined: Examined): Comparison {
  const queue = state.runQueues[examined.cpu]!;
  if (queue.numaMigrateOn) return passBy(state, search, examined, 'locked');
  const partner = queue.nrRunning(state.now) > 0 ? queue.current : undefined;
  if (partner === search.task) return 'stop';
  const own = search.task.group ? examined.improvement.group : examined.improvement.task;
  if (!partner || partner.exiting) {
    if (!examined.mayMove || own < search.bestImprovement) {
      return passBy(state, search, examined, examined.mayMove ? 'emptyNotBetter' : 'emptyNoMove');
    }
    return { candidate: moveTo(state, search, examined), improvement: own };
  }
  return comparePartner(state, search, examined, { partner, own });
}

function comparePartner(
  state: KernelState,
  search: Search,
  examined: Examined,
  { partner, own }: { readonly partner: Task; readonly own: number },
): Comparison {
  const { task, best, src } = search;
  if (!isAllowed(partner, task.cpu)) return passBy(state, search, examined, 'partnerAffinity');
  const prefersSrc = partner.preferredNode === src.node;
  const bestPartner = best?.partner;
  if (!prefersSrc && bestPartner?.preferredNode === src.node) {
    return passBy(state, search, examined, 'partnerStays');
  }
  const score = swapScore(state, search, examined, { partner, own });
  if (score === undefined) return passBy(state, search, examined, 'spareCapacity');
  const swap = { candidate: { cpu: examined.cpu, partner }, improvement: score };
  if (examined.mayMove && own > Math.max(score, search.bestImprovement)) {
    return { candidate: moveTo(state, search, examined), improvement: own };
  }
  const refused = refusalOf(search, examined, partner, score);
  return refused ? passBy(state, search, examined, refused, { score }) : swap;
}

/** Goes on to the next CPU, and says why. */
function passBy(
  { decisions, now }: KernelState,
  { task, bestImprovement }: Search,
  { cpu, dst }: Examined,
  rule: TaskDecision['rule'],
  numbers?: Numbers,
): 'next' {
  decisions?.task(now, task, {
    outcome: 'passed by',
    rule,
    numbers: { cpu, node: dst.node, bestImprovement, ...numbers },
  });
  return 'next';
}

/** A swap must pay, clearly more than what was found before, and must not unbalance the nodes. */
function refusalOf(
  { task, src, best, bestImprovement }: Search,
  { dst }: Examined,
  partner: Task,
  score: number,
): 'smallGain' | 'unbalances' | undefined {
  // A partner that wants to leave for the source node beats one that does not, whatever the scores.
  const found = best?.partner;
  if (found && found.preferredNode !== src.node && partner.preferredNode === src.node) return undefined;
  if (score < SMALL_IMPROVEMENT || score <= bestImprovement + SMALL_IMPROVEMENT / 2) return 'smallGain';
  const load = taskLoad(task) - taskLoad(partner);
  const isBalanced = load === 0 || !tooImbalanced({ src: src.load - load, dst: dst.load + load }, src, dst);
  return isBalanced ? undefined : 'unbalances';
}

/** The score of a swap, or undefined where none is considered (REF §14.5 step 6, vectors §20.6). */
function swapScore(
  { topology }: KernelState,
  { task }: Search,
  { src, dst, improvement, distance }: Examined,
  { partner, own }: { readonly partner: Task; readonly own: number },
): number | undefined {
  const sameGroup = task.group === partner.group;
  if (sameGroup && dst.type === 'hasSpare') return undefined;
  const weight = task.group && partner.group && !sameGroup ? groupWeight : taskWeight;
  const gained =
    weight(topology, partner, src.node, distance) - weight(topology, partner, dst.node, distance);
  return adjustSwapScore((sameGroup ? improvement.task : own) + gained, {
    sameGroup: sameGroup && task.group !== undefined,
    prefers:
      partner.preferredNode === dst.node ? 'dst' : partner.preferredNode === src.node ? 'src' : 'other',
  });
}

/** Keeps groups together, and favours partners that want to leave (REF §14.5 step 6). */
export function adjustSwapScore(
  score: number,
  partner: { readonly sameGroup: boolean; readonly prefers: 'src' | 'dst' | 'other' },
): number {
  const kept = partner.sameGroup ? score - div(score, 16) : score;
  if (partner.prefers === 'dst') return kept - div(kept, 16);
  return partner.prefers === 'src' ? kept + div(kept, 8) : kept;
}

/** A move goes to the node's idle CPU if it has one; an idle best so far is not given up for a busy CPU. */
function moveTo(
  state: KernelState,
  { best }: Search,
  { cpu, idle }: Examined,
): { readonly cpu: number; readonly partner: undefined } {
  const chosen = idle ?? cpu;
  const isIdle = (id: number): boolean => state.runQueues[id]!.nrRunning(state.now) === 0;
  const keepsBest = best !== undefined && !isIdle(chosen) && isIdle(best.cpu);
  return { cpu: keepsBest ? best.cpu : chosen, partner: undefined };
}
