import { expect } from 'chai';

import type { ClusterObjects } from '../../src/fleet/cluster-objects.ts';
import { configOf, profileOf } from '../../src/fleet/desired-node.ts';
import type { DesiredContainer } from '../../src/fleet/desired-node.ts';
import { busyProcess, desired, testConfig, testNode, testPod, testPolicy, testProfile } from './builders.ts';

const older = { creationTimestamp: '2026-01-01T00:00:00Z' };
const younger = { creationTimestamp: '2026-01-02T00:00:00Z' };

function containers(parts: Partial<ClusterObjects>): readonly DesiredContainer[] {
  return desired(parts).pods.flatMap((pod) => pod.containers);
}

function only(parts: Partial<ClusterObjects>): DesiredContainer {
  const [container, ...others] = containers(parts);
  if (!container || others.length > 0) throw new Error('one container was expected');
  return container;
}

describe('what a node should simulate', () => {
  it('is its own pods only, by namespace and name', () => {
    const elsewhere = testPod('z', { spec: { nodeName: 'node2' } });
    const pods = [testPod('b'), elsewhere, testPod('a')];
    const node = desired({ pods });
    expect(node.pods.map(({ name }) => name)).to.deep.equal(['a', 'b']);
    expect(
      pods.map(({ metadata }) => metadata?.name),
      'the input is left as it is',
    ).to.deep.equal(['b', 'z', 'a']);
  });

  it('is not pods that ended, nor pods without a node', () => {
    const pods = [
      testPod('done', { phase: 'Succeeded' }),
      testPod('free', { spec: { nodeName: undefined } }),
    ];
    expect(desired({ pods }).pods).to.deep.equal([]);
  });

  it('has a container for each that runs, init containers included', () => {
    const pod = testPod('web', { containers: [{}, { state: 'waiting' }], init: [{}] });
    expect(containers({ pods: [pod] }).map(({ name }) => name)).to.deep.equal(['init0', 'main0']);
  });

  it('by default has the mode 4, V1, two sockets and a seed of its name', () => {
    const { config, configSource } = desired();
    expect(configSource).to.equal(undefined);
    expect(config).to.deep.include({ numaBalancing: 4, topology: { preset: 'TwoSocket' } });
    expect(config.rfc.version).to.equal('V1');
    expect(desired({ nodes: [testNode('other')] }).config.simulation.seed).not.to.equal(
      config.simulation.seed,
    );
  });

  describe('the config of a node', () => {
    const node = testNode('node1', { labels: { pool: 'big' } });
    const name = (...configs: Parameters<typeof configOf>[1]): string | undefined =>
      configOf(node, configs)?.metadata.name;

    it('is one that selects it', () => {
      const big = testConfig('big', { nodeSelector: { matchLabels: { pool: 'big' } } });
      const small = testConfig('a-small', { nodeSelector: { matchLabels: { pool: 'small' } } });
      expect(name(big, small)).to.equal('big');
      expect(name(small)).to.equal(undefined);
    });

    it('has the highest priority, else is the older, else the first by name', () => {
      expect(name(testConfig('a'), testConfig('b', { priority: 1 }))).to.equal('b');
      expect(name(testConfig('a', {}, younger), testConfig('b', {}, older))).to.equal('b');
      expect(name(testConfig('b'), testConfig('a'))).to.equal('a');
    });
  });

  describe('the profile of a pod', () => {
    const name = (...profiles: Parameters<typeof profileOf>[1]): string | undefined =>
      profileOf(testPod('web'), profiles)?.metadata.name;

    it('is the oldest of its namespace that selects it, then by name', () => {
      expect(
        name(testProfile('a', [{}], { metadata: younger }), testProfile('b', [{}], { metadata: older })),
      ).to.equal('b');
      expect(name(testProfile('b', [{}]), testProfile('a', [{}]))).to.equal('a');
      expect(name(testProfile('a', [{}], { metadata: { namespace: 'other' } }))).to.equal(undefined);
      const selector = { spec: { podSelector: { matchLabels: { app: 'db' } } } };
      expect(name(testProfile('a', [{}], selector))).to.equal(undefined);
    });

    it('says what the containers it names do; the others do what their requests suggest', () => {
      const profiles = [testProfile('p', [busyProcess({ threads: 3 })], { container: { cpus: '0-1' } })];
      const pods = [testPod('web', { containers: [{}, { requests: { cpu: '2' } }] })];
      const [named, other] = containers({ pods, profiles });
      expect([named?.profile, named?.cpus, named?.processes[0]?.threads.length]).to.deep.equal([
        'p',
        '0-1',
        3,
      ]);
      expect([other?.profile, other?.cpus, other?.processes[0]?.threads.length]).to.deep.equal([
        undefined,
        undefined,
        2,
      ]);
    });
  });

  describe('the switch of a container', () => {
    const pods = [testPod('web')];
    const switchWith = (balancing?: string): readonly unknown[] => {
      const policies = balancing === undefined ? [] : [testPolicy('p', { balancing })];
      const { enabled, policy } = only({ pods, policies });
      return [enabled, policy];
    };

    it('is on by a policy that enables', () => expect(switchWith('Enabled')).to.deep.equal([true, 'p']));
    it('is off by one that disables', () => expect(switchWith('Disabled')).to.deep.equal([false, 'p']));
    it('is off by Auto, which measures nothing yet', () =>
      expect(switchWith('Auto')).to.deep.equal([false, 'p']));
    it('is off without a policy', () => expect(switchWith()).to.deep.equal([false, undefined]));

    it('is each container’s own', () => {
      const policies = [testPolicy('p', { containers: ['main1'] })];
      const two = [testPod('web', { containers: [{}, {}] })];
      expect(containers({ pods: two, policies }).map(({ enabled }) => enabled)).to.deep.equal([false, true]);
    });
  });

  it('the memory policy of the policy that wins governs every process', () => {
    const memoryPolicy = { mode: 'Bind', nodes: '1' };
    const policies = [testPolicy('p', { memoryPolicy }), testPolicy('weak', { priority: -1 })];
    const { memoryPolicy: spec, processes } = only({ pods: [testPod('web')], policies });
    expect(spec).to.deep.equal({ mode: 'Bind', nodes: [1], numaBalancing: false });
    expect(processes.map(({ policy }) => policy)).to.deep.equal([spec]);
  });

  it('random streams are named after namespace, pod and container', () =>
    expect(only({ pods: [testPod('web')] }).processes[0]?.streamName).to.equal('shop/web/main0/0'));

  it('an ephemeral container does what one without requests does', () => {
    const [, debug] = containers({ pods: [testPod('web', { ephemeral: [{}] })] });
    expect([debug?.name, debug?.processes.length]).to.deep.equal(['debug0', 1]);
  });
});
