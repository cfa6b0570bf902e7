import type { V1Pod } from '@kubernetes/client-node';

import { matchesSelector } from '../api/label-selector.ts';
import type { NumaBalancingPolicy } from '../api/numa-balancing-policy.ts';
import { byPriority } from './precedence.ts';

/** Which policy decides a container, and which ones it beats. */
export interface PolicyDecision {
  readonly winner: NumaBalancingPolicy | undefined;
  readonly losers: readonly NumaBalancingPolicy[];
}

/** The policies of the pod's namespace whose selector it meets. */
export function policiesOf(
  pod: V1Pod,
  policies: readonly NumaBalancingPolicy[],
): readonly NumaBalancingPolicy[] {
  return policies.filter(({ metadata, spec }) => {
    return (
      metadata.namespace === pod.metadata?.namespace &&
      matchesSelector(spec.podSelector, pod.metadata?.labels)
    );
  });
}

/**
 * Among the policies that match a pod, decides for one of its containers: higher priority, then one that names the
 * container, then the older, then by name (design §3).
 */
export function decidePolicy(container: string, matching: readonly NumaBalancingPolicy[]): PolicyDecision {
  const [winner, ...losers] = matching
    .filter(({ spec }) => spec.containers?.includes(container) ?? true)
    .sort((a, b) => b.spec.priority - a.spec.priority || namesIt(b) - namesIt(a) || byPriority(a, b));
  return { winner, losers };
}

function namesIt({ spec }: NumaBalancingPolicy): number {
  return spec.containers === undefined ? 0 : 1;
}
