/**
 * What the recorded machine is like beyond its topology: an emulator, several times slower than hardware. Every figure
 * is from the README of the recordings; none is chosen per scenario.
 */
import type { KernelCosts } from '../../src/engine/machine/costs.ts';
import type { KernelVariant } from '../../src/engine/machine/variant.ts';

/** README §1: HZ=250. */
export const HZ = 250;

/** README §4: the sampler is a real-time task on this CPU. */
export const SAMPLER_CPU = 0;

/** README §7: a fault at most 10 µs, with a move and the touch 35 to 40 µs (taken: the middle); marking under 0.24 µs a page; a huge page 17 to 75 ms (taken: the middle). */
const UNCONTENDED = {
  // On one to four CPUs nothing of it was seen.
  hintFaultContention: { at128Permille: 1000, maxPermille: 1000 },
  copyBaseMBps: Infinity,
  copyHugeMBps: Infinity,
} as const;

const COSTS: KernelCosts = {
  markPageNs: 240,
  // README §7: the host adds 0–8 ms.
  scanStealNs: 8_000_000,
  hintFaultNs: 10_000,
  ...UNCONTENDED,
  migratePageNs: 24_650,
  migrateHugePageNs: 46_000_000,
  // README §3: a thread that does nothing but 100 000 touches per second runs 28.5 % of the time.
  touchNs: 2850,
};

/**
 * What things cost on a layout. README §7: four nodes of one CPU are four busy virtual CPUs on two host cores, so all
 * takes twice as long, and marking several times (taken: four times).
 */
export function emulatedCosts(nodes: number): KernelCosts {
  if (nodes < 4) return COSTS;
  return {
    markPageNs: 4 * COSTS.markPageNs,
    scanStealNs: COSTS.scanStealNs,
    hintFaultNs: 2 * COSTS.hintFaultNs,
    ...UNCONTENDED,
    migratePageNs: 2 * COSTS.migratePageNs,
    migrateHugePageNs: 2 * COSTS.migrateHugePageNs,
    touchNs: 2 * COSTS.touchNs,
  };
}

/** Threads that never sleep run so much less than the time between the first two samples, in every recording. */
export const START_LAG_MS = 8;

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
    pidFilter: 'Complete',
    pseudoInterleaving: true,
  };
}
