import { cpuOfCpupid, isPidUnset, packCpupid, pidMatches, pidOfCpupid } from '../memory/cpupid.ts';
import type { MemoryObject } from '../memory/memory-object.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import type { Numbers, PageDecision } from '../trace/decision.ts';
import { NO_NODE } from '../units.ts';
import type { NumaGroup } from './numa-group.ts';
import { shouldPromote, usesTimeStamp } from './tiering.ts';

/** Up to this pass a task's own first touches move pages at once (REF §4.2 EARLY_SEQ). */
const EARLY_SEQ = 4;
const ACTIVE_FRACTION = 3;

/** Which step of REF §9.2 decided, and how. */
export interface FilterVerdict {
  readonly migrate: boolean;
  readonly step: 0 | 1 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
}

const yes = (step: FilterVerdict['step']): FilterVerdict => ({ migrate: true, step });
const no = (step: FilterVerdict['step']): FilterVerdict => ({ migrate: false, step });
const VERDICTS = {
  noMemory: no(0),
  promoted: yes(1),
  notPromoted: no(1),
  staleStamp: no(3),
  early: yes(4),
  otherNode: no(5),
  notSpread: yes(5),
  private: yes(6),
  ungrouped: yes(7),
  mostlyHere: yes(8),
  balanced: yes(9),
  unbalanced: no(9),
} as const;

/**
 * Whether a page follows the task that faulted on it: only after two faults in a row from the same node, with
 * exceptions for early life and private pages (REF §9.2, vectors §20.4). Stores the new `lastCpupid`.
 *
 * @param source node of the page; the target is the node of the faulting CPU
 */
export function twoStageFilter(
  state: KernelState,
  task: Task,
  object: MemoryObject,
  page: number,
  source: number,
): FilterVerdict {
  const old = object.lastCpupid[page]!;
  const verdict = filter(state, task, object, page, source);
  const rule = state.decisions && ruleOf(verdict);
  if (rule) state.decisions?.because(rule, filterNumbers(state, task, old, source));
  return verdict;
}

function filter(
  state: KernelState,
  task: Task,
  object: MemoryObject,
  page: number,
  source: number,
): FilterVerdict {
  const target = state.nodeOfTask(task);
  if (state.memory.managed[target] === 0) return VERDICTS.noMemory;
  if (usesTimeStamp(state, source))
    return shouldPromote(state, object, page, target) ? VERDICTS.promoted : VERDICTS.notPromoted;
  const old = object.lastCpupid[page]!;
  object.lastCpupid[page] = packCpupid(task.cpu, task.pid);
  if (!state.tieringOn && !state.isTopTier(source) && !isCpuValid(state, old)) return VERDICTS.staleStamp;
  return decide(state, task, old, { source, target });
}

export function isCpuValid(state: KernelState, cpupid: number): boolean {
  return cpuOfCpupid(cpupid) < state.topology.cpuCount;
}

function decide(
  state: KernelState,
  task: Task,
  old: number,
  { source, target }: { readonly source: number; readonly target: number },
): FilterVerdict {
  const unset = isPidUnset(old);
  const mine = pidMatches(task.pid, old);
  if ((task.preferredNode === NO_NODE || task.scanSeq <= EARLY_SEQ) && (unset || mine)) return VERDICTS.early;
  if (!unset && state.topology.nodeOfCpu[cpuOfCpupid(old)] !== target) return VERDICTS.otherNode;
  if (mine) return VERDICTS.private;
  if (!task.group) return VERDICTS.ungrouped;
  // Older kernels have nothing after step 5; they differ from today's only for groups.
  if (!state.variant.pseudoInterleaving) return VERDICTS.notSpread;
  return spreadsGroup(task.group, source, target);
}

/** What a decision log calls the steps; promotion, step 1, says its own rules. */
const RULES: Readonly<Partial<Record<FilterVerdict['step'], PageDecision['rule']>>> = {
  0: 'noMemory',
  3: 'staleStamp',
  4: 'early',
  5: 'otherNode',
  6: 'private',
  7: 'ungrouped',
  8: 'mostlyHere',
};

function ruleOf({ step, migrate }: FilterVerdict): PageDecision['rule'] | undefined {
  if (step === 9) return migrate ? 'balanced' : 'unbalanced';
  return step === 5 && migrate ? 'notSpread' : RULES[step];
}

/** What the steps compared. */
function filterNumbers(state: KernelState, task: Task, old: number, source: number): Numbers {
  const here = state.nodeOfTask(task);
  const { preferredNode, scanSeq, group } = task;
  const lastCpu = cpuOfCpupid(old);
  const last = isCpuValid(state, old)
    ? { lastCpu, lastNode: state.topology.nodeOfCpu[lastCpu]!, lastPidModulo256: pidOfCpupid(old) }
    : {};
  const shares = group
    ? {
        cpuHere: group.cpuFaults(here),
        cpuThere: group.cpuFaults(source),
        memHere: group.memFaults(here),
        memThere: group.memFaults(source),
      }
    : {};
  return { pageNode: source, here, preferredNode, scanSeq, ...last, ...shares };
}

/** Spreads a group's memory in proportion to where it runs, with a dead band of 3/4 (REF §9.2 steps 8 and 9). */
function spreadsGroup(group: NumaGroup, source: number, target: number): FilterVerdict {
  const cpuHere = group.cpuFaults(target);
  const cpuThere = group.cpuFaults(source);
  if (cpuHere > ACTIVE_FRACTION * cpuThere) return VERDICTS.mostlyHere;
  const more = 3 * cpuHere * group.memFaults(source) > 4 * cpuThere * group.memFaults(target);
  return more ? VERDICTS.balanced : VERDICTS.unbalanced;
}
