import { div } from '../units.ts';

/** Threads at which the factor is given. */
const REFERENCE_THREADS = 128;
const PERMILLE = 1000;

/** How much dearer a hint fault becomes with the threads of its address space, in thousandths. */
export interface FaultContention {
  /** At 128 threads; 1000 at one, and on a straight line through both. */
  readonly at128Permille: number;
  readonly maxPermille: number;
}

/** ns that a hint fault takes while so many threads share the address space (design §2.3). */
export function hintFaultCostNs(aloneNs: number, threads: number, contention: FaultContention): number {
  const { at128Permille, maxPermille } = contention;
  const more = div((at128Permille - PERMILLE) * (threads - 1), REFERENCE_THREADS - 1);
  return div(aloneNs * Math.min(maxPermille, PERMILLE + more), PERMILLE);
}
