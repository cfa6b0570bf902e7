import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import type { Search } from './compare-task.ts';
import { idleCpu } from './node-load.ts';

/**
 * Records a candidate under its run queue's lock; if another search has locked the queue meanwhile, another idle CPU of
 * the node takes its place, or nothing is recorded (REF §14.5). Searches here run one at a time, so none has.
 */
export function recordCandidate(
  state: KernelState,
  search: Search,
  candidate: { readonly cpu: number; readonly partner: Task | undefined },
  improvement: number,
): void {
  let { cpu } = candidate;
  // The lock of the best so far is this search's own.
  if (state.runQueues[cpu]!.numaMigrateOn && cpu !== search.best?.cpu) {
    const other = idleCpu(state, search.task, state.topology.nodeOfCpu[cpu]!, cpu);
    if (other === undefined) return;
    cpu = other;
  }
  if (search.best) state.runQueues[search.best.cpu]!.numaMigrateOn = false;
  state.runQueues[cpu]!.numaMigrateOn = true;
  search.best = { cpu, partner: candidate.partner };
  search.bestImprovement = improvement;
}
