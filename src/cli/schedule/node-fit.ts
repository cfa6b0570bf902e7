/** Whether a pod may run on a node at all: node selector, required node affinity, taints. */
import type {
  V1Affinity,
  V1Node,
  V1NodeSelectorRequirement,
  V1NodeSelectorTerm,
  V1Pod,
  V1Taint,
  V1Toleration,
} from '@kubernetes/client-node';

/** What the scheduler adds to a cordoned node's taints. */
const cordoned: V1Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Whether the node is one the pod asks for, and lets it in. Says nothing about room. */
export function matchesNode({ spec }: V1Pod, node: V1Node): boolean {
  const { nodeSelector = {}, affinity, tolerations = [] } = spec ?? {};
  return (
    Object.entries(nodeSelector).every(([key, value]) => node.metadata?.labels?.[key] === value) &&
    matchesAffinity(affinity, node) &&
    taintsOf(node).every((taint) => lets(taint, tolerations))
  );
}

function matchesAffinity(affinity: V1Affinity | undefined, node: V1Node): boolean {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms.some((term) => matchesTerm(term, node)) ?? true;
}

function taintsOf({ spec }: V1Node): readonly V1Taint[] {
  return [...(spec?.taints ?? []), ...(spec?.unschedulable === true ? [cordoned] : [])];
}

/** An empty term matches nothing, as in Kubernetes. */
function matchesTerm({ matchExpressions = [], matchFields = [] }: V1NodeSelectorTerm, node: V1Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const labels = node.metadata?.labels ?? {};
  const fields: Readonly<Record<string, string>> = { 'metadata.name': node.metadata?.name ?? '' };
  return (
    matchExpressions.every((each) => meets(labels[each.key], each)) &&
    matchFields.every((each) => meets(fields[each.key], each))
  );
}

function meets(value: string | undefined, { operator, values = [] }: V1NodeSelectorRequirement): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function lets(taint: V1Taint, tolerations: readonly V1Toleration[]): boolean {
  if (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute') return true;
  return tolerations.some((toleration) => tolerates(toleration, taint));
}

/** Without an effect a toleration is for all effects; without a key (and with `Exists`) for all keys. */
function tolerates(toleration: V1Toleration, taint: V1Taint): boolean {
  const { key = '', operator, value = '', effect = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (operator === 'Exists') return key === '' || key === taint.key;
  return key === taint.key && value === (taint.value ?? '');
}
