import type { FaultContention } from '../cost/fault-contention.ts';

/** What the simulated kernel's work costs a running thread, in ns of its CPU time. */
export interface KernelCosts {
  /** Marking one base page (or one huge page) in a scan. */
  readonly markPageNs: number;
  /**
   * Most that the host of a virtual machine takes away during one scan, in the scanning thread's accounted time: a share
   * of it is drawn for each scan. 0 on hardware.
   */
  readonly scanStealNs: number;
  /** Taking one hint fault, in an address space of one thread. */
  readonly hintFaultNs: number;
  readonly hintFaultContention: FaultContention;
  /** Most that is copied between two nodes in base pages, and in huge pages, MB/s. */
  readonly copyBaseMBps: number;
  readonly copyHugeMBps: number;
  /** Moving one base page. */
  readonly migratePageNs: number;
  /** Moving one 2 MiB page. */
  readonly migrateHugePageNs: number;
  /** One touch of a page that is not armed. */
  readonly touchNs: number;
}

/** The default column of the design's cost table (published measurements of native machines). */
export const DEFAULT_COSTS: KernelCosts = {
  markPageNs: 50,
  scanStealNs: 0,
  hintFaultNs: 600,
  hintFaultContention: { at128Permille: 20_000, maxPermille: 300_000 },
  copyBaseMBps: 3700,
  copyHugeMBps: 10_700,
  migratePageNs: 3000,
  migrateHugePageNs: 200_000,
  touchNs: 100,
};
