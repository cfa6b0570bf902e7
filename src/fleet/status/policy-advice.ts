import { maxPolicyEntries } from '../../api/numa-balancing-policy.ts';
import type { NumaBalancingPolicy, NumaBalancingPolicyStatus } from '../../api/numa-balancing-policy.ts';
import type { SimulatedNode } from '../../api/simulated-node.ts';
import type { PolicyFacts } from './policy-status.ts';

type Advice = NonNullable<NumaBalancingPolicyStatus['advice']>[number];

const CGROUP_MODE = 4;

/** Why a policy that switches balancing on may see nothing happen. */
export function policyAdvice({ spec }: NumaBalancingPolicy, { nodes }: PolicyFacts): readonly Advice[] {
  if (spec.balancing !== 'Enabled') return [];
  return nodes.flatMap(adviceOn).slice(0, maxPolicyEntries);
}

function adviceOn({ metadata, status }: SimulatedNode): readonly Advice[] {
  const found: Advice[] = [];
  const name = metadata.name ?? '';
  const mode = status?.kernel?.numaBalancing ?? CGROUP_MODE;
  if (mode !== CGROUP_MODE) {
    const message = `node ${name} runs with kernel.numa_balancing=${mode}: only mode ${CGROUP_MODE} looks at cpu.numa_load_balance`;
    found.push({ reason: 'ModeIgnoresFlag', message });
  }
  if (status?.topology?.nodeCount === 1) {
    found.push({
      reason: 'SingleNumaNode',
      message: `node ${name} has one NUMA node: there is nothing to balance`,
    });
  }
  return found;
}
