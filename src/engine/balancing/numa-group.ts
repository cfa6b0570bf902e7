import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { pidMatches, cpuOfCpupid } from '../memory/cpupid.ts';
import { DecayedFaults, PRIVATE, SHARED } from './fault-statistics.ts';
import type { FaultType } from './fault-statistics.ts';

const ACTIVE_FRACTION = 3;

/** Tasks that share memory and are placed as one (REF §13). */
export class NumaGroup extends DecayedFaults {
  /** Pid of the task that created it. */
  readonly id: number;
  /** Creation order, which decides ties between groups of one size. */
  readonly order: number;
  readonly members = new Set<Task>();
  totalFaults = 0;
  activeNodes = 1;
  maxFaultsCpu = 0;

  constructor(id: number, order: number, nodeCount: number) {
    super(nodeCount);
    this.id = id;
    this.order = order;
  }

  /** Whether the group runs on the node to a relevant part (REF §11.2). */
  isActive(node: number): boolean {
    return this.cpuFaults(node) * ACTIVE_FRACTION > this.maxFaultsCpu;
  }

  /** Recomputes which nodes are active (REF §13.3). */
  countActiveNodes(cpuNodes: readonly number[]): void {
    this.maxFaultsCpu = Math.max(0, ...cpuNodes.map((node) => this.cpuFaults(node)));
    this.activeNodes = cpuNodes.filter((node) => this.isActive(node)).length;
  }

  /** Decayed shared and private memory faults over all nodes. */
  memoryFaults(): { readonly shared: number; readonly private: number } {
    let shared = 0;
    let ofPrivate = 0;
    for (let i = 0; i < this.mem.length; i += 2) {
      shared += this.mem[i]!;
      ofPrivate += this.mem[i + 1]!;
    }
    return { shared, private: ofPrivate };
  }
}

/** Adds (or with −1 subtracts) a task's decayed statistics to its group's. */
function transfer(group: NumaGroup, task: Task, sign: 1 | -1): void {
  const faults = task.faults;
  if (faults) {
    for (let i = 0; i < group.mem.length; i++) {
      group.mem[i]! += sign * faults.mem[i]!;
      group.cpu[i]! += sign * faults.cpu[i]!;
    }
  }
  group.totalFaults += sign * task.totalFaults;
  if (sign > 0) group.members.add(task);
  else group.members.delete(task);
}

/** At exit and exec (REF §13.4). */
export function leaveGroup(task: Task): void {
  if (!task.group) return;
  transfer(task.group, task, -1);
  task.group = undefined;
}

/** What is known of the fault that may bring two tasks together. */
export interface SharedFault {
  /** The folio's `lastCpupid` before this fault. */
  readonly last: number;
  /** The folio is mapped by more than one address space through a shared mapping. */
  readonly sharedMapping: boolean;
}

/**
 * On a shared fault: joins the group of the task that touched the page before, if that task is still on its CPU and its
 * group is the larger (REF §13.2).
 *
 * @returns how the fault counts: a candidate of another process on a page that is not truly shared makes it private
 */
export function tryJoinGroup(state: KernelState, task: Task, fault: SharedFault): FaultType {
  if (!task.group) {
    task.group = new NumaGroup(task.pid, state.nextGroupOrder++, state.topology.nodeCount);
    transfer(task.group, task, 1);
  }
  const other = state.runQueues[cpuOfCpupid(fault.last)]?.current;
  if (!other || !pidMatches(other.pid, fault.last)) return SHARED;
  const mine = task.group;
  const theirs = other.group;
  if (!theirs || theirs === mine || theyJoinUs(mine, theirs)) return SHARED;
  if (other.mm !== task.mm && !fault.sharedMapping) return PRIVATE;
  transfer(mine, task, -1);
  task.group = theirs;
  transfer(theirs, task, 1);
  return SHARED;
}

/** The smaller group joins the larger; between equals the creation order decides. */
function theyJoinUs(mine: NumaGroup, theirs: NumaGroup): boolean {
  const difference = mine.members.size - theirs.members.size;
  return difference > 0 || (difference === 0 && mine.order > theirs.order);
}
