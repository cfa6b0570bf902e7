import { expect } from 'chai';

import { balancingNs } from '../../../src/engine/access/usage.ts';
import { DEFAULT_COSTS } from '../../../src/engine/machine/costs.ts';
import { SECOND, boot, processSpec, region, sweep, thread } from '../boot.ts';

/** 16 MiB on node 0, swept by one thread on node 1 for 3 s. */
function threadAfter(touches: number) {
  const kernel = boot();
  kernel.spawn(
    processSpec({
      regions: [region('heap', 16, { firstTouchNode: 0 })],
      threads: [thread({ affinity: [1], accesses: [sweep('heap', { touchesPerSecond: touches })] })],
    }),
  );
  kernel.run(3 * SECOND);
  const {
    numa_pte_updates: updates,
    numa_hint_faults: faults,
    numa_pages_migrated: moved,
  } = kernel.counters();
  return { thread: kernel.processes()[0]!.threads[0]!, updates, faults, moved };
}

describe('CPU time that balancing takes of a thread', () => {
  it('is that of its marks, faults and moves', () => {
    const { thread: seen, updates, faults, moved } = threadAfter(100_000);
    const { markPageNs, hintFaultNs, migratePageNs } = DEFAULT_COSTS;
    expect(moved).to.be.greaterThan(4000);
    expect(seen.usage).to.include({
      markNs: updates * markPageNs,
      faultNs: faults * hintFaultNs,
      moveNs: moved * migratePageNs,
    });
  });

  it('is missing in what the program gets done: all of the time is the one or the other', () => {
    const { usage } = threadAfter(100_000).thread;
    expect(usage.runtimeNs).to.equal(3 * SECOND);
    expect(usage.progressNs).to.be.closeTo(usage.runtimeNs - balancingNs(usage), 1e6);
  });

  it('is only that of the marks where nothing is touched', () => {
    const { thread: seen } = threadAfter(0);
    expect([seen.usage.markNs > 0, seen.usage.faultNs, seen.usage.moveNs]).to.deep.equal([true, 0, 0]);
  });
});
