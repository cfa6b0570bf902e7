import { expect } from 'chai';

import { noCounts } from '../../../src/api/counters.ts';
import type {
  NumaBalancingPolicy,
  NumaBalancingPolicyStatus,
} from '../../../src/api/numa-balancing-policy.ts';
import type { SimulatedCgroup } from '../../../src/api/simulated-node.ts';
import { policyStatus } from '../../../src/fleet/status/policy-status.ts';
import type { PolicyInputs } from '../../../src/fleet/status/policy-status.ts';
import { testPod, testPolicy, time } from '../builders.ts';
import { conditionsOf, issuesOf, simulatedCgroup, simulatedNodeWith } from './simulated-objects.ts';

const on = testPolicy('on');
const web = testPod('web');

/** The status of a policy, checked against the schema; `node1` shows the pod `web` switched on. */
function statusOf(
  policy: NumaBalancingPolicy,
  inputs: Partial<PolicyInputs> = {},
): NumaBalancingPolicyStatus {
  const simulatedNodes = [simulatedNodeWith({ cgroups: [simulatedCgroup('web')] })];
  const status = policyStatus(policy, { pods: [web], policies: [policy], simulatedNodes, time, ...inputs });
  expect(issuesOf({ ...policy, status })).to.deep.equal([]);
  return status;
}

function readyMessage(status: NumaBalancingPolicyStatus): string | undefined {
  return status.conditions?.find(({ type }) => type === 'Ready')?.message;
}

describe('the status of a policy', () => {
  it('is about the generation it was made from', () => {
    const status = statusOf(testPolicy('on', {}, { generation: 7 }));
    expect([status.observedGeneration, status.conditions?.[0]?.observedGeneration]).to.deep.equal([7, 7]);
  });

  describe('Ready', () => {
    it('True, when every running container it decides shows its switch', () => {
      const status = statusOf(on);
      expect(conditionsOf(status)).to.deep.equal(['Ready=True Applied']);
      expect(readyMessage(status)).to.equal('simulated cpu.numa_load_balance is 1 in 1 container');
      expect(status.pods).to.deep.equal({ matched: 1, enabled: 1, overridden: 0, unscheduled: 0 });
    });

    it('True, when nothing matches', () => {
      const status = statusOf(testPolicy('on', { podSelector: { matchLabels: { app: 'none' } } }));
      expect(conditionsOf(status)).to.deep.equal(['Ready=True NothingMatched']);
    });

    it('False, while the simulation does not show a pod yet', () => {
      const status = statusOf(on, { simulatedNodes: [] });
      expect(conditionsOf(status)).to.deep.equal(['Ready=False Pending', 'Reconciling=True Pending']);
      expect(readyMessage(status)).to.match(/1 pod of 1 not simulated yet, first web/u);
    });

    it('False, while the simulation still shows another switch', () =>
      expect(conditionsOf(statusOf(testPolicy('on', { balancing: 'Disabled' })))[0]).to.equal(
        'Ready=False Pending',
      ));

    it('False, while no pod has a node', () => {
      const status = statusOf(on, { pods: [testPod('web', { spec: { nodeName: undefined } })] });
      expect(conditionsOf(status)[0]).to.equal('Ready=False Pending');
      expect(status.pods).to.deep.include({ matched: 1, unscheduled: 1 });
    });

    it('is not held up by a pod without a node beside others that have one', () => {
      const free = testPod('free', { spec: { nodeName: undefined } });
      const status = statusOf(on, { pods: [web, free] });
      expect(conditionsOf(status)).to.deep.equal(['Ready=True Applied']);
      expect(status.pods).to.deep.include({ matched: 2, unscheduled: 1 });
    });

    it('False, while a pod starts', () => {
      const starting = testPod('new', { phase: 'Pending', containers: [{ state: 'waiting' }] });
      expect(conditionsOf(statusOf(on, { pods: [web, starting] }))[0]).to.equal('Ready=False Pending');
    });

    it('is not held up by a pod whose containers wait to be restarted: it has no cgroup to switch', () => {
      const backOff = testPod('crashing', { containers: [{ state: 'waiting', restartCount: 4 }] });
      expect(conditionsOf(statusOf(on, { pods: [web, backOff] }))).to.deep.equal(['Ready=True Applied']);
    });

    it('pods that ended do not count', () => {
      const ended = testPod('job', { phase: 'Succeeded' });
      expect(statusOf(on, { pods: [web, ended] }).pods).to.deep.include({ matched: 1 });
    });

    it('False and Stalled, when the kernel refused a container something', () => {
      const cgroups = [simulatedCgroup('web', { problem: 'set_mempolicy: node 3 does not exist (EINVAL)' })];
      const status = statusOf(on, { simulatedNodes: [simulatedNodeWith({ cgroups })] });
      expect(conditionsOf(status)).to.deep.equal(['Ready=False KernelRefused', 'Stalled=True KernelRefused']);
      expect(readyMessage(status)).to.equal('web main0: set_mempolicy: node 3 does not exist (EINVAL)');
    });
  });

  describe('Overridden', () => {
    const strong = testPolicy('strong', { priority: 1 });
    const simulatedNodes = [simulatedNodeWith({ cgroups: [simulatedCgroup('web', { policy: 'strong' })] })];

    it('names the stronger policy, which itself is Ready', () => {
      const status = statusOf(on, { policies: [on, strong], simulatedNodes });
      expect(conditionsOf(status)).to.deep.equal([
        'Ready=True StrongerObject',
        'Overridden=True StrongerObject',
      ]);
      expect(status.conditions?.[1]?.message).to.equal(
        '1 pod decided by a stronger policy, first web by strong',
      );
      expect(status.pods).to.deep.equal({ matched: 1, enabled: 0, overridden: 1, unscheduled: 0 });
      expect(conditionsOf(statusOf(strong, { policies: [on, strong], simulatedNodes }))).to.deep.equal([
        'Ready=True Applied',
      ]);
    });

    it('is found also when the policy is a copy of the one in the list', () => {
      const copy = { ...on };
      expect(conditionsOf(statusOf(copy, { policies: [on, strong], simulatedNodes }))[1]).to.equal(
        'Overridden=True StrongerObject',
      );
      expect(conditionsOf(statusOf(copy, { policies: [on], simulatedNodes: [] }))[0]).to.equal(
        'Ready=False Pending',
      );
    });

    it('for one of two containers leaves the other one', () => {
      const one = testPolicy('one', { containers: ['main1'] });
      const two = testPod('web', { containers: [{}, {}] });
      const cgroups = [simulatedCgroup('web'), simulatedCgroup('web', { container: 'main1', policy: 'one' })];
      const status = statusOf(on, {
        pods: [two],
        policies: [on, one],
        simulatedNodes: [simulatedNodeWith({ cgroups })],
      });
      expect(conditionsOf(status)).to.deep.equal(['Ready=True Applied', 'Overridden=True StrongerObject']);
      expect(status.pods).to.deep.include({ enabled: 1, overridden: 1 });
    });
  });

  it('NotImplemented names the fields that do nothing', () => {
    const auto = testPolicy('on', { balancing: 'Auto' });
    const cgroups = [simulatedCgroup('web', { numaLoadBalance: 0 })];
    const status = statusOf(auto, { simulatedNodes: [simulatedNodeWith({ cgroups })] });
    expect(conditionsOf(status)).to.deep.equal([
      'Ready=True Applied',
      'NotImplemented=True FieldsWithoutBehaviour',
    ]);
    expect(status.conditions?.[1]?.message).to.match(/spec\.balancing/u);
  });

  describe('numbers', () => {
    const counters = (numaPteUpdates: number): typeof noCounts => ({ ...noCounts, numaPteUpdates });

    it('are totals of the containers it decides, over all nodes', () => {
      const pods = [web, testPod('db', { spec: { nodeName: 'node2' } })];
      const simulatedNodes = [
        simulatedNodeWith({
          simulatedSeconds: 9,
          cgroups: [
            simulatedCgroup('web', { counters: counters(5), localPages: 1, remotePages: 1 }),
            simulatedCgroup('else', { policy: 'other', counters: counters(100) }),
            simulatedCgroup('far', { namespace: 'other', counters: counters(100) }),
          ],
        }),
        simulatedNodeWith(
          { simulatedSeconds: 7, cgroups: [simulatedCgroup('db', { counters: counters(6), localPages: 1 })] },
          'node2',
        ),
      ];
      const status = statusOf(on, { pods, simulatedNodes });
      expect(status.counters?.numaPteUpdates).to.equal(11);
      expect(status.locality).to.deep.equal({ localPages: 2, remotePages: 1, localPercent: 66 });
      expect(status.simulatedSeconds).to.equal(7);
      expect(status.cgroups?.map(({ node, pod }) => [node, pod])).to.deep.equal([
        ['node2', 'db'],
        ['node1', 'web'],
      ]);
    });

    it('without pages there is no percentage', () =>
      expect(statusOf(on).locality).to.deep.equal({ localPages: 0, remotePages: 0 }));

    it('leave out containers of pods that are gone, or were made anew elsewhere', () => {
      const cgroups = [
        simulatedCgroup('web', { podUid: 'uid-before', counters: counters(3) }),
        simulatedCgroup('gone'),
      ];
      const simulatedNodes = [
        simulatedNodeWith({ cgroups }),
        simulatedNodeWith({ cgroups: [simulatedCgroup('web', { counters: counters(1) })] }, 'node2'),
      ];
      const status = statusOf(on, { simulatedNodes });
      expect(status.counters?.numaPteUpdates).to.equal(1);
      expect(status.cgroups?.map(({ node, pod }) => [node, pod])).to.deep.equal([['node2', 'web']]);
    });

    it('list the 20 busiest containers and say how many are left out', () => {
      const names = Array.from({ length: 23 }, (_, index) => `pod-${index}`);
      const cgroups = names.map((name, index) => simulatedCgroup(name, { counters: counters(index) }));
      const pods = names.map((name) => testPod(name));
      const status = statusOf(on, { pods, simulatedNodes: [simulatedNodeWith({ cgroups })] });
      expect(status.cgroups?.map(({ pod }) => pod)).to.deep.equal([...names].reverse().slice(0, 20));
      expect([status.cgroupsOmitted, status.pods?.enabled]).to.deep.equal([3, 23]);
      expect(status.counters?.numaPteUpdates).to.equal((22 * 23) / 2);
    });
  });

  it('a condition that goes on keeps the time it began', () => {
    const before = statusOf(on, { time: '2025-01-01T00:00:00Z' });
    const after = statusOf({ ...on, status: before });
    expect(after.conditions?.[0]?.lastTransitionTime).to.equal('2025-01-01T00:00:00Z');
    expect(after.lastSampleTime).to.equal(time);
  });
});

describe('how the programs of a policy get on', () => {
  const performance = (...cgroups: readonly Partial<SimulatedCgroup>[]): NumaBalancingPolicyStatus =>
    statusOf(on, {
      pods: cgroups.map((_, index) => testPod(`web${index}`)),
      simulatedNodes: [
        simulatedNodeWith({ cgroups: cgroups.map((parts, index) => simulatedCgroup(`web${index}`, parts)) }),
      ],
    });

  it('local accesses of all of them over all accesses, in percent', () => {
    const { locality } = performance(
      { localAccesses: 90, remoteAccesses: 10 },
      { localAccesses: 100, remoteAccesses: 300 },
    );
    expect(locality?.localAccessPercent).to.equal(38);
  });

  it('what balancing takes of their CPU time, in percent', () => {
    const { effect } = performance(
      { cpuTimeMs: 1000, balancingTimeMs: 150 },
      { cpuTimeMs: 3000, balancingTimeMs: 50 },
    );
    expect(effect).to.deep.equal({ overheadPercent: 5 });
  });

  it('nothing is said where nothing ran', () => {
    const { locality, effect } = performance({ localAccesses: 0, remoteAccesses: 0, cpuTimeMs: 0 });
    expect(locality).not.to.have.property('localAccessPercent');
    expect(effect).to.equal(undefined);
  });
});
