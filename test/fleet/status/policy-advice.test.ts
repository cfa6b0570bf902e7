import { expect } from 'chai';

import type { SimulatedNodeStatus } from '../../../src/api/simulated-node.ts';
import { policyStatus } from '../../../src/fleet/status/policy-status.ts';
import { desired, testConfig, testPod, testPolicy, time } from '../builders.ts';
import { NodeSimulation } from '../../../src/fleet/node-simulation.ts';
import { simulatedNodeStatus } from '../../../src/fleet/status/simulated-node-status.ts';
import { issuesOf, simulatedCgroup, simulatedNodeWith } from './simulated-objects.ts';

const web = testPod('web');

/** Reasons of the advice to a policy whose pod runs on a node with this config. */
function reasons(
  config: Readonly<Record<string, unknown>>,
  policySpec: Readonly<Record<string, unknown>> = {},
): readonly string[] {
  const on = testPolicy('on', policySpec);
  const node = desired({ pods: [web], policies: [on], nodeConfigs: [testConfig('c', config)] });
  const sample = new NodeSimulation(node).sample({ digest: false });
  const simulatedNodes = [simulatedNodeWith(simulatedNodeStatus(sample, { time, previous: [] }))];
  const status = policyStatus(on, { pods: [web], policies: [on], simulatedNodes, time });
  expect(issuesOf({ ...on, status })).to.deep.equal([]);
  return (status.advice ?? []).map(({ reason }) => reason);
}

describe('advice to a policy that may see nothing happen', () => {
  it('none where the mode is 4 and there are two NUMA nodes', () => expect(reasons({})).to.deep.equal([]));

  for (const mode of [0, 1, 2, 3]) {
    it(`mode ${mode} does not look at the flag`, () =>
      expect(reasons({ numaBalancing: mode })).to.deep.equal(['ModeIgnoresFlag']));
  }

  it('one NUMA node has nothing to balance', () =>
    expect(reasons({ topology: { preset: 'SingleNode' } })).to.deep.equal(['SingleNumaNode']));

  it('none to a policy that switches off', () =>
    expect(reasons({ numaBalancing: 1 }, { balancing: 'Disabled' })).to.deep.equal([]));

  it('at most 20 pieces', () => {
    const names = Array.from({ length: 30 }, (_, index) => `pod-${index}`);
    const kernel = { numaBalancing: 1 } as SimulatedNodeStatus['kernel'];
    const simulatedNodes = names.map((name) =>
      simulatedNodeWith({ ...(kernel ? { kernel } : {}), cgroups: [simulatedCgroup(name)] }, `node-${name}`),
    );
    const on = testPolicy('on');
    const pods = names.map((name) => testPod(name));
    expect(policyStatus(on, { pods, policies: [on], simulatedNodes, time }).advice).to.have.lengthOf(20);
  });
});
