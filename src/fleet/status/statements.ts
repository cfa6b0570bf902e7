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
