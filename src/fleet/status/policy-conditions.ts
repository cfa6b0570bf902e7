import type { ConditionStatement } from '../../api/condition.ts';
import { conditionReasons, conditionTypes } from '../../api/names.ts';
import type { NumaBalancingPolicy } from '../../api/numa-balancing-policy.ts';
import type { PolicyFacts } from './policy-status.ts';
import { counted, notImplemented, observed, progress } from './statements.ts';

/** The conditions of a policy: Ready always, the others while they hold. */
export function policyConditions(
  policy: NumaBalancingPolicy,
  facts: PolicyFacts,
): readonly ConditionStatement[] {
  const ready = readiness(policy, facts);
  return observed(policy.metadata.generation, [
    ready,
    ...progress(ready),
    ...refusals(facts),
    ...overrides(facts),
    ...notImplemented({ kind: 'NumaBalancingPolicy', spec: policy.spec }),
  ]);
}

/**
 * Ready when every running container that the policy decides has its switch as asked, and the kernel refused none of
 * them anything. Pods without a node do not hold it up, as long as others have one: they may never get one.
 */
function readiness({ spec }: NumaBalancingPolicy, facts: PolicyFacts): ConditionStatement {
  const { matched, overridden, decided } = facts;
  const type = conditionTypes.ready;
  const waiting = awaited(facts);
  if (matched.length === 0) {
    const message = 'no pod of the namespace matches podSelector';
    return { type, status: 'True', reason: conditionReasons.nothingMatched, message };
  }
  if (waiting.length > 0) {
    const message = `${counted(waiting.length, 'pod')} of ${matched.length} not simulated yet, first ${waiting[0]?.metadata?.name ?? ''}`;
    return { type, status: 'False', reason: conditionReasons.pending, message };
  }
  const refused = firstRefusal(facts);
  if (refused !== undefined) {
    return { type, status: 'False', reason: conditionReasons.kernelRefused, message: refused };
  }
  if (decided.length === 0 && overridden.length > 0) {
    const message = 'stronger policies decide every container it matches';
    return { type, status: 'True', reason: conditionReasons.strongerObject, message };
  }
  const flag = spec.balancing === 'Enabled' ? 1 : 0;
  const message = `simulated cpu.numa_load_balance is ${flag} in ${counted(decided.length, 'container')}`;
  return { type, status: 'True', reason: conditionReasons.applied, message };
}

/** Pods that hold Ready up. */
function awaited({ matched, pending, unscheduled }: PolicyFacts): PolicyFacts['pending'] {
  return unscheduled.length === matched.length ? [...pending, ...unscheduled] : pending;
}

function refusals(facts: PolicyFacts): readonly ConditionStatement[] {
  const message = firstRefusal(facts);
  if (message === undefined) return [];
  return [{ type: conditionTypes.stalled, status: 'True', reason: conditionReasons.kernelRefused, message }];
}

/** What the kernel refused the first container that was refused something. */
function firstRefusal({ decided }: PolicyFacts): string | undefined {
  const refused = decided.find(({ problem }) => problem !== undefined);
  return refused && `${refused.pod} ${refused.container}: ${refused.problem ?? ''}`;
}

function overrides({ overridden }: PolicyFacts): readonly ConditionStatement[] {
  const [first] = overridden;
  if (!first) return [];
  const message = `${counted(overridden.length, 'pod')} decided by a stronger policy, first ${first.pod.metadata?.name ?? ''} by ${first.by.metadata.name ?? ''}`;
  return [
    { type: conditionTypes.overridden, status: 'True', reason: conditionReasons.strongerObject, message },
  ];
}
