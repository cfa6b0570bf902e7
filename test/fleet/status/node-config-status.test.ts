import { expect } from 'chai';

import type { NumaNodeConfig, NumaNodeConfigStatus } from '../../../src/api/numa-node-config.ts';
import { nodeConfigStatus } from '../../../src/fleet/status/node-config-status.ts';
import type { NodeConfigInputs } from '../../../src/fleet/status/node-config-status.ts';
import type { SimulatedNode } from '../../../src/api/simulated-node.ts';
import { testConfig, testNode, time } from '../builders.ts';
import { conditionsOf, issuesOf, simulatedNodeWith } from './simulated-objects.ts';

const config = testConfig('c');

/** The simulated node `node1` under a config. */
function under(name: string, generation = 1): SimulatedNode {
  return simulatedNodeWith({ config: { name, generation } });
}

function statusOf(of: NumaNodeConfig, inputs: Partial<NodeConfigInputs> = {}): NumaNodeConfigStatus {
  const status = nodeConfigStatus(of, {
    nodes: [testNode()],
    nodeConfigs: [of],
    simulatedNodes: [under('c')],
    time,
    ...inputs,
  });
  expect(issuesOf({ ...of, status })).to.deep.equal([]);
  return status;
}

describe('the status of a node config', () => {
  it('Ready, when the nodes it decides run with it', () => {
    const status = statusOf(config);
    expect(conditionsOf(status)).to.deep.equal(['Ready=True Applied']);
    expect(status.nodes).to.deep.equal({ matched: 1, applied: 1, overridden: 0 });
    expect(status.observedGeneration).to.equal(1);
  });

  it('Ready, when no node matches', () => {
    const selective = testConfig('c', { nodeSelector: { matchLabels: { pool: 'big' } } });
    expect(conditionsOf(statusOf(selective))).to.deep.equal(['Ready=True NothingMatched']);
  });

  it('Pending, while a node runs with another generation or config, or not at all', () => {
    for (const simulatedNodes of [[under('c', 0)], [under('other')], []]) {
      const status = statusOf(config, { simulatedNodes });
      expect(conditionsOf(status)).to.deep.equal(['Ready=False Pending', 'Reconciling=True Pending']);
      expect(status.nodes).to.deep.equal({ matched: 1, applied: 0, overridden: 0 });
    }
  });

  it('Overridden by a stronger one, also when it is a copy of the one in the list', () => {
    const nodeConfigs = [config, testConfig('strong', { priority: 1 })];
    const status = statusOf({ ...config }, { nodeConfigs, simulatedNodes: [under('strong')] });
    expect(conditionsOf(status)).to.deep.equal([
      'Ready=True StrongerObject',
      'Overridden=True StrongerObject',
    ]);
    expect(status.nodes).to.deep.equal({ matched: 1, applied: 0, overridden: 1 });
    expect(conditionsOf(statusOf({ ...config }))).to.deep.equal(['Ready=True Applied']);
  });

  it('Stalled with what is wrong, when its topology makes no machine', () => {
    const message = 'spec.topology.nodes[1].cpus CPU 1 is in node 0 already';
    const reason = 'InvalidTopology';
    const conditions = [
      { type: 'Ready', status: 'False', reason, message, lastTransitionTime: time },
    ] as const;
    const simulatedNodes = [simulatedNodeWith({ config: { name: 'c', generation: 1 }, conditions })];
    const status = statusOf(config, { simulatedNodes });
    expect(conditionsOf(status)).to.deep.equal([
      'Ready=False InvalidTopology',
      'Stalled=True InvalidTopology',
    ]);
    expect(status.conditions?.map((condition) => condition.message)).to.deep.equal([message, message]);
  });

  it('NotImplemented names the fields that do nothing', () => {
    const status = statusOf(testConfig('c', { simulation: { pageSampling: 4 } }));
    expect(conditionsOf(status)).to.deep.equal([
      'Ready=True Applied',
      'NotImplemented=True FieldsWithoutBehaviour',
    ]);
  });
});
