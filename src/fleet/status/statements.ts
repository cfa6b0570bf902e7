import type { V1Pod } from '@kubernetes/client-node';

import type { ConditionStatement } from '../../api/condition.ts';
import { conditionReasons, conditionTypes } from '../../api/names.ts';
import { fieldsWithoutBehaviour, notImplementedMessage } from '../../api/not-implemented.ts';
import type { SpecOfKind } from '../../api/not-implemented.ts';

/** The condition that names fields which are set and do nothing in this version; none when there are none. */
export function notImplemented(object: SpecOfKind): readonly ConditionStatement[] {
  const fields = fieldsWithoutBehaviour(object);
  if (fields.length === 0) return [];
  return [
    {
      type: conditionTypes.notImplemented,
      status: 'True',
      reason: conditionReasons.fieldsWithoutBehaviour,
      message: notImplementedMessage(fields),
    },
  ];
}

/** Reconciling, while something is still to come; nothing otherwise. */
export function progress(ready: ConditionStatement): readonly ConditionStatement[] {
  if (ready.reason !== conditionReasons.pending) return [];
  return [{ ...ready, type: conditionTypes.reconciling, status: 'True' }];
}

/** Pods that ended stay in the API and count no more. */
export function hasEnded({ status }: V1Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Says of each condition which generation of the object it was found for. */
export function observed(
  generation: number | undefined,
  statements: readonly ConditionStatement[],
): readonly ConditionStatement[] {
  if (generation === undefined) return statements;
  return statements.map((statement) => ({ ...statement, observedGeneration: generation }));
}

/** `1 pod`, `2 pods`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
