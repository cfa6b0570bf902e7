/** What a thread has used and done so far. Times in ns of CPU time. It steers nothing. */
export interface Usage {
  /** CPU time in all. */
  runtimeNs: number;
  /** Of it, in the kernel for the program's own reasons; and what scans, hint faults and page moves took. */
  systemNs: number;
  markNs: number;
  faultNs: number;
  moveNs: number;
  /** Of it, waiting for memory. */
  stallNs: number;
  /** Touches of pages, and those of pages on the own node. */
  touches: number;
  localTouches: number;
  /** What the program has done: the time it would have taken with all memory local and idle, and no balancing. */
  progressNs: number;
}

export function noUsage(): Usage {
  return {
    runtimeNs: 0,
    systemNs: 0,
    markNs: 0,
    faultNs: 0,
    moveNs: 0,
    stallNs: 0,
    touches: 0,
    localTouches: 0,
    progressNs: 0,
  };
}

/** Adds what one thread has used to a sum. */
export function addUsage(sum: Usage, one: Readonly<Usage>): void {
  for (const key of Object.keys(sum) as (keyof Usage)[]) sum[key] += one[key];
}

/** Time spent on balancing. */
export function balancingNs({ markNs, faultNs, moveNs }: Readonly<Usage>): number {
  return markNs + faultNs + moveNs;
}
