import { expect } from 'chai';

import type { SimulatedCgroup, SimulatedNodeStatus } from '../../src/api/simulated-node.ts';
import { relevantNodeStatus } from '../../src/controllers/relevant-node-status.ts';
import { simulatedCgroup } from '../fleet/status/simulated-objects.ts';

const RUNNING = {
  localAccesses: 9000,
  remoteAccesses: 1000,
  cpuTimeMs: 30_000,
  balancingTimeMs: 600,
  progressMs: 27_000,
};

function relevant(cgroup: Partial<SimulatedCgroup>, status: Partial<SimulatedNodeStatus> = {}): unknown {
  const whole = { speed: 1, cgroups: [simulatedCgroup('web', { ...RUNNING, ...cgroup })], ...status };
  return relevantNodeStatus(whole);
}

describe('what of a simulated node is worth a write', () => {
  it('not that time passes, and programs that have settled get on as before', () => {
    const later = { localAccesses: 18_000, remoteAccesses: 2000, cpuTimeMs: 60_000 };
    const twice = { ...later, balancingTimeMs: 1200, progressMs: 54_000 };
    expect(relevant(twice, { simulatedSeconds: 60, digest: 'b' })).to.deep.equal(
      relevant({}, { simulatedSeconds: 30, digest: 'a' }),
    );
  });

  for (const [what, change] of [
    ['the share of local accesses', { localAccesses: 12_000 }],
    ['how fast programs get on', { progressMs: 28_000 }],
    ['what balancing takes', { balancingTimeMs: 1500 }],
    ['where pages are', { pagesPerNode: [1, 0] }],
  ] as const) {
    it(`a change of ${what}`, () => expect(relevant(change)).not.to.deep.equal(relevant({})));
  }

  it('the first time that a program has run', () => {
    const idle = { localAccesses: 0, remoteAccesses: 0, cpuTimeMs: 0, balancingTimeMs: 0, progressMs: 0 };
    expect(relevant(idle)).not.to.deep.equal(relevant({}));
  });

  it('where simulated time stands while the node is paused', () =>
    expect(relevant({}, { speed: 0, simulatedSeconds: 7 })).not.to.deep.equal(
      relevant({}, { speed: 0, simulatedSeconds: 8 }),
    ));
});
