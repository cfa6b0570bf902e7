import type { Task } from '../sched/task.ts';
import type {
  Decision,
  MappingDecision,
  Numbers,
  PageDecision,
  ScanDecision,
  TaskDecision,
} from './decision.ts';

/** Which decisions are wanted; without a field, all. */
export interface DecisionFilter {
  readonly pid?: number | undefined;
  /** Cgroup paths of the thread. */
  readonly cgroups?: ReadonlySet<string> | undefined;
  readonly about?: readonly Decision['about'][] | undefined;
}

export type DecisionListener = (decision: Decision) => void;

type Outcome<D extends Decision> = Pick<D, 'outcome' | 'rule'> & { readonly numbers?: Numbers };

/**
 * Tells a listener what the balancer decides and why. The kernel has none unless somebody asked for it: every place that
 * decides looks whether there is one, and does nothing more. It reads state and never changes it.
 */
export class DecisionLog {
  readonly #listener: DecisionListener;
  readonly #filter: DecisionFilter;
  /** Rule of the fault that is being handled. */
  #why: { readonly rule: PageDecision['rule']; readonly numbers: Numbers } | undefined;

  constructor(listener: DecisionListener, filter: DecisionFilter) {
    this.#listener = listener;
    this.#filter = filter;
  }

  /** Remembers what decided about the page that is being touched; the last rule counts. */
  because(rule: PageDecision['rule'], numbers: Numbers = {}): void {
    this.#why = { rule, numbers };
  }

  /** The page's fault is over. */
  page(timeNs: number, task: Task, fault: Pick<PageDecision, 'region' | 'page' | 'pages' | 'outcome'>): void {
    if (!this.#why || !this.#isWanted('page', task)) return;
    this.#listener({ about: 'page', ...by(timeNs, task), ...fault, ...this.#why });
  }

  scan(timeNs: number, task: Task, { numbers = {}, ...decided }: Outcome<ScanDecision>): void {
    if (!this.#isWanted('scan', task)) return;
    this.#listener({ about: 'scan', ...by(timeNs, task), ...decided, numbers });
  }

  mapping(
    timeNs: number,
    task: Task,
    { numbers = {}, ...decided }: Outcome<MappingDecision> & Pick<MappingDecision, 'region'>,
  ): void {
    if (!this.#isWanted('mapping', task)) return;
    this.#listener({ about: 'mapping', ...by(timeNs, task), ...decided, numbers });
  }

  task(timeNs: number, task: Task, { numbers = {}, ...decided }: Outcome<TaskDecision>): void {
    if (!this.#isWanted('task', task)) return;
    this.#listener({ about: 'task', ...by(timeNs, task), ...decided, numbers });
  }

  #isWanted(about: Decision['about'], { pid, cgroup }: Task): boolean {
    const wanted = this.#filter;
    return (
      (wanted.pid === undefined || wanted.pid === pid) &&
      (wanted.cgroups?.has(cgroup.path) ?? true) &&
      (wanted.about === undefined || wanted.about.includes(about))
    );
  }
}

function by(
  timeNs: number,
  { pid, comm, cgroup }: Task,
): Pick<Decision, 'timeNs' | 'pid' | 'comm' | 'cgroup'> {
  return { timeNs, pid, comm, cgroup: cgroup.path };
}
