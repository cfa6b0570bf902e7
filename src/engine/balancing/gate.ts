import type { Cgroup } from '../cgroup.ts';
import type { KernelVariant } from '../machine/variant.ts';
import type { Task } from '../sched/task.ts';
import { allAncestorsGate } from './gates/all-ancestors.ts';
import { mainlineGate } from './gates/mainline.ts';
import { rfcV1Gate } from './gates/rfc-v1.ts';
import { rfcV2Gate } from './gates/rfc-v2.ts';

/** `kernel.numa_balancing` bits (REF §17.1). */
export const MODE_NORMAL = 1;
export const MODE_TIERING = 2;
export const MODE_CGROUP = 4;

/**
 * Whose switch decides whether a task is balanced, where the kernel asks, what is inherited and what is marked (REF §17.3).
 * One implementation per proposal; a new proposal is a new file in `gates/`.
 */
export interface BalancingGate {
  /** Whether cgroups have `cpu.numa_load_balance`. */
  readonly hasFile: boolean;
  /** Whether the task may queue a scan at a tick (REF §6.1). */
  atTick(task: Task, mode: number): boolean;
  /** Whether a queued scan may run (REF §6.2). */
  atScan(task: Task, mode: number): boolean;
  /** Whether a fault goes into statistics, groups and placement (REF §11.2). */
  atFault(task: Task, mode: number): boolean;
  /** The flag that a new cgroup begins with: what it inherits. */
  flagOfNewGroup(parent: Cgroup): bigint;
  /** Whether a scan marks memory on top-tier nodes (REF §7.4 g). */
  marksTopTier(mode: number, huge: boolean): boolean;
}

/** The gate of a kernel variant. */
export function gateOf(variant: KernelVariant): BalancingGate {
  switch (variant.rfc) {
    case 'Off':
      return mainlineGate;
    case 'V1':
      return rfcV1Gate(variant.thpMarking);
    case 'V2':
      return rfcV2Gate(variant.thpMarking);
    case 'AllAncestors':
      return allAncestorsGate(variant.thpMarking);
  }
}
