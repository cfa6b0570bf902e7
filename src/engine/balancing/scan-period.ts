import { KernelError } from '../kernel-error.ts';
import type { Tunables } from '../machine/tunables.ts';
import type { Task } from '../sched/task.ts';
import { PAGES_PER_MIB, clamp, div } from '../units.ts';
import type { NumaGroup } from './numa-group.ts';

const MAX_SCAN_RATE_MB = 2560;
const PERIOD_SLOTS = 10;
const PERIOD_THRESHOLD = 7;

type PeriodTunables = Pick<Tunables, 'scanPeriodMinMs' | 'scanPeriodMaxMs' | 'scanSizeMb'>;

/** Scans it takes to cover an address space (REF §6.3), at least 1. */
export function scanWindows(residentPages: number, scanSizeMb: number): number {
  const windowPages = scanSizeMb * PAGES_PER_MIB;
  if (windowPages === 0) throw new KernelError('EINVAL', 'scan_size_mb', 'a scan size of 0 divides by zero');
  return Math.ceil((residentPages || windowPages) / windowPages);
}

/** Shortest scan period of an address space in ms (REF §6.3). */
export function scanMin(residentPages: number, tunables: PeriodTunables): number {
  const { scanSizeMb } = tunables;
  const floor = div(1000, scanSizeMb < MAX_SCAN_RATE_MB ? div(MAX_SCAN_RATE_MB, scanSizeMb) : 1);
  return Math.max(floor, div(tunables.scanPeriodMinMs, scanWindows(residentPages, scanSizeMb)));
}

/** A group's share of a period: many members and much shared memory make it longer (REF §6.3). */
function groupShare(periodMs: number, group: NumaGroup): number {
  const { shared, private: ofPrivate } = group.memoryFaults();
  return div(periodMs * group.members.size * (shared + 1), ofPrivate + shared + 1);
}

/** Longest scan period in ms (REF §6.3). */
export function scanMax(residentPages: number, tunables: PeriodTunables, group?: NumaGroup): number {
  const base = div(tunables.scanPeriodMaxMs, scanWindows(residentPages, tunables.scanSizeMb));
  const max = group ? Math.max(base, groupShare(base, group)) : base;
  return Math.max(scanMin(residentPages, tunables), max);
}

/** Scan period a task starts with in ms (REF §6.3). */
export function scanStart(residentPages: number, tunables: PeriodTunables, group?: NumaGroup): number {
  const min = scanMin(residentPages, tunables);
  return group ? Math.max(min, groupShare(min, group)) : min;
}

/** A placement window as the adaptation sees it, in pages. */
export interface FaultWindow {
  readonly remote: number;
  readonly local: number;
  readonly failed: number;
  readonly shared: number;
  readonly private: number;
}

/** What a window does to the scan period (REF §12.4). */
export interface Adaptation {
  readonly periodMs: number;
  /** The slow-down branch: it also postpones the address space's next scan. */
  readonly slowed: boolean;
}

/** The scan period after a window (REF §12.4, vectors §20.2). */
export function adaptPeriod(
  periodMs: number,
  window: FaultWindow,
  bounds: { readonly min: number; readonly max: number; readonly cachedMax: number },
): Adaptation {
  const { remote, local, failed, shared } = window;
  if (local + shared === 0 || failed > 0) {
    return { periodMs: Math.min(bounds.cachedMax, 2 * periodMs), slowed: true };
  }
  const slot = Math.ceil(periodMs / PERIOD_SLOTS);
  const localRatio = div(PERIOD_SLOTS * local, local + remote);
  const privateRatio = div(PERIOD_SLOTS * window.private, window.private + shared);
  const slots = slotsToAdd(localRatio, privateRatio);
  return { periodMs: clamp(periodMs + slots * slot, bounds.min, bounds.max), slowed: false };
}

function slotsToAdd(localRatio: number, privateRatio: number): number {
  if (privateRatio >= PERIOD_THRESHOLD) return Math.max(1, privateRatio - PERIOD_THRESHOLD);
  if (localRatio >= PERIOD_THRESHOLD) return Math.max(1, localRatio - PERIOD_THRESHOLD);
  return -(PERIOD_THRESHOLD - Math.max(localRatio, privateRatio));
}

/** The task's own scan bounds. */
export function taskScanMin(task: Task, tunables: PeriodTunables): number {
  return scanMin(task.mm.residentPages, tunables);
}

export function taskScanMax(task: Task, tunables: PeriodTunables): number {
  return scanMax(task.mm.residentPages, tunables, task.group);
}

export function taskScanStart(task: Task, tunables: PeriodTunables): number {
  return scanStart(task.mm.residentPages, tunables, task.group);
}
