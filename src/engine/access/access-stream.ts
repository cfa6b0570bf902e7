import type { ArmedSet } from '../memory/armed-set.ts';
import type { PageTable } from '../memory/page-table.ts';
import type { RandomStream } from '../random.ts';
import { RandomSweep } from './random-sweep.ts';
import { RateSchedule } from './rate-schedule.ts';
import type { AccessRate, RateChange } from './rate-schedule.ts';
import { SequentialSweep } from './sequential-sweep.ts';
import { ZipfDraw } from './zipf-draw.ts';

/** How a thread touches a range of pages (design §3 MemoryProfile). */
export type AccessPattern = 'Uniform' | 'Sequential' | 'Strided' | 'Zipf';

/** One access entry of a thread. */
export interface AccessSpec extends AccessRate {
  readonly pattern: AccessPattern;
  /** Changes of the rate in the course of time, by time. */
  readonly rateChanges?: readonly RateChange[] | undefined;
  /** First page, pages apart, and number of pages of the range, within the region. */
  readonly offsetPages?: number | undefined;
  readonly stridePages?: number | undefined;
  readonly lengthPages?: number | undefined;
  /** Where a sweep begins: an index into the range, 0 … lengthPages − 1. */
  readonly startIndex?: number | undefined;
  /** Wall time for which missed touches are made up, ns; 0: what was missed is lost. */
  readonly backlogNs?: number | undefined;
}

/**
 * Finds which armed pages are touched, or, for a thread that writes, which of those that trap. Touches of other pages are
 * only counted: they change nothing the balancer sees. Distances are in touches and may be fractions.
 */
export interface ArmedPageFinder {
  /** Touches up to and including the next one that hits an armed page, Infinity if none can. */
  distanceToHit(pages: ArmedSet): number;
  /** Moves on by that distance and returns the armed page, or −1 if the draw came to nothing. */
  takeHit(pages: ArmedSet): number;
  /** Moves on by touches that hit nothing armed. */
  advance(touches: number): void;
  /** Where a sweep stands, in touches; 0 for draws, which have no memory. */
  readonly position: number;
}

/** A thread's use of one region. */
export class AccessStream {
  readonly table: PageTable;
  readonly spec: AccessSpec;
  readonly #finder: ArmedPageFinder;
  readonly #random: RandomStream;
  readonly #rates: RateSchedule;
  #writePercent = 0;
  /** Touches due and not done. */
  #due = 0;
  #lastTime: number;

  constructor(table: PageTable, spec: AccessSpec, random: RandomStream, now: number) {
    this.table = table;
    this.spec = spec;
    this.#random = random;
    this.#lastTime = now;
    this.#finder = createFinder(table, spec, random);
    this.#rates = new RateSchedule(spec, spec.rateChanges ?? [], now);
    this.#settleWrites(now);
  }

  /** Touches per second it asks for at a time, ns since boot. */
  touchesPerSecond(time: number): number {
    return this.#rates.at(time).touchesPerSecond;
  }

  /** Whether touches are due that could not be made in time. */
  get hasBacklog(): boolean {
    return this.spec.backlogNs !== undefined && this.#due >= 1;
  }

  /**
   * Makes the touches that are due in a slice of run time.
   *
   * @param fault handles the touch of an armed page
   * @returns run time used, ns
   */
  run(slice: Slice, fault: FaultHandler): number {
    const { budgetNs, touchNs } = slice;
    this.#accrue(slice);
    const { table } = this;
    let used = 0;
    while (used < budgetNs) {
      const touches = Math.min(this.#due, (budgetNs - used) / touchNs);
      // Reads pass over pages that only a write copies.
      const pages = this.#writePercent > 0 ? table.trapped : table.armed;
      const distance = pages.count === 0 ? Infinity : this.#finder.distanceToHit(pages);
      const made = Math.min(distance, touches);
      this.#due -= made;
      used += made * touchNs;
      if (distance > touches) {
        this.#finder.advance(touches);
        break;
      }
      const page = this.#finder.takeHit(pages);
      if (page < 0) continue;
      const cost = fault(table, page, this.#writes());
      used += cost.ns;
      if (cost.stop) break;
    }
    if (this.spec.backlogNs === undefined) this.#due = 0;
    return Math.ceil(used);
  }

  /** Fields a digest or a snapshot needs. */
  state(): readonly number[] {
    return [this.#due, this.#lastTime, this.#finder.position, ...this.#random.state()];
  }

  #accrue({ start, dutyNs }: Slice): void {
    const { backlogNs } = this.spec;
    const end = start + dutyNs;
    const from = backlogNs === undefined ? start : this.#lastTime;
    this.#lastTime = end;
    this.#due += this.#rates.touches(from, end - from);
    if (backlogNs !== undefined) {
      const most = backlogNs + dutyNs;
      this.#due = Math.min(this.#due, this.#rates.touches(end - most, most));
    }
    this.#settleWrites(start);
  }

  #settleWrites(time: number): void {
    this.#writePercent = this.#rates.at(time).writePercent;
    if (this.#writePercent > 0) this.table.written = true;
  }

  #writes(): boolean {
    const percent = this.#writePercent;
    return percent >= 100 || (percent > 0 && this.#random.nextBelow(100) < percent);
  }
}

/** A stretch of a thread's run time. */
export interface Slice {
  /** Wall time at its begin, ns since boot. */
  readonly start: number;
  /** How much of it the thread's duty covers, ns: touches become due in that time only. */
  readonly dutyNs: number;
  /** Run time this stream may use, ns. */
  readonly budgetNs: number;
  /** Cost of a touch that hits nothing armed, ns. */
  readonly touchNs: number;
}

/** Handles the touch of a page that traps: its cost, and whether the thread cannot go on here. */
export type FaultHandler = (table: PageTable, page: number, write: boolean) => FaultCost;

/** What a fault cost, and whether the thread cannot go on here (it was moved to another CPU, or ended). */
export interface FaultCost {
  readonly ns: number;
  readonly stop: boolean;
}

function createFinder(table: PageTable, spec: AccessSpec, random: RandomStream): ArmedPageFinder {
  switch (spec.pattern) {
    case 'Sequential':
    case 'Strided':
      return new SequentialSweep(table, spec);
    case 'Uniform':
      return new RandomSweep(table, spec, random);
    case 'Zipf':
      return new ZipfDraw(table, spec, random);
  }
}
