import type { ProgramStream } from './access/program.ts';
import type { Usage } from './access/usage.ts';
import type { TrafficView } from './cost/memory-traffic.ts';
import type { NumaStat } from './memory/node-memory.ts';
import { regionPagesPerNode } from './memory/pages-per-node.ts';
import type { Process } from './process.ts';
import type { KernelState } from './state.ts';

/** A node's memory in base pages, and its allocation statistics. */
export interface NodeView {
  readonly managedPages: number;
  readonly freePages: number;
  readonly numastat: Readonly<NumaStat>;
  /** Traffic of its memory; undefined where accesses all cost the same. */
  readonly traffic: TrafficView | undefined;
}

/** What can be seen of a process without parsing files. */
export interface ProcessView {
  readonly pid: number;
  readonly comm: string;
  /** Cgroup path of its main thread. */
  readonly cgroup: string;
  /** Completed scan passes over its address space. */
  readonly scanSeq: number;
  readonly threads: readonly ThreadView[];
  readonly regions: readonly RegionView[];
}

export interface ThreadView {
  readonly pid: number;
  readonly cpu: number;
  readonly node: number;
  /** −1 for none. */
  readonly preferredNode: number;
  readonly scanPeriodMs: number;
  readonly usage: Readonly<Usage>;
  readonly accesses: readonly AccessView[];
}

/** How a thread uses a region at the moment. */
export interface AccessView {
  /** Name of the region. */
  readonly region: string;
  /** What it asks for. */
  readonly touchesPerSecond: number;
  /** Resident base pages of the part it uses, by node; undefined where that is all of the region or is not followed. */
  readonly pagesPerNode?: readonly number[] | undefined;
}

export interface RegionView {
  readonly name: string;
  /** Resident base pages by node. */
  readonly pagesPerNode: readonly number[];
}

export function viewNodes({ memory, traffic }: KernelState): readonly NodeView[] {
  const perNode = traffic?.nodes();
  return memory.stat.map((numastat, node) => ({
    managedPages: memory.managed[node]!,
    freePages: memory.free[node]!,
    numastat: { ...numastat },
    traffic: perNode?.[node],
  }));
}

export function viewProcess(state: KernelState, { pid, comm, mm, tasks }: Process): ProcessView {
  return {
    pid,
    comm,
    cgroup: tasks[0]!.cgroup.path,
    scanSeq: mm.scanSeq,
    threads: tasks.map((task) => ({
      pid: task.pid,
      cpu: task.cpu,
      node: state.nodeOfTask(task),
      preferredNode: task.preferredNode,
      scanPeriodMs: task.scanPeriodMs,
      usage: { ...task.usage, runtimeNs: task.sumExec },
      accesses: task.program.current().map((one) => viewAccess(state, one)),
    })),
    regions: mm.regions().map((table) => ({
      name: table.name,
      pagesPerNode: Array.from(regionPagesPerNode(table)),
    })),
  };
}

function viewAccess({ now }: KernelState, { stream, placement }: ProgramStream): AccessView {
  return {
    region: stream.table.name,
    touchesPerSecond: stream.touchesPerSecond(now),
    pagesPerNode: placement?.range.law === 'Even' ? [...placement.perNode] : undefined,
  };
}
