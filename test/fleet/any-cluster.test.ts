/** Whatever valid objects a cluster holds, and however they change: nothing throws, and every status is valid. */
import { expect } from 'chai';
import fc from 'fast-check';

import type { ClusterObjects } from '../../src/fleet/cluster-objects.ts';
import { NodeSimulation } from '../../src/fleet/node-simulation.ts';
import { simulatedNodeObject } from '../../src/fleet/simulated-node-object.ts';
import { nodeConfigStatus } from '../../src/fleet/status/node-config-status.ts';
import { policyStatus } from '../../src/fleet/status/policy-status.ts';
import { profileStatus } from '../../src/fleet/status/profile-status.ts';
import { simulatedNodeStatus } from '../../src/fleet/status/simulated-node-status.ts';
import {
  busyProcess,
  cluster,
  desired,
  testConfig,
  testNode,
  testPod,
  testPolicy,
  testProfile,
  time,
} from './builders.ts';
import { issuesOf } from './status/simulated-objects.ts';

const quantities = fc.record({
  cpu: fc.constantFrom('0', '250m', '1', '3'),
  memory: fc.constantFrom('0', '1', '5M', '32Mi'),
});

const containers = fc.record({
  state: fc.constantFrom('running', 'waiting', 'terminated'),
  restartCount: fc.nat({ max: 2 }),
  requests: fc.option(quantities, { nil: {} }),
  limits: fc.option(quantities, { nil: {} }),
});

const pods = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    parts: fc.record({
      phase: fc.constantFrom('Pending', 'Running', 'Running', 'Succeeded', 'Failed'),
      containers: fc.array(containers, { minLength: 1, maxLength: 3 }),
      labels: fc.record({ tier: fc.constantFrom('front', 'back') }),
    }),
  }),
  { selector: ({ name }) => name },
);

const memoryPolicies = fc.constantFrom(
  { mode: 'Default' },
  { mode: 'Local' },
  { mode: 'Preferred', nodes: '1' },
  { mode: 'Bind', nodes: '0,3', numaBalancing: true },
  { mode: 'Interleave', nodes: '0-1', numaBalancing: true },
);

const policies = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('p', 'q', 'r'),
    spec: fc.record({
      balancing: fc.constantFrom('Enabled', 'Disabled', 'Auto'),
      podSelector: fc.constantFrom({}, { matchLabels: { tier: 'front' } }),
      containers: fc.constantFrom(['main0'], ['main0', 'main1']),
      priority: fc.integer({ min: -1, max: 1 }),
      memoryPolicy: memoryPolicies,
    }),
  }),
  { selector: ({ name }) => name },
);

const profiles = fc.array(
  fc.record({
    cpus: fc.constantFrom('0', '2-3', '0-9'),
    threads: fc.integer({ min: 1, max: 3 }),
    region: fc.record({
      size: fc.constantFrom(1, '1Mi', '40Mi'),
      shared: fc.boolean(),
      pattern: fc.constantFrom('Uniform', 'Sequential', 'Strided', 'Zipf'),
      firstTouchNode: fc.constantFrom(0, 1, 7),
      memoryPolicy: memoryPolicies,
    }),
  }),
  { maxLength: 1 },
);

const configs = fc.array(
  fc.record({
    numaBalancing: fc.integer({ min: 0, max: 4 }),
    rfc: fc.record({ version: fc.constantFrom('V1', 'V2', 'AllAncestors') }),
    kernel: fc.record({ hz: fc.constantFrom(100, 250, 300, 1000), taskCounters: fc.boolean() }),
    topology: fc.constantFrom(
      { preset: 'SingleNode' },
      { preset: 'DramCxl' },
      { preset: 'NodesPerSocket4' },
      { nodes: [{ cpus: '0,2', memory: '1Gi' }], distances: [[10]] },
    ),
    cgroups: fc.record({
      driver: fc.constantFrom('Systemd', 'Cgroupfs'),
      runtime: fc.constantFrom('Containerd', 'CriO', 'Docker'),
      ociRuntime: fc.constantFrom('Runc', 'Crun'),
      root: fc.constantFrom('/', '/kubelet', '/a/b-c'),
    }),
    simulation: fc.record({ speed: fc.nat({ max: 2 }) }),
  }),
  { maxLength: 1 },
);

const nodes = fc.record({
  cpu: fc.constantFrom('500m', '4', '9'),
  memory: fc.constantFrom('16Ki', '8Mi', '256Mi'),
});

const clusters: fc.Arbitrary<ClusterObjects> = fc
  .record({ pods, policies, profiles, configs, nodes })
  .map((parts) =>
    cluster({
      nodes: [testNode('node1', { allocatable: parts.nodes })],
      pods: parts.pods.map(({ name, parts: pod }) => testPod(name, pod as Parameters<typeof testPod>[1])),
      policies: parts.policies.map(({ name, spec }) => testPolicy(name, spec)),
      profiles: parts.profiles.map(({ cpus, threads, region }) =>
        testProfile('p', [busyProcess({ threads }, region)], { container: { cpus } }),
      ),
      nodeConfigs: parts.configs.map((spec) => testConfig('c', spec)),
    }),
  );

function expectValidStatuses(objects: ClusterObjects, node: NodeSimulation): void {
  const status = simulatedNodeStatus(node.sample({ digest: true }), { time, previous: [] });
  const simulatedNode = { ...simulatedNodeObject(testNode()), status };
  const inputs = { ...objects, simulatedNodes: [simulatedNode], time };
  const all = [
    simulatedNode,
    ...objects.policies.map((policy) => ({ ...policy, status: policyStatus(policy, inputs) })),
    ...objects.nodeConfigs.map((config) => ({ ...config, status: nodeConfigStatus(config, inputs) })),
    ...objects.profiles.map((profile) => ({ ...profile, status: profileStatus(profile, inputs) })),
  ];
  for (const object of all) expect(issuesOf(object)).to.deep.equal([]);
}

describe('any cluster', () => {
  it('is simulated through any changes, with valid statuses throughout', () => {
    const steps = fc.array(fc.record({ objects: clusters, ms: fc.constantFrom(0, 10, 250, 61_000) }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(steps, (history) => {
        const [first] = history;
        const node = new NodeSimulation(desired(first?.objects));
        for (const { objects, ms } of history) {
          node.desire(desired(objects));
          node.settle();
          node.advance(node.now + ms * 1_000_000);
          expectValidStatuses(objects, node);
        }
      }),
      { numRuns: 40 },
    );
  }).timeout(60_000);

  it('shows, after any changes, the same containers and switches as one that begins with the last objects', () => {
    fc.assert(
      fc.property(fc.array(clusters, { minLength: 2, maxLength: 4 }), (history) => {
        const last = history.at(-1);
        const changed = new NodeSimulation(desired(history[0]));
        for (const objects of history) {
          changed.desire(desired(objects));
          changed.settle();
          changed.advance(changed.now + 50_000_000);
        }
        const shown = (node: NodeSimulation): unknown =>
          node
            .sample({ digest: false })
            .containers.map(
              ({ path, numaLoadBalance, policy }) => `${path} ${numaLoadBalance} ${policy ?? ''}`,
            )
            .sort();
        expect(shown(changed)).to.deep.equal(shown(new NodeSimulation(desired(last))));
      }),
      { numRuns: 40 },
    );
  }).timeout(60_000);
});
