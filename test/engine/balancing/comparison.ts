import { expect } from 'chai';

import { compareWith } from '../../../src/engine/balancing/compare-task.ts';
import type { Comparison, Examined, Search } from '../../../src/engine/balancing/compare-task.ts';
import { TaskFaults } from '../../../src/engine/balancing/fault-statistics.ts';
import { nodeLoad } from '../../../src/engine/balancing/node-load.ts';
import type { NodeLoad, NodeType } from '../../../src/engine/balancing/node-load.ts';
import { NumaGroup } from '../../../src/engine/balancing/numa-group.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import { NO_NODE } from '../../../src/engine/units.ts';
import { bootState, machine, runTicks, startOn } from '../boot.ts';

/** Builders for tests of REF §14.5: one task compared with the one on a CPU. */

export interface Situation {
  /** Improvements of task and group, per mille. */
  readonly improvement: readonly [task: number, group: number];
  readonly groups: 'none' | 'same' | 'different' | 'mine' | 'theirs';
  /** The partner's faults on source and destination, of 1000 in all (of its group's where groups differ). */
  readonly partner: readonly [src: number, dst: number];
  readonly prefers?: number;
  readonly type?: NodeType;
  readonly mayMove?: boolean;
  /** The idle CPU of the destination that the search has found before. */
  readonly idle?: number;
  /** Load of source and destination instead of what their tasks amount to. */
  readonly loads?: readonly [src: number, dst: number];
  readonly best?: (partner: Task) => Partial<Search>;
  readonly change?: (task: Task, partner: Task) => void;
}

/** CPUs by node: the first runs the task, its partner, and a bystander; the second idles. */
export const [TASK_CPU, PARTNER_CPU, BYSTANDER_CPU] = [0, 2, 4];
export const [DST_IDLE_CPU, OTHER_IDLE_CPU] = [3, 5];

/** A task on node 0 looks at a CPU of node 1, where another task runs. */
export function compare(situation: Situation): { readonly outcome: Comparison; readonly partner: Task } {
  const state = bootState({ machine: machine({ nodes: 3, cpusPerNode: 2 }) });
  const { task } = startOn(state, TASK_CPU, 0);
  const { task: partner } = startOn(state, PARTNER_CPU, 1);
  const { task: bystander } = startOn(state, BYSTANDER_CPU, 2);
  for (const one of [task, partner, bystander]) one.affinity = undefined;
  runTicks(state, 1);
  const faults = new TaskFaults(3);
  faults.mem.set([situation.partner[0], 0, 0, situation.partner[1]]);
  Object.assign(partner, { faults, totalFaults: 1000, preferredNode: situation.prefers ?? NO_NODE });
  joinGroups(situation.groups, task, partner, faults);
  situation.change?.(task, partner);
  const load = (node: 0 | 1): NodeLoad => {
    const measured = nodeLoad(state, node);
    return { ...measured, load: situation.loads?.[node] ?? measured.load };
  };
  const src = load(0);
  const search: Search = {
    task,
    src,
    best: undefined,
    bestImprovement: 0,
    ...situation.best?.(bystander),
  };
  const examined: Examined = {
    cpu: PARTNER_CPU,
    src,
    dst: { ...load(1), type: situation.type ?? 'fullyBusy' },
    improvement: { task: situation.improvement[0], group: situation.improvement[1] },
    mayMove: situation.mayMove ?? false,
    idle: situation.idle,
    distance: 20,
  };
  return { outcome: compareWith(state, search, examined), partner };
}

function joinGroups(groups: Situation['groups'], task: Task, partner: Task, faults: TaskFaults): void {
  const group = (id: number): NumaGroup => {
    const created = new NumaGroup(id, id, 3);
    created.mem.set(faults.mem);
    created.totalFaults = 1000;
    return created;
  };
  if (groups === 'same') task.group = partner.group = group(1);
  if (groups === 'different' || groups === 'mine') task.group = group(1);
  if (groups === 'different' || groups === 'theirs') partner.group = group(2);
}

/** The score of the swap, or what the comparison says instead. */
export function scoreOf({ outcome, partner }: ReturnType<typeof compare>): number | string {
  if (typeof outcome === 'string') return outcome;
  expect(outcome.candidate).to.deep.equal({ cpu: PARTNER_CPU, partner });
  return outcome.improvement;
}

/** The CPU that the task is to move to, or what the comparison says instead. */
export function moveOf(situation: Situation): number | string {
  const { outcome } = compare(situation);
  if (typeof outcome === 'string') return outcome;
  expect(outcome.candidate.partner).to.equal(undefined);
  return outcome.candidate.cpu;
}
