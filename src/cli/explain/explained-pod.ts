/** `numasim run --explain`: why the pages and threads of a pod moved or stayed. */
import type { V1Pod } from '@kubernetes/client-node';

import { describeDecision, ruleOf } from '../../engine/trace/decision.ts';
import type { Decision } from '../../engine/trace/decision.ts';
import { NumasimError } from '../../errors.ts';
import type { ContainerSample, NodeSample } from '../../fleet/node-sample.ts';
import { textTable } from '../render/text-table.ts';
import { DecisionSummary } from './decision-summary.ts';
import type { DecisionCount } from './decision-summary.ts';

export interface ExplainedPod {
  readonly listener: (decision: Decision, node: string) => void;
  /** A table for each container of the pod; lines of at most `width` characters where that can be. */
  text(samples: readonly NodeSample[], width: number): string;
}

/**
 * Collects what is decided about a pod.
 *
 * @param wanted `POD` or `NAMESPACE/POD`; without a namespace, pods of that name in all
 * @throws NumasimError NUMASIM_USAGE when there is no such pod, or the output has no place for it
 */
export function explainedPod(wanted: string, output: string, pods: readonly V1Pod[]): ExplainedPod {
  if (output !== 'table') throw new NumasimError('NUMASIM_USAGE', '--explain goes with -o table only');
  const isWanted = matcher(wanted);
  const names = pods.map(({ metadata = {} }) => [metadata.namespace ?? '', metadata.name ?? ''] as const);
  if (!names.some(([namespace, name]) => isWanted(namespace, name))) {
    const known = names.slice(0, 5).map((each) => each.join('/'));
    const more = names.length > known.length ? ', …' : '';
    const what = names.length === 0 ? 'there are no pods' : `the pods are ${known.join(', ')}${more}`;
    throw new NumasimError('NUMASIM_USAGE', `--explain ${wanted}: no such pod; ${what}`);
  }
  const summary = new DecisionSummary();
  return {
    listener: (decision, node) => summary.add(decision, node),
    text: (samples, width) =>
      samples
        .flatMap(({ desired, containers }) =>
          containers
            .filter(({ namespace, pod }) => isWanted(namespace, pod))
            .map((container) => section(container, summary.of(desired.name, container.path), width)),
        )
        .join('\n'),
  };
}

function matcher(wanted: string): (namespace: string, name: string) => boolean {
  const slash = wanted.indexOf('/');
  const name = wanted.slice(slash + 1);
  return (namespace, pod) => pod === name && (slash < 0 || namespace === wanted.slice(0, slash));
}

function section(
  { namespace, pod, container, numaLoadBalance }: ContainerSample,
  counts: readonly DecisionCount[],
  width: number,
): string {
  const title = `${namespace}/${pod}/${container}, cpu.numa_load_balance ${numaLoadBalance}\n`;
  if (counts.length === 0) return `${title}  nothing was decided: no thread ran, or balancing is off\n`;
  const columns = [
    { header: 'About', cells: counts.map(({ last }) => last.about) },
    { header: 'Outcome', cells: counts.map(({ last }) => last.outcome) },
    { header: 'Times', cells: counts.map(({ count }) => String(count)), isNumber: true },
    { header: 'Why', cells: counts.map(({ last }) => ruleOf(last).text) },
  ];
  const last = counts.map((each) => `  ${describeDecision(each.last)}\n`).join('');
  return `${title}${textTable(columns, width)}The last of each:\n${last}`;
}
