import { expect } from 'chai';

import { effectivePolicy } from '../../../src/engine/balancing/misplaced.ts';
import { mapRegion } from '../../../src/engine/memory/map-region.ts';
import { createMemoryPolicy } from '../../../src/engine/memory/memory-policy.ts';
import type { MemoryPolicy } from '../../../src/engine/memory/memory-policy.ts';
import { ANONYMOUS } from '../../../src/engine/memory/vma.ts';
import type { VmaFlags } from '../../../src/engine/memory/vma.ts';
import { boot, bootState, start } from '../boot.ts';

const SHARED = { ...ANONYMOUS, shared: true };

/** One object mapped by two processes, the first mapping with a policy. */
function twice(flags: VmaFlags, policy: MemoryPolicy | null) {
  const state = bootState();
  const [a, b] = [start(state), start(state)];
  const mapping = { name: 's', pages: 16, flags };
  const first = mapRegion(state, a, mapping, policy);
  const second = mapRegion(state, b, { ...mapping, object: first.object }, null);
  return { first, second, task: b.tasks[0]! };
}

const policyOf = (mode: 'Bind' | 'Local', nodes: readonly number[]): MemoryPolicy | null =>
  createMemoryPolicy({ mode, nodes, numaBalancing: false }, 2, bootState().variant);

describe('REF §3.7 the policy of shared memory', () => {
  it('is the object’s: an mbind through one mapping is seen through every mapping', () => {
    const bind = policyOf('Bind', [1]);
    const { first, second, task } = twice(SHARED, bind);
    expect([first.policy, second.policy]).to.deep.equal([bind, bind]);
    task.policy = policyOf('Local', []);
    expect(effectivePolicy(task, second)).to.equal(bind);
    const local = policyOf('Local', []);
    second.policy = local;
    expect(first.policy).to.equal(local);
    second.policy = null;
    expect(first.policy).to.equal(null);
  });

  it('of private memory and of files is the mapping’s own', () => {
    for (const flags of [ANONYMOUS, { ...SHARED, file: true }]) {
      const { first, second } = twice(flags, policyOf('Bind', [1]));
      expect([first.policy?.mode, second.policy]).to.deep.equal(['Bind', null]);
    }
  });

  it('governs what another process touches first', () => {
    const kernel = boot();
    const main = { affinity: [0] };
    const [a, b] = ['a', 'b'].map((name) =>
      kernel.calls.start({ comm: name, cgroup: '/', streamName: name, origin: 'Exec', main }),
    ) as [number, number];
    const mapping = { name: 's', pages: 16, flags: SHARED, sharedObject: 'segment' };
    kernel.calls.map(a, mapping);
    kernel.calls.map(b, { ...mapping, policy: { mode: 'Bind', nodes: [1], numaBalancing: false } });
    kernel.calls.touch(a, 's', [0, 16]);
    expect(kernel.processes()[0]!.regions[0]!.pagesPerNode).to.deep.equal([0, 16]);
    expect(kernel.read(`/proc/${a}/numa_maps`)).to.contain(' bind:1 ');
  });
});
