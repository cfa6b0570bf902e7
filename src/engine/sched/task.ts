import { Program } from '../access/program.ts';
import { noUsage } from '../access/usage.ts';
import type { Usage } from '../access/usage.ts';
import type { NumaGroup } from '../balancing/numa-group.ts';
import type { ScanWalk } from '../balancing/scan.ts';
import type { TaskFaults } from '../balancing/fault-statistics.ts';
import type { Cgroup } from '../cgroup.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { InterleaveCursor } from '../memory/interleave-cursor.ts';
import type { MemoryPolicy } from '../memory/memory-policy.ts';
import { NO_NODE } from '../units.ts';

/** A thread (REF §3.2). Times are ns of CPU time unless the name says otherwise; `…Ms` is ms, jiffies are ticks. */
export class Task {
  readonly pid: number;
  /** Thread group id: the pid of the process's main thread. */
  readonly tgid: number;
  /** Command name, as `/proc/<pid>/comm`. */
  readonly comm: string;
  readonly mm: AddressSpace;
  /** Names its random streams. */
  readonly streamName: string;
  cgroup: Cgroup;
  cpu = 0;
  /** CPUs of the thread's own affinity mask, undefined for all. */
  affinity: readonly number[] | undefined;
  policy: MemoryPolicy | null = null;
  readonly interleave: InterleaveCursor;
  exiting = false;

  // Scheduling
  vruntime = 0;
  sumExec = 0;
  /** CPU time at the last tick or context switch: what the kernel has accounted. */
  accountedExec = 0;
  /** Wall time at which the current slice began, ns. */
  execStart = 0;
  /** Share of each 10 ms the thread is awake, 1–100. */
  dutyPercent = 100;
  /** Where in the 10 ms window its waking part begins, ns. */
  dutyPhaseNs = 0;
  /** Draws the place of the waking part in each window; undefined: always at its beginning. */
  dutyJitterSeed: number | undefined;
  /** What it has used and done; its run time is `sumExec`. */
  readonly usage: Usage = noUsage();
  /** What the thread does; at first it only computes. */
  program = idleProgram(this.usage);

  /** Time before which the task cannot run on its CPU, after it came from another, ns. */
  readyAt = 0;

  // NUMA balancing
  nodeStamp = 0;
  scanPeriodMs = 0;
  scanPeriodMaxMs = 0;
  scanSeq = 0;
  preferredNode = NO_NODE;
  /** Jiffy before which placement is not attempted again. */
  migrateRetry = 0;
  faults: TaskFaults | undefined;
  totalFaults = 0;
  /** Pages faulted remotely, locally, and pages whose migration failed, in the current window. */
  readonly locality: [number, number, number] = [0, 0, 0];
  pagesMigrated = 0;
  group: NumaGroup | undefined;
  lastPlacement = 0;
  lastSumExec = 0;
  scanQueued = false;
  /** The scan in progress, if any. */
  walk: ScanWalk | undefined;
  /** Times the balancer moved it, and swapped it. */
  numaMigrations = 0;
  numaSwaps = 0;

  constructor(identity: {
    readonly pid: number;
    readonly tgid: number;
    readonly comm: string;
    readonly mm: AddressSpace;
    readonly streamName: string;
    readonly cgroup: Cgroup;
    readonly interleave: InterleaveCursor;
  }) {
    this.pid = identity.pid;
    this.tgid = identity.tgid;
    this.comm = identity.comm;
    this.mm = identity.mm;
    this.streamName = identity.streamName;
    this.cgroup = identity.cgroup;
    this.interleave = identity.interleave;
  }
}

/** A program that touches no memory. */
export function idleProgram(usage: Usage): Program {
  return new Program([], { machine: { traffic: undefined, touchNs: 0 }, usage });
}
