import type { CostSet } from '../api/costs.ts';
import type { MemoryProfile } from '../api/memory-profile.ts';
import type { NumaBalancingPolicy } from '../api/numa-balancing-policy.ts';
import type { NumaNodeConfig } from '../api/numa-node-config.ts';
import type { SimulatedNode } from '../api/simulated-node.ts';
import type { Decision } from '../engine/trace/decision.ts';
import { NS_PER_S } from '../engine/units.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { desiredNode } from './desired-node.ts';
import type { DesiredNode } from './desired-node.ts';
import type { NodeSample } from './node-sample.ts';
import { NodeSimulation } from './node-simulation.ts';
import { compareText } from './precedence.ts';
import { simulatedNodeObject } from './simulated-node-object.ts';
import { nodeConfigStatus } from './status/node-config-status.ts';
import { policyStatus } from './status/policy-status.ts';
import { profileStatus } from './status/profile-status.ts';
import { simulatedNodeStatus } from './status/simulated-node-status.ts';

/** How a cluster is simulated once, from its start. */
export interface SimulateOptions {
  /** Simulated seconds, an integer. */
  readonly seconds: number;
  /** Seed of every node, instead of the one its config or its name gives. */
  readonly seed?: number | undefined;
  /** Set of costs of every node, instead of the one its config names. */
  readonly costSet?: CostSet | undefined;
  /** Whether a node stops before that, at a whole second, once all its containers' work is done. */
  readonly untilDone?: boolean | undefined;
  /** Wall clock for the statuses, RFC 3339. */
  readonly time: string;
  /** Called after each simulated second of each node. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Told of every decision of the balancer, with the name of the node. */
  readonly onDecision?: ((decision: Decision, node: string) => void) | undefined;
}

/** Our objects with the status a cluster would hold, and the samples the statuses were made from. */
export interface SimulatedObjects {
  readonly policies: readonly NumaBalancingPolicy[];
  readonly nodeConfigs: readonly NumaNodeConfig[];
  readonly profiles: readonly MemoryProfile[];
  readonly simulatedNodes: readonly SimulatedNode[];
  readonly samples: readonly NodeSample[];
}

/** Simulates every node of a cluster from boot for some seconds, and states the result as a cluster would. */
export function simulate(objects: ClusterObjects, options: SimulateOptions): SimulatedObjects {
  const nodes = [...objects.nodes].sort((a, b) =>
    compareText(a.metadata?.name ?? '', b.metadata?.name ?? ''),
  );
  const total = nodes.length * options.seconds;
  let done = 0;
  const runs = nodes.map((node) => {
    const desired = withSeed(desiredNode(node, objects, options.costSet), options.seed);
    const { onDecision } = options;
    const simulation = new NodeSimulation(
      desired,
      onDecision && ((decision) => onDecision(decision, desired.name)),
    );
    for (let second = 1; second <= options.seconds; second++) {
      if (options.untilDone !== true || !simulation.isDone) simulation.advance(second * NS_PER_S);
      options.onProgress?.(++done, total);
    }
    return { node, sample: simulation.sample({ digest: true }) };
  });
  const { time } = options;
  const simulatedNodes = runs.map(({ node, sample }) => ({
    ...simulatedNodeObject(node),
    status: simulatedNodeStatus(sample, { time, previous: [] }),
  }));
  return {
    ...withStatus(objects, simulatedNodes, time),
    simulatedNodes,
    samples: runs.map(({ sample }) => sample),
  };
}

function withStatus(
  { pods, policies, nodeConfigs, profiles, nodes }: ClusterObjects,
  simulatedNodes: readonly SimulatedNode[],
  time: string,
): Pick<SimulatedObjects, 'policies' | 'nodeConfigs' | 'profiles'> {
  return {
    policies: policies.map((policy) => ({
      ...policy,
      status: policyStatus(policy, { pods, policies, simulatedNodes, time }),
    })),
    nodeConfigs: nodeConfigs.map((config) => ({
      ...config,
      status: nodeConfigStatus(config, { nodes, nodeConfigs, simulatedNodes, time }),
    })),
    profiles: profiles.map((profile) => ({
      ...profile,
      status: profileStatus(profile, { pods, profiles, time }),
    })),
  };
}

function withSeed(desired: DesiredNode, seed: number | undefined): DesiredNode {
  if (seed === undefined) return desired;
  const { config } = desired;
  return { ...desired, config: { ...config, simulation: { ...config.simulation, seed } } };
}
