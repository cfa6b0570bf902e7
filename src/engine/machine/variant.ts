/** Which kernel is simulated: the RFC's version and the behaviours that differ between kernels (REF §21). */
export interface KernelVariant {
  /** `Off` is the unpatched kernel; the others are the proposals for a switch per cgroup (REF §17.3). */
  readonly rfc: 'Off' | 'V1' | 'V2' | 'AllAncestors';
  /** RFC V1 patch 3: INTERLEAVE with the balancing flag moves tasks, never pages (REF §17.7). */
  readonly interleave: boolean;
  /** Whether mode 4 marks huge mappings on top-tier nodes: not as posted (REF §17.4 note 3). */
  readonly thpMarking: 'AsPosted' | 'Fixed';
  /** Whether "task may move, page may not" is mistaken for node 1, as posted (REF §17.7 D1, D2). */
  readonly sentinel: 'Intended' | 'AsPosted';
  /** A window with a failed migration makes all later ones slow down: 6.12 and 7.2 (REF §12.4). */
  readonly stickyMigrationFailure: boolean;
  /** A task whose cpuset allows one memory node is not scanned: 7.x (REF §6.2). */
  readonly singleNodeCpusetSkip: boolean;
  /** Tasks without an address space are no swap partners: 7.3 (REF §14.5). */
  readonly swapSkipsMmLess: boolean;
  /** `numa_task_migrated` and `numa_task_swapped` exist: the RFC (REF §18.4). */
  readonly taskCounters: boolean;
  /**
   * Which VMAs a scan leaves to the threads that touch them: `None` before 6.4, `Skip` from 6.4 to 6.6, `Complete` since
   * 6.7 (REF §7.3 rules 4 to 6).
   */
  readonly pidFilter: 'None' | 'Skip' | 'Complete';
  /** A group's shared memory is spread as its CPU use is: since 3.15 (REF §9.2 steps 8 and 9). */
  readonly pseudoInterleaving: boolean;
}

/** The proposal as it was meant: V1 with its interleave patch on a 7.3 kernel (REF §21). */
export const DEFAULT_VARIANT: KernelVariant = {
  rfc: 'V1',
  interleave: true,
  thpMarking: 'AsPosted',
  sentinel: 'Intended',
  stickyMigrationFailure: false,
  singleNodeCpusetSkip: true,
  swapSkipsMmLess: true,
  taskCounters: true,
  pidFilter: 'Complete',
  pseudoInterleaving: true,
};
