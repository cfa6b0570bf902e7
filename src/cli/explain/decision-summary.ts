import type { Decision } from '../../engine/trace/decision.ts';

/** Decisions of one container that were alike. */
export interface DecisionCount {
  /** Kubernetes node. */
  readonly node: string;
  /** Cgroup path of the container. */
  readonly cgroup: string;
  readonly count: number;
  /** The last of them. */
  readonly last: Decision;
}

/** Counts decisions by container, subject, outcome and rule: millions of pages become a few lines. */
export class DecisionSummary {
  readonly #counts = new Map<string, { node: string; cgroup: string; count: number; last: Decision }>();

  add(decision: Decision, node: string): void {
    const { cgroup, about, outcome, rule } = decision;
    const key = `${node} ${cgroup} ${about} ${outcome} ${rule}`;
    const known = this.#counts.get(key);
    if (known) {
      known.count++;
      known.last = decision;
    } else this.#counts.set(key, { node, cgroup, count: 1, last: decision });
  }

  /** What was decided in a container, the most frequent first within each subject. */
  of(node: string, cgroup: string): readonly DecisionCount[] {
    const order: readonly Decision['about'][] = ['scan', 'mapping', 'page', 'task'];
    return [...this.#counts.values()]
      .filter((entry) => entry.node === node && entry.cgroup === cgroup)
      .sort((a, b) => order.indexOf(a.last.about) - order.indexOf(b.last.about) || b.count - a.count);
  }
}
