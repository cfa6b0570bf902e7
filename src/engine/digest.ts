import type { Cgroup } from './cgroup.ts';
import type { AddressSpace } from './memory/address-space.ts';
import type { ArmedSet } from './memory/armed-set.ts';
import type { PageTable } from './memory/page-table.ts';
import type { KernelState } from './state.ts';
import type { Task } from './sched/task.ts';

/** A 64-bit hash in two multiply-rotate lanes; for telling states apart, not for security. */
class Hasher {
  #a = 0x243f6a88;
  #b = 0x85a308d3;

  word(value: number): void {
    this.#a = Math.imul(rotate(this.#a ^ value, 13), 0x9e3779b1) + 0x165667b1;
    this.#b = Math.imul(rotate(this.#b + value, 17), 0x85ebca77) ^ 0x27d4eb2f;
  }

  /** Any number, exactly: its integer part in two words, and what is after the point. */
  number(value: number): void {
    const whole = Math.floor(value);
    this.word(whole | 0);
    this.word(Math.floor(whole / 2 ** 32) | 0);
    if (whole !== value) this.word(Math.floor((value - whole) * 2 ** 32) | 0);
  }

  words(values: ArrayLike<number>): void {
    const { length } = values;
    for (let i = 0; i < length; i++) this.word(values[i]!);
  }

  /** A record of numbers, in the order of its fields. */
  fields(record: object): void {
    for (const value of Object.values(record)) this.number(value as number);
  }

  text(value: string): void {
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
  }

  hex(): string {
    const part = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');
    return part(this.#a) + part(this.#b);
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/**
 * Hash of all counters, all page state, all settings and all that tasks and groups know: 16 hex digits. A cgroup counts by
 * its place in the tree, not by its name: names steer nothing, and hold ids that an API server draws.
 */
export function digest(state: KernelState): string {
  const hash = new Hasher();
  hashMachine(hash, state);
  const places = new Map<Cgroup, number>();
  hashCgroup(hash, state.root, places);
  for (const task of state.tasks.values()) {
    hash.number(places.get(task.cgroup) ?? -1);
    hashTask(hash, task);
  }
  hashJobs(hash, state);
  for (const process of state.processes.values()) {
    hash.number(process.pid);
    hashAddressSpace(hash, process.mm);
  }
  return hash.hex();
}

/** Settings, counters and what the machine itself knows. */
function hashMachine(hash: Hasher, state: KernelState): void {
  for (const amount of [state.now, state.mode]) hash.number(amount);
  hash.fields(state.tunables);
  for (const amount of [...state.interleaveWeights, ...state.events]) hash.number(amount);
  // The kernel's own value follows from the machine.
  for (const amount of state.copies.state(state.now)) hash.number(amount);
  for (const amount of state.traffic?.state() ?? []) hash.number(amount);
  if (!state.memory.hasAutomaticMinFree) hash.number(state.memory.minFreeKbytes);
  for (const stat of state.memory.stat) hash.fields(stat);
  for (const node of state.promotion) hash.fields(node);
}

function hashJobs(hash: Hasher, { jobs }: KernelState): void {
  for (const { pid, runsDone, endedNs } of jobs.values()) {
    if (runsDone > 0) hash.fields({ pid, runsDone, endedNs: endedNs ?? -1 });
  }
}

function hashCgroup(hash: Hasher, group: Cgroup, places: Map<Cgroup, number>): void {
  places.set(group, places.size);
  const { cpuMax, cpuWeight, memoryMax, cpus, mems, numaLoadBalance, bandwidth, threaded } = group;
  hash.text(
    `${group.children.size} ${[...group.controllers].join()} ${cpus?.join()} ${mems?.join()} ${numaLoadBalance}${threaded ? ' threaded' : ''}`,
  );
  const numbers = [cpuWeight, cpuMax.quotaUs ?? -1, cpuMax.periodUs, memoryMax ?? -1, group.chargedPages];
  for (const amount of [...numbers, bandwidth.period, bandwidth.usedNs, group.oomKills]) hash.number(amount);
  for (const amount of group.events) hash.number(amount);
  for (const [node, pages] of group.promoted) hash.fields({ node, pages });
  for (const child of group.children.values()) hashCgroup(hash, child, places);
}

function hashAddressSpace(hash: Hasher, mm: AddressSpace): void {
  for (const amount of [mm.nextScan, mm.scanOffset, mm.scanSeq]) hash.number(amount);
  for (const vma of mm.vmas) {
    const { table, scan } = vma;
    if (vma === table.vmas[0]) hashRegion(hash, table);
    if (table.changed) hash.text(`${vma.low} ${vma.high} ${JSON.stringify([vma.flags, vma.policy])}`);
    if (!scan) continue;
    for (const amount of [scan.nextScan, scan.pidsReset, scan.startSeq, scan.previousSeq])
      hash.number(amount);
    hash.words([...scan.previousPids, ...scan.currentPids]);
  }
}

function hashRegion(hash: Hasher, table: PageTable): void {
  const { object, armed, pages, vmas, changed, objects } = table;
  hash.words(object.node);
  if (vmas[0]!.hugePages) hash.words(object.huge);
  hash.words(object.lastCpupid);
  hash.number(pages);
  hashPages(hash, armed);
  if (!changed) return;
  for (const copies of objects.slice(1)) {
    for (const words of [copies.node, copies.huge, copies.lastCpupid]) hash.words(words);
  }
  for (const words of [table.present, table.layerOf ?? [], [...table.splitBlocks]]) hash.words(words);
  if (table.cow) hashPages(hash, table.cow);
}

function hashPages(hash: Hasher, set: ArmedSet): void {
  for (let page = set.nextFrom(0); page >= 0; page = set.nextFrom(page + 1)) hash.word(page);
}

function hashTask(hash: Hasher, task: Task): void {
  const numbers = [task.pid, task.cpu, task.sumExec, task.nodeStamp, task.scanPeriodMs, task.scanSeq];
  const learnt = [
    task.preferredNode,
    task.migrateRetry,
    task.totalFaults,
    task.pagesMigrated,
    task.group?.id ?? 0,
  ];
  for (const amount of [...numbers, ...learnt, ...task.locality]) hash.number(amount);
  for (const amount of task.interleave.state()) hash.number(amount);
  const { faults } = task;
  for (const family of faults ? [faults.mem, faults.cpu, faults.memBuffer, faults.cpuBuffer] : []) {
    for (const amount of family) hash.number(amount);
  }
  for (const amount of task.program.state()) hash.number(amount);
}
