/**
 * Fault counts per node and type in pages (REF §11.1): what a task, or a group of tasks, knows about where its memory
 * is and where it runs. Index `2·node + type`.
 */
export const SHARED = 0;
export const PRIVATE = 1;
export type FaultType = typeof SHARED | typeof PRIVATE;

/** `locality` indices: pages faulted remotely, locally, and pages whose migration failed (REF §3.2). */
export const REMOTE = 0;
export const LOCAL = 1;
export const FAILED = 2;

/** The decayed families `MEM` and `CPU`, shared by tasks and groups. */
export class DecayedFaults {
  /** Where the memory was. */
  readonly mem: Float64Array;
  /** Where the task ran when it faulted, normalised to its run time. */
  readonly cpu: Float64Array;

  constructor(nodeCount: number) {
    this.mem = new Float64Array(2 * nodeCount);
    this.cpu = new Float64Array(2 * nodeCount);
  }

  memFaults(node: number): number {
    return this.mem[2 * node]! + this.mem[2 * node + 1]!;
  }

  cpuFaults(node: number): number {
    return this.cpu[2 * node]! + this.cpu[2 * node + 1]!;
  }
}

/** A task's statistics: the decayed families and the raw counts since the last placement. */
export class TaskFaults extends DecayedFaults {
  readonly memBuffer: Float64Array;
  readonly cpuBuffer: Float64Array;

  constructor(nodeCount: number) {
    super(nodeCount);
    this.memBuffer = new Float64Array(2 * nodeCount);
    this.cpuBuffer = new Float64Array(2 * nodeCount);
  }
}
