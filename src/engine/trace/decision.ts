import { MAPPING_RULES, PAGE_RULES, SCAN_RULES, TASK_RULES } from './rules.ts';
import type { Rule } from './rules.ts';

/** Numbers a rule was decided by, by name; nodes, CPUs and pids as ids, shares in per-mille unless the name has a unit. */
export type Numbers = Readonly<Record<string, number>>;

interface Decided {
  /** Since boot, ns. */
  readonly timeNs: number;
  readonly pid: number;
  readonly comm: string;
  /** Cgroup path of the thread. */
  readonly cgroup: string;
  readonly numbers: Numbers;
}

/** A marked page was touched. */
export interface PageDecision extends Decided {
  readonly about: 'page';
  readonly region: string;
  /** First base page within the region, and how many: 512 for a huge page. */
  readonly page: number;
  readonly pages: number;
  readonly outcome: 'moved' | 'failed' | 'stayed';
  readonly rule: keyof typeof PAGE_RULES;
}

/** A tick, or a queued scan. */
export interface ScanDecision extends Decided {
  readonly about: 'scan';
  readonly outcome: 'queued' | 'begun' | 'none';
  readonly rule: keyof typeof SCAN_RULES;
}

/** A scan came to a mapping. */
export interface MappingDecision extends Decided {
  readonly about: 'mapping';
  readonly region: string;
  readonly outcome: 'marked' | 'skipped';
  readonly rule: keyof typeof MAPPING_RULES;
}

/** A counted fault asked whether the task should go elsewhere, or the search for a place passed a CPU by. */
export interface TaskDecision extends Decided {
  readonly about: 'task';
  readonly outcome: 'moved' | 'swapped' | 'stayed' | 'passed by';
  readonly rule: keyof typeof TASK_RULES;
}

/** One decision of the balancer, with the rule that made it. */
export type Decision = PageDecision | ScanDecision | MappingDecision | TaskDecision;

export function ruleOf(decision: Decision): Rule {
  switch (decision.about) {
    case 'page':
      return PAGE_RULES[decision.rule];
    case 'scan':
      return SCAN_RULES[decision.rule];
    case 'mapping':
      return MAPPING_RULES[decision.rule];
    case 'task':
      return TASK_RULES[decision.rule];
  }
}

/** One line: when, who, what, why, and the numbers it was decided by. */
export function describeDecision(decision: Decision): string {
  const { timeNs, comm, pid, outcome, numbers } = decision;
  const { ref, text } = ruleOf(decision);
  const values = Object.entries(numbers).map(([name, value]) => `${name} ${value}`);
  const why = `${text} (REF §${ref})${values.length > 0 ? `: ${values.join(', ')}` : ''}`;
  return `${(timeNs / 1e9).toFixed(6)} ${comm}/${pid} ${subject(decision)}: ${outcome}: ${why}`;
}

function subject(decision: Decision): string {
  if (decision.about === 'page') {
    const { region, page, pages } = decision;
    return `${region} page ${page}${pages > 1 ? `–${page + pages - 1}` : ''}`;
  }
  return decision.about === 'mapping' ? decision.region : decision.about;
}
