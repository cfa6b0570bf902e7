/** Conditions: the schema of `status.conditions`, and setting one without touching its time when nothing changed. */
import { z } from 'zod';

import type { DeepReadonly } from './deep-readonly.ts';
import { choice, count, keyedList, text, time } from './fields.ts';
import type { ConditionReason, ConditionType } from './names.ts';

const conditionObject = z
  .strictObject({
    type: text(
      316,
      'What the condition is about: Ready, Reconciling, Stalled, Overridden or NotImplemented.',
    ),
    status: choice(['True', 'False', 'Unknown'], 'Whether the condition holds.'),
    reason: text(1024, 'Why, in one CamelCase word that scripts may match.'),
    message: text(32768, 'Why, in words for people. May be empty.', 0),
    lastTransitionTime: time('When status last changed.'),
    observedGeneration: count(
      'metadata.generation of the object that the condition was found for; older than it means: not yet looked at.',
    ).exactOptional(),
  })
  .meta({ description: 'One condition, as in the Kubernetes API conventions.' });

/** Schema of `status.conditions`. */
export function conditions(): z.ZodExactOptional<z.ZodArray<typeof conditionObject>> {
  return keyedList(
    conditionObject,
    ['type'],
    { max: 16 },
    'What is true of this object at the moment. Ready says whether it is in effect; wait for it with kubectl wait.',
  ).exactOptional();
}

/** One condition. */
export type Condition = DeepReadonly<z.output<typeof conditionObject>>;

/** A condition as a controller states it; the time of the last transition follows from the previous conditions. */
export interface ConditionStatement {
  readonly type: ConditionType;
  readonly status: Condition['status'];
  readonly reason: ConditionReason;
  readonly message: string;
  readonly observedGeneration?: number;
}

/**
 * The new list of conditions: exactly `statements`, in their order. A condition whose status is as it was keeps its
 * `lastTransitionTime`; others get `now` (RFC 3339). Conditions that are not stated any more are dropped.
 */
export function updateConditions(
  previous: readonly Condition[],
  statements: readonly ConditionStatement[],
  now: string,
): readonly Condition[] {
  return statements.map((statement) => {
    const before = previous.find(({ type }) => type === statement.type);
    const unchanged = before?.status === statement.status;
    return { ...statement, lastTransitionTime: unchanged ? before.lastTransitionTime : now };
  });
}
