import { NS_PER_S } from '../units.ts';

/** How fast a region is touched, from some time on. */
export interface AccessRate {
  /** Page touches per second of the thread's run time, or of wall time with a backlog. */
  readonly touchesPerSecond: number;
  /** Share of touches that write, 0–100. */
  readonly writePercent: number;
}

/** A change of the rate. */
export interface RateChange {
  /** When it begins, ns since the stream was made. */
  readonly afterNs: number;
  readonly touchesPerSecond: number;
  /** Without it, as before. */
  readonly writePercent?: number | undefined;
}

interface Stretch extends AccessRate {
  /** When it begins, ns since boot. */
  readonly from: number;
}

/** A rate that changes at given times, however the time in between is cut into slices. */
export class RateSchedule {
  /** By time; the first has always begun. */
  readonly #stretches: readonly Stretch[];

  /** @param changes by time; of several at one time the last counts @param now ns since boot */
  constructor(first: AccessRate, changes: readonly RateChange[], now: number) {
    const { touchesPerSecond, writePercent } = first;
    const stretches: Stretch[] = [{ touchesPerSecond, writePercent, from: -Infinity }];
    for (const { afterNs, ...change } of changes) {
      const before = stretches.at(-1) ?? first;
      stretches.push({
        touchesPerSecond: change.touchesPerSecond,
        writePercent: change.writePercent ?? before.writePercent,
        from: now + afterNs,
      });
    }
    this.#stretches = stretches;
  }

  /** The rate at a time, ns since boot. */
  at(time: number): AccessRate {
    return this.#stretches[this.#indexAt(time)]!;
  }

  /** Touches that become due in `elapsedNs` from a time on, ns since boot. */
  touches(from: number, elapsedNs: number): number {
    const end = from + elapsedNs;
    let index = this.#indexAt(from);
    let begin = from;
    let sum = 0;
    for (let next = this.#stretches[index + 1]; next && next.from < end; next = this.#stretches[index + 1]) {
      sum += ((next.from - begin) * this.#stretches[index]!.touchesPerSecond) / NS_PER_S;
      begin = next.from;
      index++;
    }
    return sum + ((end - begin) * this.#stretches[index]!.touchesPerSecond) / NS_PER_S;
  }

  #indexAt(time: number): number {
    let index = 0;
    while (index + 1 < this.#stretches.length && this.#stretches[index + 1]!.from <= time) index++;
    return index;
  }
}
