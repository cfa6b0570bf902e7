import type { Cgroup } from '../cgroup.ts';

/** Run time that `cpu.max` leaves a task of this group at `time`, in ns; Infinity without a limit up the tree. */
export function quotaLeft(group: Cgroup, time: number): number {
  let left = Infinity;
  for (let at: Cgroup | undefined = group; at; at = at.parent) {
    if (at.cpuMax.quotaUs === undefined) continue;
    const used = at.bandwidth.period === periodOf(at, time) ? at.bandwidth.usedNs : 0;
    left = Math.min(left, Math.max(0, at.cpuMax.quotaUs * 1000 - used));
  }
  return left;
}

/** When a task of this group that `cpu.max` stops at `time` may run again, ns: all limits up the tree are full by then. */
export function quotaReturns(group: Cgroup, time: number): number {
  let returns = time;
  for (let at: Cgroup | undefined = group; at; at = at.parent) {
    if (at.cpuMax.quotaUs === undefined || at.bandwidth.period !== periodOf(at, time)) continue;
    if (at.bandwidth.usedNs < at.cpuMax.quotaUs * 1000) continue;
    returns = Math.max(returns, (at.bandwidth.period + 1) * at.cpuMax.periodUs * 1000);
  }
  return returns;
}

/** Charges run time to every limited group up the tree; each period starts with the full quota. */
export function chargeQuota(group: Cgroup, time: number, runNs: number): void {
  for (let at: Cgroup | undefined = group; at; at = at.parent) {
    if (at.cpuMax.quotaUs === undefined) continue;
    const period = periodOf(at, time);
    if (at.bandwidth.period !== period) at.bandwidth = { period, usedNs: 0 };
    at.bandwidth.usedNs += runNs;
  }
}

function periodOf(group: Cgroup, time: number): number {
  return Math.floor(time / (group.cpuMax.periodUs * 1000));
}
