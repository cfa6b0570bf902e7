import { expect } from 'chai';

import { cgroupCounterNames } from '../../src/api/counters.ts';
import type { NodeSample } from '../../src/fleet/node-sample.ts';
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
