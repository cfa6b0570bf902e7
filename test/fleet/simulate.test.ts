import { expect } from 'chai';

import type { ClusterObjects } from '../../src/fleet/cluster-objects.ts';
import { desiredNode } from '../../src/fleet/desired-node.ts';
import { NodeSimulation } from '../../src/fleet/node-simulation.ts';
import { simulate } from '../../src/fleet/simulate.ts';
import type { SimulatedObjects, SimulateOptions } from '../../src/fleet/simulate.ts';
import {
  busyProcess,
  cluster,
  testConfig,
  testNode,
  testPod,
  testPolicy,
  testProfile,
  time,
} from './builders.ts';
import { conditionsOf, issuesOf } from './status/simulated-objects.ts';

/** Two nodes with a pod each; the memory of both starts on the wrong NUMA node, one is switched on. */
const objects: ClusterObjects = cluster({
  nodes: [testNode('node2'), testNode('node1')],
  pods: [testPod('web'), testPod('db', { spec: { nodeName: 'node2' } })],
  policies: [testPolicy('on', { podSelector: { matchLabels: { app: 'web' } } })],
  nodeConfigs: [testConfig('c', { tunables: { scanDelayMs: 50, scanPeriodMinMs: 50 } })],
  profiles: [testProfile('p', [busyProcess({}, { firstTouchNode: 1 })], { container: { cpus: '0-1' } })],
});

function run(options: Partial<SimulateOptions> = {}): SimulatedObjects {
  return simulate(objects, { seconds: 3, time, ...options });
}

function digests(result: SimulatedObjects): readonly unknown[] {
  return result.simulatedNodes.map(({ status }) => status?.digest);
}

describe('simulating a cluster once', () => {
  const result = run();
  const [policy] = result.policies;

  it('gives every node a SimulatedNode, by name', () =>
    expect(result.simulatedNodes.map(({ metadata }) => metadata.name)).to.deep.equal(['node1', 'node2']));

  it('gives every object of ours a status that its schema takes', () => {
    const { policies, nodeConfigs, profiles, simulatedNodes } = result;
    for (const object of [...policies, ...nodeConfigs, ...profiles, ...simulatedNodes]) {
      expect(issuesOf(object)).to.deep.equal([]);
      expect(conditionsOf({ ...object.status })[0]).to.match(/^Ready=True (Applied|Running)$/u);
    }
  });

  it('moves the pages of the pod that is switched on, and leaves the other one alone', () => {
    expect(policy?.status).to.deep.include({ simulatedSeconds: 3, lastSampleTime: time });
    expect(policy).to.have.nested.property('status.counters.numaPagesMigrated').above(900);
    expect(policy).to.have.nested.property('status.locality.localPercent').above(90);
    const db = result.samples[1]?.containers[0];
    expect(db).to.deep.include({ pod: 'db', numaLoadBalance: 0, localPages: 0, remotePages: 1024 });
    expect(db).to.have.nested.property('counters.numaPteUpdates', 0);
  });

  it('twice gives the same, to the last page', () => {
    expect(run()).to.deep.equal(result);
    expect(digests(result)).to.satisfy((all: readonly string[]) =>
      all.every((one) => /^[0-9a-f]{16}$/u.test(one)),
    );
  });

  it('a seed replaces that of every node', () => {
    const seeded = run({ seed: 5 });
    expect(seeded.simulatedNodes.map(({ status }) => status?.seed)).to.deep.equal([5, 5]);
    expect(digests(seeded)).to.deep.equal(digests(run({ seed: 5 })));
    expect(digests(seeded)).not.to.deep.equal(digests(result));
  });

  it('a node that is advanced in steps of 20 ms, as an operator does, comes to the same digest', () => {
    const [, node1] = objects.nodes;
    if (!node1) throw new Error('no node');
    const stepped = new NodeSimulation(desiredNode(node1, objects));
    for (let ms = 20; ms <= 3000; ms += 20) stepped.advance(ms * 1_000_000);
    expect(stepped.digest()).to.equal(digests(result)[0]);
  });

  it('tells how far it is', () => {
    const calls: string[] = [];
    run({ seconds: 2, onProgress: (done, total) => calls.push(`${done}/${total}`) });
    expect(calls).to.deep.equal(['1/4', '2/4', '3/4', '4/4']);
  });

  it('for no time at all shows what was set up', () => {
    const [first] = run({ seconds: 0 }).simulatedNodes;
    expect(first?.status).to.deep.include({ simulatedSeconds: 0 });
    expect(first?.status?.cgroups?.[0]).to.deep.include({ numaLoadBalance: 1, pagesPerNode: [0, 1024] });
  });

  it('leaves its input as it is', () => {
    const before = JSON.stringify(objects);
    run();
    expect(JSON.stringify(objects)).to.equal(before);
  });
});

describe('interleaved memory', () => {
  const memoryPolicy = { mode: 'Interleave', nodes: '0-1', numaBalancing: true };
  const result = simulate(
    cluster({
      pods: [testPod('web')],
      policies: [testPolicy('on', { memoryPolicy })],
      nodeConfigs: objects.nodeConfigs,
      profiles: [testProfile('p', [busyProcess()])],
    }),
    { seconds: 3, time },
  );

  it('is marked and faulted on, and never moved', () => {
    const status = result.policies[0]?.status;
    expect(status?.counters?.numaHintFaults).to.be.above(0);
    expect(status?.counters?.numaPagesMigrated).to.equal(0);
    expect(result.simulatedNodes[0]?.status?.cgroups?.[0]?.pagesPerNode).to.deep.equal([512, 512]);
  });
});

describe('fixed work', () => {
  const done = (options: Partial<SimulateOptions>): SimulatedObjects =>
    simulate(
      cluster({
        nodes: [testNode('node1'), testNode('node2')],
        pods: [testPod('web'), testPod('db', { spec: { nodeName: 'node2' } })],
        policies: [testPolicy('on', { podSelector: {} })],
        profiles: [
          testProfile('p', [busyProcess({ work: [{ region: 'heap', passes: 100 }] })], {
            spec: { podSelector: { matchLabels: { app: 'web' } } },
          }),
        ],
      }),
      { seconds: 4, time, ...options },
    );
  const seconds = ({ simulatedNodes }: SimulatedObjects): readonly unknown[] =>
    simulatedNodes.map(({ status }) => status?.simulatedSeconds);

  it('that is done ends the node’s time at the next whole second, where that is asked for', () => {
    expect(seconds(done({ untilDone: true }))).to.deep.equal([2, 4]);
    expect(seconds(done({}))).to.deep.equal([4, 4]);
  });

  it('progress is told all the same', () => {
    const calls: string[] = [];
    done({ untilDone: true, onProgress: (at, total) => calls.push(`${at}/${total}`) });
    expect(calls.at(-1)).to.equal('8/8');
  });

  it('shows what its programs got done, in the status of node and policy', () => {
    const { simulatedNodes, policies } = done({});
    const [cgroup] = simulatedNodes[0]?.status?.cgroups ?? [];
    expect(cgroup).to.deep.include({ tasks: 0, localAccesses: 102_400, remoteAccesses: 0, progressMs: 1024 });
    expect(cgroup?.cpuTimeMs).to.be.within(1024, 1030);
    expect(policies[0]?.status).to.have.nested.property('locality.localAccessPercent').above(50);
    expect(policies[0]?.status).to.have.nested.property('effect.overheadPercent', 0);
  });
});
