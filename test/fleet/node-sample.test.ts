import { expect } from 'chai';

import { cgroupCounterNames } from '../../src/api/counters.ts';
import type { ContainerSample, NodeSample } from '../../src/fleet/node-sample.ts';
import { NodeSimulation } from '../../src/fleet/node-simulation.ts';
import { busyProcess, desired, testConfig, testPod, testPolicy, testProfile } from './builders.ts';

const node = new NodeSimulation(
  desired({
    pods: [testPod('web', { containers: [{}, {}] })],
    policies: [testPolicy('on')],
    nodeConfigs: [testConfig('c', { tunables: { scanDelayMs: 50, scanPeriodMinMs: 50 } })],
    profiles: [
      testProfile('p', [busyProcess({ threads: 2 }, { firstTouchNode: 1 })], { container: { cpus: '0,3' } }),
    ],
  }),
);
node.advance(2_000_000_000);

function sample(options = { digest: false }): NodeSample {
  return node.sample(options);
}

describe('a sample of a node', () => {
  it('has the kernel’s vmstat by the kernel’s names', () => {
    const text = node.read('/proc/vmstat') ?? '';
    for (const [name, value] of Object.entries(sample().kernel?.vmstat ?? {}))
      expect(text).to.include(`${name} ${value}\n`);
    expect(sample().kernel?.vmstat.numa_pte_updates).to.be.above(0);
  });

  it('has a container’s counters as its memory.stat has them', () => {
    const [container] = sample().containers;
    const stat = node.read(`/sys/fs/cgroup${container?.path ?? ''}/memory.stat`) ?? '';
    expect(Object.keys(container?.counters ?? {})).to.deep.equal([...cgroupCounterNames]);
    expect(stat).to.include(`numa_pte_updates ${container?.counters.numaPteUpdates ?? -1}\n`);
    expect(stat).to.include(`numa_pages_migrated ${container?.counters.numaPagesMigrated ?? -1}\n`);
  });

  it('totals of the containers are the machine’s', () => {
    const { kernel, containers } = sample();
    const total = containers.reduce((sum, { counters }) => sum + counters.numaHintFaults, 0);
    expect(total).to.equal(kernel?.vmstat.numa_hint_faults);
  });

  it('has where threads and pages are', () => {
    const [container] = sample().containers;
    expect(container?.threadNodes).to.deep.equal([0, 1]);
    expect(container?.pagesPerNode.reduce((a, b) => a + b)).to.equal(1024);
    expect((container?.localPages ?? 0) + (container?.remotePages ?? 0)).to.equal(1024);
  });

  it('has a digest only when asked, as it costs time', () => {
    expect(sample().kernel?.digest).to.equal(undefined);
    expect(sample({ digest: true }).kernel?.digest).to.equal(node.digest());
  });

  it('changes nothing', () => {
    const before = node.digest();
    sample({ digest: true });
    expect(node.digest()).to.equal(before);
  });
});

describe('what a container has used and done', () => {
  const work = [{ region: 'heap', passes: 100 }];
  /** Its only thread is on node 0, its memory on node 1. */
  const sampleAfter = (seconds: number, process: Readonly<Record<string, unknown>>): ContainerSample => {
    const simulation = new NodeSimulation(
      desired({
        pods: [testPod('web')],
        profiles: [
          testProfile('p', [busyProcess(process, { firstTouchNode: 1 })], { container: { cpus: '0' } }),
        ],
      }),
    );
    simulation.advance(seconds * 1_000_000_000);
    const [container] = simulation.sample({ digest: false }).containers;
    if (!container) throw new Error('no container');
    return container;
  };

  it('is what its threads have, remote accesses making them slower', () => {
    const { usage, elapsedNs } = sampleAfter(2, {});
    expect(elapsedNs).to.equal(undefined);
    expect(usage.runtimeNs).to.equal(2_000_000_000);
    expect(usage.localTouches).to.equal(0);
    expect(usage.touches).to.be.closeTo(200_000 / (1 + 1e-4 * 60), 5);
    expect(usage.progressNs).to.be.closeTo(2_000_000_000 / (1 + 1e-4 * 60), 50_000);
  });

  it('stays when its processes have ended, with the time they took', () => {
    const { tasks, usage, elapsedNs, pagesPerNode } = sampleAfter(5, { work });
    expect(tasks).to.equal(0);
    expect(pagesPerNode).to.deep.equal([0, 0]);
    expect(usage.touches).to.be.closeTo(102_400, 1e-3);
    expect(elapsedNs).to.be.closeTo(1_024_000_000 * (1 + 1e-4 * 60), 50_000);
    expect(elapsedNs).to.equal(usage.runtimeNs);
  });

  it('is that of all runs', () => {
    const { usage, elapsedNs } = sampleAfter(5, { work, runs: 3, startupSystemMs: 100 });
    expect(usage.touches).to.be.closeTo(307_200, 1e-3);
    expect(usage.systemNs).to.be.closeTo(300_000_000, 3);
    expect(elapsedNs).to.equal(usage.runtimeNs);
  });

  it('has no end while a part of the work is not done', () =>
    expect(sampleAfter(1, { work, runs: 3 })).to.include({ tasks: 1, elapsedNs: undefined }));
});
