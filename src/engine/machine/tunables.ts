/** The balancer's run-time tunables (REF §4.1) with the files they are read and written through. */
export interface Tunables {
  /** Time from the creation of an address space to its first scan, ms. */
  scanDelayMs: number;
  /** Shortest scan period, ms (before the division by scan windows, REF §6.3). */
  scanPeriodMinMs: number;
  /** Longest scan period, ms. */
  scanPeriodMaxMs: number;
  /** MiB of address space marked per scan, at least 1. */
  scanSizeMb: number;
  /** Hint-fault latency below which a slow-tier page is hot, ms. */
  hotThresholdMs: number;
  /** Promotion limit per target node, MiB/s. */
  promoteRateLimitMBps: number;
}

export const DEFAULT_TUNABLES: Readonly<Tunables> = {
  scanDelayMs: 1000,
  scanPeriodMinMs: 1000,
  scanPeriodMaxMs: 60_000,
  scanSizeMb: 256,
  hotThresholdMs: 1000,
  promoteRateLimitMBps: 65_536,
};

const DEBUGFS = '/sys/kernel/debug/sched/numa_balancing';

/** Kernel file → tunable and the smallest value it takes (a scan size of 0 would divide by zero, REF §4.1). */
export const TUNABLE_FILES: ReadonlyMap<string, { readonly key: keyof Tunables; readonly minimum: number }> =
  new Map([
    [`${DEBUGFS}/scan_delay_ms`, { key: 'scanDelayMs', minimum: 0 }],
    [`${DEBUGFS}/scan_period_min_ms`, { key: 'scanPeriodMinMs', minimum: 0 }],
    [`${DEBUGFS}/scan_period_max_ms`, { key: 'scanPeriodMaxMs', minimum: 0 }],
    [`${DEBUGFS}/scan_size_mb`, { key: 'scanSizeMb', minimum: 1 }],
    [`${DEBUGFS}/hot_threshold_ms`, { key: 'hotThresholdMs', minimum: 0 }],
    ['/proc/sys/kernel/numa_balancing_promote_rate_limit_MBps', { key: 'promoteRateLimitMBps', minimum: 0 }],
  ] as const);
