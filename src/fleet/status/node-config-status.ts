import type { V1Node } from '@kubernetes/client-node';

import { updateConditions } from '../../api/condition.ts';
import type { ConditionStatement } from '../../api/condition.ts';
import { matchesSelector } from '../../api/label-selector.ts';
import { conditionReasons, conditionTypes } from '../../api/names.ts';
import type { NumaNodeConfig, NumaNodeConfigStatus } from '../../api/numa-node-config.ts';
import type { SimulatedNode } from '../../api/simulated-node.ts';
import { configOf } from '../desired-node.ts';
import { isSame } from '../precedence.ts';
import { counted, notImplemented, observed, progress } from './statements.ts';

/** What a config's status is made from. */
export interface NodeConfigInputs {
  readonly nodes: readonly V1Node[];
  readonly nodeConfigs: readonly NumaNodeConfig[];
  readonly simulatedNodes: readonly SimulatedNode[];
  /** Wall clock, RFC 3339. */
  readonly time: string;
}

interface Facts {
  readonly matched: readonly V1Node[];
  readonly decided: readonly V1Node[];
  /** Of the decided ones, those whose simulated kernel runs with this generation of the config. */
  readonly applied: readonly SimulatedNode[];
  readonly invalid: SimulatedNode | undefined;
}

/** The status of a NumaNodeConfig: on how many nodes it is in effect. */
export function nodeConfigStatus(config: NumaNodeConfig, inputs: NodeConfigInputs): NumaNodeConfigStatus {
  const facts = factsOf(config, inputs);
  const { generation } = config.metadata;
  const ready = readiness(facts);
  const statements = observed(generation, [
    ready,
    ...progress(ready),
    ...stalled(facts),
    ...overridden(facts),
    ...notImplemented({ kind: 'NumaNodeConfig', spec: config.spec }),
  ]);
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: [...updateConditions(config.status?.conditions ?? [], statements, inputs.time)],
    nodes: {
      matched: facts.matched.length,
      applied: facts.applied.length,
      overridden: facts.matched.length - facts.decided.length,
    },
  };
}

function factsOf(config: NumaNodeConfig, { nodes, nodeConfigs, simulatedNodes }: NodeConfigInputs): Facts {
  const matched = nodes.filter((node) => matchesSelector(config.spec.nodeSelector, node.metadata?.labels));
  const decided = matched.filter((node) => isSame(configOf(node, nodeConfigs), config));
  const names = new Set(decided.map(({ metadata }) => metadata?.name));
  const running = simulatedNodes.filter(
    ({ metadata, status }) =>
      names.has(metadata.name) &&
      status?.config?.name === config.metadata.name &&
      status?.config?.generation === (config.metadata.generation ?? 0),
  );
  const isInvalid = ({ status }: SimulatedNode): boolean =>
    status?.conditions?.some(({ reason }) => reason === conditionReasons.invalidTopology) ?? false;
  return {
    matched,
    decided,
    applied: running.filter((node) => !isInvalid(node)),
    invalid: running.find(isInvalid),
  };
}

function readiness({ matched, decided, applied, invalid }: Facts): ConditionStatement {
  const type = conditionTypes.ready;
  if (matched.length === 0) {
    return {
      type,
      status: 'True',
      reason: conditionReasons.nothingMatched,
      message: 'no node matches nodeSelector',
    };
  }
  if (invalid) {
    const message = invalid.status?.conditions?.[0]?.message ?? '';
    return { type, status: 'False', reason: conditionReasons.invalidTopology, message };
  }
  if (decided.length === 0) {
    const message = 'stronger configs decide every node it matches';
    return { type, status: 'True', reason: conditionReasons.strongerObject, message };
  }
  if (applied.length < decided.length) {
    const message = `in effect on ${applied.length} of ${counted(decided.length, 'node')}`;
    return { type, status: 'False', reason: conditionReasons.pending, message };
  }
  const message = `in effect on ${counted(applied.length, 'node')}`;
  return { type, status: 'True', reason: conditionReasons.applied, message };
}

function stalled({ invalid }: Facts): readonly ConditionStatement[] {
  if (!invalid) return [];
  const message = invalid.status?.conditions?.[0]?.message ?? '';
  return [
    { type: conditionTypes.stalled, status: 'True', reason: conditionReasons.invalidTopology, message },
  ];
}

function overridden({ matched, decided }: Facts): readonly ConditionStatement[] {
  const won = new Set(decided);
  const lost = matched.filter((node) => !won.has(node));
  if (lost.length === 0) return [];
  const message = `${counted(lost.length, 'node')} decided by a stronger config, first ${lost[0]?.metadata?.name ?? ''}`;
  return [
    { type: conditionTypes.overridden, status: 'True', reason: conditionReasons.strongerObject, message },
  ];
}
