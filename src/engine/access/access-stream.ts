import type { ArmedSet } from '../memory/armed-set.ts';
import type { PageTable } from '../memory/page-table.ts';
import type { RandomStream } from '../random.ts';
import { pageRange } from './page-range.ts';
import type { PageRange } from './page-range.ts';
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
  /**
   * Touches fall due by the clock, whatever the thread gets done besides: as for a program that sleeps until its next touch.
   * Missed ones are made up for so many ns of wall time; 0: they are lost. Without it they fall due with the thread's progress.
   */
  readonly backlogNs?: number | undefined;
  /** Cache lines of 64 bytes that a touch takes from memory, default 1; 0: caches have them all. */
  readonly linesPerTouch?: number | undefined;
  /** Of these lines, how many are under way at once, default 1. */
  readonly memoryLevelParallelism?: number | undefined;
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

/** A thread's use of one region: which of its touches are due, and which pages that trap they meet. */
export class AccessStream {
  readonly table: PageTable;
  readonly spec: AccessSpec;
  readonly range: PageRange;
  /** Accesses a touch has to wait for, one after the other. */
  readonly latenciesPerTouch: number;
  readonly linesPerTouch: number;
  readonly #finder: ArmedPageFinder;
  readonly #random: RandomStream;
  readonly #rates: RateSchedule;
  #writePercent = 0;
  /** Touches due and not done. */
  #due = 0;
  #touches = 0;
  #lastTime: number;

  constructor(table: PageTable, spec: AccessSpec, random: RandomStream, now: number) {
    const { linesPerTouch = 1, memoryLevelParallelism = 1 } = spec;
    this.table = table;
    this.spec = spec;
    this.range = pageRange(table, spec);
    this.linesPerTouch = linesPerTouch;
    this.latenciesPerTouch = linesPerTouch / memoryLevelParallelism;
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

  /** Share of its touches that write at the moment, 0–100. */
  get writePercent(): number {
    return this.#writePercent;
  }

  /** Whether its touches fall due by the clock. */
  get isPaced(): boolean {
    return this.spec.backlogNs !== undefined;
  }

  /** Whether touches are due that could not be made in time and are still made up. */
  get hasBacklog(): boolean {
    return (this.spec.backlogNs ?? 0) > 0 && this.#due >= 1;
  }

  /** Touches due and not done. */
  get due(): number {
    return this.#due;
  }

  /** Touches made so far. */
  get touches(): number {
    return this.#touches;
  }

  /** Lets touches of so many ns from a time on become due. */
  addDue(start: number, ns: number): void {
    this.#due += this.#rates.touches(start, ns);
    this.#settleWrites(start);
  }

  /** Lets the touches become due that the clock brings, up to the end of the thread's duty. */
  addPaced(start: number, dutyNs: number): void {
    const { backlogNs = 0 } = this.spec;
    const end = start + dutyNs;
    if (backlogNs === 0) this.#due = this.#rates.touches(start, dutyNs);
    else {
      const most = backlogNs + dutyNs;
      this.#due += this.#rates.touches(this.#lastTime, end - this.#lastTime);
      this.#due = Math.min(this.#due, this.#rates.touches(end - most, most));
    }
    this.#lastTime = end;
    this.#settleWrites(start);
  }

  /**
   * Makes the touches that are due, as far as the time allows.
   *
   * @param budgetNs run time it may use
   * @param touchNs cost of a touch that hits nothing armed
   * @param fault handles the touch of a page that traps
   * @returns run time used, ns; it may be more by the last fault
   */
  run(budgetNs: number, touchNs: number, fault: FaultHandler): number {
    const { table } = this;
    let used = 0;
    while (used < budgetNs) {
      const touches = Math.min(this.#due, (budgetNs - used) / touchNs);
      // Reads pass over pages that only a write copies.
      const pages = this.#writePercent > 0 ? table.trapped : table.armed;
      const distance = pages.count === 0 ? Infinity : this.#finder.distanceToHit(pages);
      const made = Math.min(distance, touches);
      this.#due -= made;
      this.#touches += made;
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
    return used;
  }

  /** Fields a digest or a snapshot needs. */
  state(): readonly number[] {
    return [this.#due, this.#lastTime, this.#finder.position, ...this.#random.state()];
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
