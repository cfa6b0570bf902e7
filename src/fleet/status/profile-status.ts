import type { V1Pod } from '@kubernetes/client-node';

import { updateConditions } from '../../api/condition.ts';
import type { ConditionStatement } from '../../api/condition.ts';
import { matchesSelector } from '../../api/label-selector.ts';
import type { MemoryProfile, MemoryProfileStatus } from '../../api/memory-profile.ts';
import { conditionReasons, conditionTypes } from '../../api/names.ts';
import { isActive } from '../../cgroup/pod-cgroups.ts';
import { profileOf } from '../desired-node.ts';
import { isSame } from '../precedence.ts';
import { counted, hasEnded, notImplemented, observed } from './statements.ts';

/** What a profile's status is made from. */
export interface ProfileInputs {
  readonly pods: readonly V1Pod[];
  readonly profiles: readonly MemoryProfile[];
  /** Wall clock, RFC 3339. */
  readonly time: string;
}

/** The status of a MemoryProfile: how many pods behave as it says. */
export function profileStatus(
  profile: MemoryProfile,
  { pods, profiles, time }: ProfileInputs,
): MemoryProfileStatus {
  const matched = pods.filter(
    (pod) =>
      !hasEnded(pod) &&
      pod.metadata?.namespace === profile.metadata.namespace &&
      matchesSelector(profile.spec.podSelector, pod.metadata?.labels),
  );
  const decided = matched.filter((pod) => isSame(profileOf(pod, profiles), profile));
  const applied = decided.filter((pod) => isActive(pod) && pod.status?.phase === 'Running');
  const { generation } = profile.metadata;
  const statements = observed(generation, [
    readiness({ matched: matched.length, decided: decided.length, applied: applied.length }),
    ...overridden(matched.length - decided.length),
    ...notImplemented({ kind: 'MemoryProfile', spec: profile.spec }),
  ]);
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: [...updateConditions(profile.status?.conditions ?? [], statements, time)],
    pods: { matched: matched.length, applied: applied.length, overridden: matched.length - decided.length },
  };
}

interface Counts {
  readonly matched: number;
  readonly decided: number;
  readonly applied: number;
}

function readiness({ matched, decided, applied }: Counts): ConditionStatement {
  const type = conditionTypes.ready;
  if (matched === 0) {
    const message = 'no pod of the namespace matches podSelector';
    return { type, status: 'True', reason: conditionReasons.nothingMatched, message };
  }
  if (decided === 0) {
    const message = 'older profiles decide every pod it matches';
    return { type, status: 'True', reason: conditionReasons.strongerObject, message };
  }
  const message = `${counted(applied, 'running pod')} of ${matched} matched`;
  return { type, status: 'True', reason: conditionReasons.applied, message };
}

function overridden(count: number): readonly ConditionStatement[] {
  if (count === 0) return [];
  const message = `${counted(count, 'pod')} decided by an older profile`;
  return [
    { type: conditionTypes.overridden, status: 'True', reason: conditionReasons.strongerObject, message },
  ];
}
