import { expect } from 'chai';

import type { SimulatedNodeStatus } from '../../../src/api/simulated-node.ts';
import type { ClusterObjects } from '../../../src/fleet/cluster-objects.ts';
import type { NodeSample } from '../../../src/fleet/node-sample.ts';
import { NodeSimulation } from '../../../src/fleet/node-simulation.ts';
import { simulatedNodeObject } from '../../../src/fleet/simulated-node-object.ts';
import { simulatedNodeStatus } from '../../../src/fleet/status/simulated-node-status.ts';
import type { SampleContext } from '../../../src/fleet/status/simulated-node-status.ts';
import { desired, testConfig, testNode, testPod, testPolicy, time } from '../builders.ts';
import { conditionsOf, issuesOf } from './simulated-objects.ts';

const second = 1_000_000_000;

function sampleOf(parts: Partial<ClusterObjects> = {}): NodeSample {
  const node = new NodeSimulation(desired(parts));
  node.advance(2 * second);
  return node.sample({ digest: true });
}

/** The status of a sample, checked against the schema. */
function statusOfSample(sample: NodeSample, context: Partial<SampleContext> = {}): SimulatedNodeStatus {
  const status = simulatedNodeStatus(sample, { time, previous: [], ...context });
  expect(issuesOf({ ...simulatedNodeObject(testNode()), status })).to.deep.equal([]);
  return status;
}

function statusOf(
  parts: Partial<ClusterObjects> = {},
  context: Partial<SampleContext> = {},
): SimulatedNodeStatus {
  return statusOfSample(sampleOf(parts), context);
}

function withConfig(spec: Readonly<Record<string, unknown>>): SimulatedNodeStatus {
  return statusOf({ nodeConfigs: [testConfig('c', spec, { generation: 3 })] });
}

describe('the status of a simulated node', () => {
  it('without a config shows the defaults', () => {
    const status = statusOf();
    expect(conditionsOf(status)).to.deep.equal(['Ready=True Running']);
    expect(status).not.to.have.property('config');
    expect(status.kernel).to.deep.equal({
      numaBalancing: 4,
      mode: 'Cgroup',
      variant: 'V1',
      interleave: true,
      thpMarking: 'AsPosted',
      sentinel: 'Intended',
      hz: 250,
    });
    expect(status.topology).to.deep.include({
      source: 'Default',
      preset: 'TwoSocket',
      class: 'Direct',
      nodeCount: 2,
    });
    expect(status).to.deep.include({ simulatedSeconds: 2, speed: 1, pageSampling: 1, lastSampleTime: time });
    expect(status.digest).to.match(/^[0-9a-f]{16}$/u);
  });

  it('names the config in effect, and its generation', () => {
    const status = withConfig({
      numaBalancing: 1,
      topology: { preset: 'FourSocket' },
      simulation: { seed: 9 },
    });
    expect(status.config).to.deep.equal({ name: 'c', generation: 3 });
    expect(status.kernel?.mode).to.equal('Normal');
    expect(status.topology).to.deep.include({ source: 'Preset', preset: 'FourSocket', cpuCount: 4 });
    expect(status.seed).to.equal(9);
  });

  it('every mode has its word', () =>
    expect([0, 1, 2, 3, 4].map((numaBalancing) => withConfig({ numaBalancing }).kernel?.mode)).to.deep.equal([
      'Disabled',
      'Normal',
      'Tiering',
      'NormalAndTiering',
      'Cgroup',
    ]));

  it('an explicit topology is called so', () => {
    const nodes = [{ cpus: '0-1', memory: '1Gi' }];
    const { topology, numaNodes } = withConfig({ topology: { nodes, distances: [[10]] } });
    expect(topology).to.deep.include({ source: 'Explicit', nodeCount: 1, distances: [[10]] });
    expect(topology).not.to.have.property('preset');
    expect(numaNodes?.map(({ cpus, memTotalBytes }) => [cpus, memTotalBytes])).to.deep.equal([
      ['0-1', 2 ** 30],
    ]);
  });

  it('where the node’s own topology is asked for, it says what is used instead', () =>
    expect(withConfig({ topology: { nodeResourceTopology: {} } }).topology).to.deep.include({
      source: 'Preset',
      preset: 'TwoSocket',
    }));

  it('Paused at speed 0', () =>
    expect(conditionsOf(withConfig({ simulation: { speed: 0 } }))).to.deep.equal(['Ready=True Paused']));

  it('not Ready, and without numbers, when its topology makes no machine', () => {
    const status = withConfig({ topology: { nodes: [{ cpus: '0,2', memory: '1Gi' }], distances: [[10]] } });
    expect(conditionsOf(status)).to.deep.equal(['Ready=False InvalidTopology']);
    expect(status.conditions?.[0]?.message).to.match(/CPU ids/u);
    for (const field of ['topology', 'numaNodes', 'vmstat', 'cgroups', 'digest'])
      expect(status).not.to.have.property(field);
  });

  it('vmstat and numastat are the kernel’s', () => {
    const status = statusOf({ pods: [testPod('web')] });
    expect(status.vmstat).to.include.keys('numa_pte_updates', 'numa_hint_faults', 'numa_task_migrated');
    const hits = (status.numaNodes ?? []).reduce((sum, { numastat }) => sum + numastat.numaHit, 0);
    expect(hits).to.equal((64 * 2 ** 20) / 4096);
    const used = (status.numaNodes ?? []).map(
      ({ memTotalBytes, memFreeBytes }) => memTotalBytes - memFreeBytes,
    );
    expect(used.reduce((a, b) => a + b)).to.equal(64 * 2 ** 20);
  });

  it('counts pods: on the node, with tasks, switched on', () => {
    const pods = [
      testPod('web'),
      testPod('db'),
      testPod('new', { phase: 'Pending', containers: [{ state: 'waiting' }] }),
      testPod('job', { phase: 'Succeeded' }),
    ];
    const policies = [testPolicy('on', { podSelector: { matchLabels: { app: 'web' } } })];
    expect(statusOf({ pods, policies }).pods).to.deep.equal({ total: 3, running: 2, enabled: 1 });
  });

  it('tells what the kernel refused a container', () => {
    const policies = [testPolicy('p', { memoryPolicy: { mode: 'Bind', nodes: '3' } })];
    const status = statusOf({ pods: [testPod('web')], policies });
    expect(status.conditions?.[0]?.message).to.match(/shop\/web main0: .*node 3.*EINVAL/u);
    expect(status.cgroups?.[0]?.problem).to.match(/node 3/u);
  });

  it('has the replica and the speed it reached, where there are any', () => {
    expect(statusOf()).not.to.have.any.keys('simulatedBy', 'speedReachedPermille');
    expect(statusOf({}, { simulatedBy: 'numasim-0', speedReachedPermille: 990 })).to.include({
      simulatedBy: 'numasim-0',
      speedReachedPermille: 990,
    });
  });

  describe('cgroups', () => {
    it('are sorted: those that a policy decides first, then by namespace, pod and container', () => {
      const two = { containers: [{}, {}] };
      const pods = [testPod('b', two), testPod('a', two), testPod('c')];
      const policies = [testPolicy('on', { podSelector: { matchLabels: { app: 'c' } } })];
      const node = new NodeSimulation(desired({ pods, policies }));
      node.advance(second);
      // A container that restarts is made after its neighbour, and stays in its place in the list.
      const restarted = testPod('a', { containers: [{ restartCount: 1 }, {}] });
      node.desire(desired({ pods: [testPod('b', two), restarted, testPod('c')], policies }));
      const { cgroups = [] } = statusOfSample(node.sample({ digest: false }));
      expect(cgroups.map(({ pod, container }) => `${pod}/${container}`)).to.deep.equal([
        'c/main0',
        'a/main0',
        'a/main1',
        'b/main0',
        'b/main1',
      ]);
    });

    it('are at most 512, with the number left out; none that a policy decides is among those', () => {
      const sample = sampleOf({ pods: [testPod('web')] });
      const [container] = sample.containers;
      if (!container) throw new Error('no container');
      const containers = Array.from({ length: 515 }, (_, index) => ({
        ...container,
        pod: `pod-${index}`,
        podUid: `uid-${index}`,
        policy: index >= 500 ? 'on' : undefined,
      }));
      const status = statusOfSample({ ...sample, containers });
      expect([status.cgroups?.length, status.cgroupsOmitted]).to.deep.equal([512, 3]);
      expect(status.cgroups?.filter(({ policy }) => policy === 'on')).to.have.lengthOf(15);
    });
  });
});
