import type { MemoryTraffic } from '../cost/memory-traffic.ts';
import type { Placement } from '../memory/placement.ts';
import type { AccessStream, FaultHandler } from './access-stream.ts';
import type { Usage } from './usage.ts';

const CACHE_LINE_BYTES = 64;
/** Less than this of a touch is rounding. */
const NO_TOUCH = 1e-6;

/** One use of memory by a program. */
export interface ProgramStream {
  readonly stream: AccessStream;
  /** Where its pages are; undefined where every access costs the same. */
  readonly placement: Placement | undefined;
  /** With fixed work: how many touches it makes before the program goes on with the next stream, and after the last ends. */
  readonly touches?: number | undefined;
}

/** What a program needs to know of the machine. */
interface ProgramMachine {
  readonly traffic: MemoryTraffic | undefined;
  /** ns of a touch where every access costs the same. */
  readonly touchNs: number;
}

/** A stretch of a thread's run time. */
export interface Slice {
  /** Wall time at its begin, ns since boot. */
  readonly start: number;
  /** Run time, ns; only a fault may exceed it a little. */
  readonly lengthNs: number;
  /** How much of it the thread's duty covers, ns. */
  readonly dutyNs: number;
  /** How much of it is used already, by a scan, ns. */
  readonly usedNs: number;
  /** NUMA node of the CPU. */
  readonly node: number;
}

/**
 * What a thread does with its run time: compute, wait for memory, take faults. It is closed-loop (design §2.2): the rates of
 * its streams are those of a thread whose memory is all local and idle. Slower memory and faults leave less for progress.
 * Streams whose touches fall due by the clock (`isPaced`) take what they need first.
 */
export class Program {
  readonly streams: readonly AccessStream[];
  readonly usage: Usage;
  readonly #machine: ProgramMachine;
  readonly #paced: readonly ProgramStream[];
  readonly #looped: readonly ProgramStream[];
  /** With fixed work: the stream under way, and the touches it has left. */
  #step = 0;
  #left: number;
  /** Time in the kernel for its own reasons that is left before its work, ns. */
  #systemDue: number;
  /** Computing that belongs to the progress planned last and is not done yet, ns. */
  #computeDue = 0;
  #turn: number;
  #stopped = false;

  constructor(
    streams: readonly ProgramStream[],
    options: {
      readonly machine: ProgramMachine;
      readonly usage: Usage;
      /** CPU time in the kernel for its own reasons before all else, ns. */
      readonly startupSystemNs?: number;
      readonly turn?: number;
    },
  ) {
    this.streams = streams.map(({ stream }) => stream);
    this.usage = options.usage;
    this.#machine = options.machine;
    this.#systemDue = options.startupSystemNs ?? 0;
    this.#paced = streams.filter(({ stream }) => stream.isPaced);
    this.#looped = streams.filter(({ stream }) => !stream.isPaced);
    this.#turn = options.turn ?? 0;
    this.#left = this.#looped[0]?.touches ?? Infinity;
  }

  /** What it uses at the moment: with fixed work, only the stream under way. */
  current(): readonly ProgramStream[] {
    return [...this.#paced, ...this.#active()];
  }

  /** Whether its work is fixed and done. */
  get isDone(): boolean {
    return this.#left < NO_TOUCH && this.#step >= this.#looped.length - 1 && !this.#isDue();
  }

  /** Whether paced touches are due that could not be made in time. */
  get hasBacklog(): boolean {
    for (const { stream } of this.#paced) if (stream.hasBacklog) return true;
    return false;
  }

  /** Paced stream that goes first in the next slice, so that none starves the others; a program that follows takes it over. */
  get turn(): number {
    return this.#turn;
  }

  /** Fields a digest needs. */
  state(): readonly number[] {
    const own = this.#left < Infinity ? [this.#step, this.#left] : [];
    return [...own, this.#systemDue, this.#computeDue, ...this.streams.flatMap((stream) => stream.state())];
  }

  /** Runs for a slice. @returns run time used of it, with what was used before, ns */
  run(slice: Slice, fault: FaultHandler): number {
    this.#stopped = false;
    const handler: FaultHandler = (table, page, write) => {
      const cost = fault(table, page, write);
      if (cost.stop) this.#stopped = true;
      return cost;
    };
    const used = this.#runPaced(slice, handler);
    return this.#wasStopped() ? used : this.#runLooped(slice, used, handler);
  }

  /** Whether a fault has ended the slice. */
  #wasStopped(): boolean {
    return this.#stopped;
  }

  #runPaced(slice: Slice, fault: FaultHandler): number {
    const streams = this.#paced;
    const count = streams.length;
    let used = slice.usedNs;
    for (let i = 0; i < count && used < slice.lengthNs && !this.#stopped; i++) {
      const one = streams[(this.#turn + i) % count]!;
      one.stream.addPaced(slice.start, slice.dutyNs);
      used += Math.ceil(this.#touch(one, slice, slice.lengthNs - used, fault));
    }
    this.#turn = count > 0 ? (this.#turn + 1) % count : 0;
    return used;
  }

  /**
   * What was planned is done before more is: faults may have taken the time of an earlier slice. What is left of a slice by
   * rounding, less than a ns, is not planned for.
   */
  #runLooped(slice: Slice, usedBefore: number, fault: FaultHandler): number {
    let used = usedBefore + this.#startUp(slice, usedBefore);
    if (this.#systemDue > 0) return used;
    used = this.#finishDue(slice, used, fault);
    while (!this.#stopped && slice.dutyNs - used >= 1 && !this.isDone && !this.#isDue()) {
      this.#plan(slice, slice.dutyNs - used);
      const before = used;
      used = this.#finishDue(slice, used, fault);
      if (used === before) break;
    }
    return used;
  }

  #startUp({ lengthNs, dutyNs }: Slice, usedBefore: number): number {
    const system = Math.min(this.#systemDue, Math.max(0, Math.min(lengthNs, dutyNs) - usedBefore));
    this.#systemDue -= system;
    this.usage.systemNs += system;
    this.usage.progressNs += system;
    return system;
  }

  #isDue(): boolean {
    if (this.#computeDue > 0) return true;
    for (const { stream } of this.#active()) if (stream.due > NO_TOUCH) return true;
    return false;
  }

  /** Streams in use: all of them, or with fixed work the one under way. */
  #active(): readonly ProgramStream[] {
    const { touches } = this.#looped[this.#step] ?? {};
    return touches === undefined ? this.#looped : [this.#looped[this.#step]!];
  }

  /** Lets as much become due as the free time is enough for, at what memory costs now. */
  #plan(slice: Slice, freeNs: number): void {
    let [touchingNs, idleNs, rate] = [0, 0, 0];
    for (const one of this.#active()) {
      const perNs = one.stream.touchesPerSecond(slice.start) * 1e-9;
      rate += perNs;
      touchingNs += perNs * this.#touchNs(one, slice.node);
      idleNs += perNs * this.#idleTouchNs(one, slice.node);
    }
    // Of each ns of undisturbed progress: what is left for computing beside memory.
    const computing = Math.max(0, 1 - idleNs);
    const possible = freeNs / (computing + touchingNs);
    const progress = this.#left < Infinity && rate > 0 ? Math.min(possible, this.#left / rate) : possible;
    for (const { stream } of this.#active()) stream.addDue(slice.start, progress);
    if (this.#left < Infinity) this.#left = Math.max(0, this.#left - progress * rate);
    this.#computeDue = progress * computing;
    this.usage.progressNs += progress * (computing + idleNs);
  }

  #finishDue(slice: Slice, usedBefore: number, fault: FaultHandler): number {
    let used = usedBefore;
    for (const one of this.#active()) {
      if (used >= slice.lengthNs || this.#stopped) return used;
      if (one.stream.due > NO_TOUCH) used += this.#touch(one, slice, slice.lengthNs - used, fault);
    }
    if (this.#stopped) return used;
    const computed = Math.min(this.#computeDue, Math.max(0, slice.lengthNs - used));
    this.#computeDue -= computed;
    this.#goOn();
    return used + computed;
  }

  /** With fixed work: on to the next stream when one is done. */
  #goOn(): void {
    if (this.#left >= NO_TOUCH || this.#isDue() || this.#step >= this.#looped.length - 1) return;
    this.#step++;
    this.#left = this.#looped[this.#step]!.touches ?? Infinity;
  }

  /** Lets a stream make its touches, and accounts them. @returns run time used, ns */
  #touch(one: ProgramStream, { node }: Slice, budgetNs: number, fault: FaultHandler): number {
    const touchNs = this.#touchNs(one, node);
    const before = one.stream.touches;
    const used = one.stream.run(budgetNs, touchNs, fault);
    const made = one.stream.touches - before;
    this.usage.touches += made;
    this.usage.stallNs += made * touchNs;
    this.#account(one, node, made);
    return used;
  }

  #account({ stream, placement }: ProgramStream, node: number, made: number): void {
    const { traffic } = this.#machine;
    if (!placement || !traffic || made === 0) return;
    const { perNode } = placement;
    const total = sum(perNode);
    if (total === 0) return;
    const read = made * stream.linesPerTouch * CACHE_LINE_BYTES;
    const written = (read * stream.writePercent) / 100;
    this.usage.localTouches += (made * perNode[node]!) / total;
    for (let memoryNode = 0; memoryNode < perNode.length; memoryNode++) {
      const share = perNode[memoryNode]! / total;
      if (share > 0) traffic.add(node, memoryNode, { read: read * share, written: written * share });
    }
  }

  /** What a touch of a stream costs from a node at the moment, ns. */
  #touchNs({ stream, placement }: ProgramStream, node: number): number {
    const { traffic, touchNs } = this.#machine;
    if (!placement || !traffic) return stream.latenciesPerTouch * touchNs;
    const { perNode } = placement;
    let [weighted, total] = [0, 0];
    for (let memoryNode = 0; memoryNode < perNode.length; memoryNode++) {
      const weight = perNode[memoryNode]!;
      if (weight === 0) continue;
      total += weight;
      weighted += weight * traffic.latencyNs(node, memoryNode);
    }
    const latencyNs = total === 0 ? traffic.localLatencyNs(node) : weighted / total;
    return stream.latenciesPerTouch * latencyNs;
  }

  /** What it would cost with all memory local and idle, ns. */
  #idleTouchNs({ stream }: ProgramStream, node: number): number {
    const { traffic, touchNs } = this.#machine;
    return stream.latenciesPerTouch * (traffic ? traffic.localLatencyNs(node) : touchNs);
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
