/**
 * What the recorded machine is like beyond its topology: an emulator, several times slower than hardware. Every figure
 * is from the README of the recordings; none is chosen per scenario.
 */
import type { KernelCosts } from '../../src/engine/machine/costs.ts';
import type { KernelVariant } from '../../src/engine/machine/variant.ts';

/** README §1: HZ=250. */
export const HZ = 250;

/** README §7: a fault at most 10 µs, with a move about 38 µs; marking at most 0.24 µs a page (taken: the native 0.05); a huge page 17 ms and more. */
export const EMULATED_COSTS: KernelCosts = {
  markPageNs: 240,
  hintFaultNs: 10_000,
  migratePageNs: 28_000,
  migrateHugePageNs: 17_000_000,
  // README §3: a thread that does nothing but 100 000 touches per second runs 28.5 % of the time.
  touchNs: 2850,
};

/** README §3: a thread makes up at most 50 ms of touches. */
export const BACKLOG_NS = 50_000_000;

/** README §6: the kernel-version switches in force; `numab_rfc` of README §1 says which patches. */
export function recordedVariant(rfc: number): KernelVariant {
  return {
    rfc: ({ 1: 'V1', 2: 'V1', 3: 'V2' } as const)[rfc] ?? 'Off',
    interleave: rfc === 1 || rfc === 2,
    thpMarking: 'AsPosted',
    sentinel: rfc === 1 ? 'AsPosted' : 'Intended',
    stickyMigrationFailure: true,
    singleNodeCpusetSkip: true,
    swapSkipsMmLess: true,
    taskCounters: true,
  };
}
