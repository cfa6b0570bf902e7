import type { V1Pod } from '@kubernetes/client-node';

import { updateConditions } from '../../api/condition.ts';
import type { ConditionStatement } from '../../api/condition.ts';
import { addCounters, noCounts } from '../../api/counters.ts';
import { maxPolicyEntries } from '../../api/numa-balancing-policy.ts';
import type { NumaBalancingPolicy, NumaBalancingPolicyStatus } from '../../api/numa-balancing-policy.ts';
import type { SimulatedCgroup, SimulatedNode } from '../../api/simulated-node.ts';
import { isActive } from '../../cgroup/pod-cgroups.ts';
import { podContainers } from '../../cgroup/pod-containers.ts';
import { decidePolicy, policiesOf } from '../policy-decision.ts';
import { compareText, isSame } from '../precedence.ts';
import { policyConditions } from './policy-conditions.ts';
import { policyAdvice } from './policy-advice.ts';
import { hasEnded } from './statements.ts';

/** What a policy's status is made from. */
export interface PolicyInputs {
  readonly pods: readonly V1Pod[];
  /** All policies of the namespace, this one included. */
  readonly policies: readonly NumaBalancingPolicy[];
  readonly simulatedNodes: readonly SimulatedNode[];
  /** Wall clock, RFC 3339. */
  readonly time: string;
}

/** A container that a policy decides, as its simulated node shows it. */
export interface DecidedCgroup extends SimulatedCgroup {
  /** Name of the Kubernetes node. */
  readonly node: string;
}

/** What became of a policy's pods. */
export interface PolicyFacts {
  readonly matched: readonly V1Pod[];
  readonly unscheduled: readonly V1Pod[];
  /** Pods on a node whose containers the simulation does not show as asked yet. */
  readonly pending: readonly V1Pod[];
  /** Pods with a container that another policy decides, and that policy. */
  readonly overridden: readonly { readonly pod: V1Pod; readonly by: NumaBalancingPolicy }[];
  readonly decided: readonly DecidedCgroup[];
  /** Simulated nodes the decided containers are on. */
  readonly nodes: readonly SimulatedNode[];
}

/** The status of a policy (design §3): totals of the containers it decides, from the simulated nodes' statuses. */
export function policyStatus(policy: NumaBalancingPolicy, inputs: PolicyInputs): NumaBalancingPolicyStatus {
  const facts = policyFacts(policy, inputs);
  const { decided, nodes } = facts;
  const previous = policy.status?.conditions ?? [];
  const { generation } = policy.metadata;
  const statements: readonly ConditionStatement[] = policyConditions(policy, facts);
  const seconds = nodes.flatMap(({ status }) => status?.simulatedSeconds ?? []);
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: [...updateConditions(previous, statements, inputs.time)],
    pods: podCounts(facts),
    counters: decided.map(({ counters }) => counters).reduce(addCounters, noCounts),
    locality: locality(decided),
    ...effect(decided),
    ...busiest(decided),
    ...advice(policy, facts),
    ...(seconds.length === 0 ? {} : { simulatedSeconds: Math.min(...seconds) }),
    lastSampleTime: inputs.time,
  };
}

function policyFacts(
  policy: NumaBalancingPolicy,
  { pods, policies, simulatedNodes }: PolicyInputs,
): PolicyFacts {
  const matched = pods.filter((pod) => !hasEnded(pod) && policiesOf(pod, [policy]).length > 0);
  // A node's status may still show a pod that has gone, or has been made anew on another node.
  const uids = new Set(matched.map(({ metadata }) => metadata?.uid));
  const decided = simulatedNodes
    .flatMap((node) => decidedOn(policy, node))
    .filter(({ podUid }) => uids.has(podUid));
  const names = new Set(decided.map(({ node }) => node));
  const flag = policy.spec.balancing === 'Enabled' ? 1 : 0;
  const done = new Set(decided.filter(({ numaLoadBalance }) => numaLoadBalance === flag).map(containerKey));
  return {
    matched,
    unscheduled: matched.filter((pod) => !isActive(pod)),
    pending: matched.filter((pod) => isActive(pod) && isPending(pod, policy, policies, done)),
    overridden: matched.flatMap((pod) => strongerPolicy(pod, policy, policies)),
    decided,
    nodes: simulatedNodes.filter(({ metadata }) => names.has(metadata.name ?? '')),
  };
}

function decidedOn(
  policy: NumaBalancingPolicy,
  { metadata, status }: SimulatedNode,
): readonly DecidedCgroup[] {
  return (status?.cgroups ?? [])
    .filter(
      (cgroup) => cgroup.namespace === policy.metadata.namespace && cgroup.policy === policy.metadata.name,
    )
    .map((cgroup) => ({ ...cgroup, node: metadata.name ?? '' }));
}

/**
 * Whether the pod has not started, or a running container this policy decides does not show its switch yet. In a pod
 * whose containers all wait to be restarted there is nothing to switch.
 */
function isPending(
  pod: V1Pod,
  policy: NumaBalancingPolicy,
  policies: readonly NumaBalancingPolicy[],
  done: ReadonlySet<string>,
): boolean {
  const running = podContainers(pod).filter(({ status }) => status?.state?.running !== undefined);
  if (running.length === 0) return pod.status?.phase !== 'Running';
  const matching = policiesOf(pod, policies);
  return running
    .filter(({ spec }) => isSame(decidePolicy(spec.name, matching).winner, policy))
    .some(({ spec }) => !done.has(containerKey({ podUid: pod.metadata?.uid ?? '', container: spec.name })));
}

function containerKey({ podUid, container }: Pick<SimulatedCgroup, 'podUid' | 'container'>): string {
  return `${podUid}/${container}`;
}

function strongerPolicy(
  pod: V1Pod,
  policy: NumaBalancingPolicy,
  policies: readonly NumaBalancingPolicy[],
): PolicyFacts['overridden'] {
  const matching = policiesOf(pod, policies);
  for (const { spec } of podContainers(pod)) {
    const { winner, losers } = decidePolicy(spec.name, matching);
    if (winner && losers.some((loser) => isSame(loser, policy))) return [{ pod, by: winner }];
  }
  return [];
}

function podCounts(facts: PolicyFacts): NonNullable<NumaBalancingPolicyStatus['pods']> {
  const enabled = facts.decided.filter(({ numaLoadBalance }) => numaLoadBalance !== 0);
  return {
    matched: facts.matched.length,
    enabled: new Set(enabled.map(({ podUid }) => podUid)).size,
    overridden: facts.overridden.length,
    unscheduled: facts.unscheduled.length,
  };
}

function locality(decided: readonly DecidedCgroup[]): NonNullable<NumaBalancingPolicyStatus['locality']> {
  const localPages = decided.reduce((sum, cgroup) => sum + cgroup.localPages, 0);
  const remotePages = decided.reduce((sum, cgroup) => sum + cgroup.remotePages, 0);
  const pages = localPages + remotePages;
  return {
    localPages,
    remotePages,
    ...(pages === 0 ? {} : { localPercent: Math.floor((100 * localPages) / pages) }),
    ...localAccesses(decided),
  };
}

function localAccesses(decided: readonly DecidedCgroup[]): { readonly localAccessPercent?: number } {
  const local = total(decided, 'localAccesses');
  const all = local + total(decided, 'remoteAccesses');
  return all === 0 ? {} : { localAccessPercent: Math.floor((100 * local) / all) };
}

/** What a policy changes against none is for `numasim compare` to say, which runs both. */
function effect(decided: readonly DecidedCgroup[]): Pick<NumaBalancingPolicyStatus, 'effect'> {
  const cpuTime = total(decided, 'cpuTimeMs');
  if (cpuTime === 0) return {};
  return { effect: { overheadPercent: Math.floor((100 * total(decided, 'balancingTimeMs')) / cpuTime) } };
}

function total(
  decided: readonly DecidedCgroup[],
  key: 'localAccesses' | 'remoteAccesses' | 'cpuTimeMs' | 'balancingTimeMs',
): number {
  return decided.reduce((sum, cgroup) => sum + (cgroup[key] ?? 0), 0);
}

function busiest(
  decided: readonly DecidedCgroup[],
): Pick<NumaBalancingPolicyStatus, 'cgroups' | 'cgroupsOmitted'> {
  const sorted = [...decided].sort(
    (a, b) =>
      b.counters.numaPteUpdates - a.counters.numaPteUpdates ||
      compareText(a.pod, b.pod) ||
      compareText(a.container, b.container),
  );
  const omitted = sorted.length - maxPolicyEntries;
  const cgroups = sorted.slice(0, maxPolicyEntries).map((cgroup) => {
    const { node, pod, container, path, numaLoadBalance, counters, localPages, remotePages } = cgroup;
    return { node, pod, container, path, numaLoadBalance, counters, localPages, remotePages };
  });
  return omitted > 0 ? { cgroups, cgroupsOmitted: omitted } : { cgroups };
}

function advice(policy: NumaBalancingPolicy, facts: PolicyFacts): Pick<NumaBalancingPolicyStatus, 'advice'> {
  const found = policyAdvice(policy, facts);
  return found.length === 0 ? {} : { advice: [...found] };
}
