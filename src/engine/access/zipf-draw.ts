import type { ArmedSet } from '../memory/armed-set.ts';
import type { PageTable } from '../memory/page-table.ts';
import { naturalExp, naturalLog } from '../random.ts';
import type { RandomStream } from '../random.ts';
import { greatestCommonDivisor } from '../units.ts';
import type { AccessSpec, ArmedPageFinder } from './access-stream.ts';
import { pageRange } from './page-range.ts';
import type { PageRange } from './page-range.ts';

/** Exponent of the rank-frequency law, as YCSB and the recordings use it. */
const EXPONENT = 0.99;
/** Rank r is page (r · SPREAD) mod length: neighbouring ranks lie far apart. */
const SPREAD = 40_503;
/** Ranks up to here are summed one by one, the tail by its integral. */
const EXACT_RANKS = 1024;

/**
 * Touches with a Zipf distribution over ranks. The armed pages are kept by rank too; ranks are grouped in octaves, each
 * drawn from at the rate of its most frequent rank, and a draw is kept with the ratio of the true rate to that one
 * (thinning), so that the hits have exactly the law's rates at the cost of about one draw in two.
 */
export class ZipfDraw implements ArmedPageFinder {
  readonly position = 0;
  readonly #random: RandomStream;
  readonly #range: PageRange;
  readonly #spread: number;
  /** What traps in the region, by rank; of that a read may come to nothing. */
  readonly #armed: ArmedSet;
  readonly #totalWeight: number;
  #rate = 0;

  constructor(table: PageTable, spec: AccessSpec, random: RandomStream) {
    this.#random = random;
    this.#range = pageRange(table, spec);
    this.#spread = coprimeFrom(SPREAD, this.#range.length);
    this.#totalWeight = totalWeight(this.#range.length);
    const rankOf = rankOfPage(this.#range, this.#spread);
    this.#armed = table.mirrorTrapped(this.#range.length, rankOf);
  }

  distanceToHit(): number {
    this.#rate = 0;
    for (let low = 1; low <= this.#range.length; low *= 2) this.#rate += this.#octaveRate(low);
    return this.#rate === 0 ? Infinity : this.#random.nextExponential() / this.#rate;
  }

  takeHit(): number {
    let target = (this.#random.nextUint32() / 2 ** 32) * this.#rate;
    let low = 1;
    for (let rate = this.#octaveRate(low); target >= rate && low * 2 <= this.#range.length;) {
      target -= rate;
      low *= 2;
      rate = this.#octaveRate(low);
    }
    const armed = this.#armedInOctave(low);
    if (armed === 0) return -1;
    const rank = this.#armed.select(this.#random.nextBelow(armed), low - 1);
    const kept = this.#random.nextUnit() <= weight(rank + 1) / weight(low);
    return kept ? this.#pageOfRank(rank) : -1;
  }

  advance(): void {
    // Draws have no memory.
  }

  /** Hits per touch in the octave of ranks `low` … `2·low − 1` (from 1), at the rate of its first rank. */
  #octaveRate(low: number): number {
    return (this.#armedInOctave(low) * weight(low)) / this.#totalWeight;
  }

  #armedInOctave(low: number): number {
    return this.#armed.countRange(low - 1, 2 * low - 1);
  }

  #pageOfRank(rank: number): number {
    const { offset, stride, length } = this.#range;
    return offset + ((rank * this.#spread) % length) * stride;
  }
}

/** How often each page of a range is touched, compared with the others. */
export function zipfWeight(range: PageRange): (page: number) => number {
  const rankOf = rankOfPage(range, coprimeFrom(SPREAD, range.length));
  return (page) => weight(rankOf(page) + 1);
}

/** The rank of a page from 0, or −1 for a page outside the range. */
function rankOfPage(range: PageRange, spread: number): (page: number) => number {
  const { offset, stride, length, end } = range;
  const inverse = modularInverse(spread, length);
  return (page) => {
    if (page < offset || page >= end || (page - offset) % stride !== 0) return -1;
    return (((page - offset) / stride) * inverse) % length;
  };
}

function weight(rank: number): number {
  return naturalExp(-EXPONENT * naturalLog(rank));
}

function totalWeight(ranks: number): number {
  let sum = 0;
  for (let rank = 1; rank <= Math.min(ranks, EXACT_RANKS); rank++) sum += weight(rank);
  if (ranks <= EXACT_RANKS) return sum;
  const integral = (x: number): number => naturalExp((1 - EXPONENT) * naturalLog(x)) / (1 - EXPONENT);
  return sum + integral(ranks + 0.5) - integral(EXACT_RANKS + 0.5);
}

function coprimeFrom(start: number, length: number): number {
  let candidate = start;
  while (greatestCommonDivisor(candidate, length) !== 1) candidate++;
  return candidate;
}

/** x with a·x ≡ 1 (mod m), for coprime a and m. */
function modularInverse(a: number, m: number): number {
  let [previous, current] = [0, 1];
  let [divisor, rest] = [m, a % m];
  while (rest > 1) {
    const quotient = Math.floor(divisor / rest);
    [previous, current] = [current, previous - quotient * current];
    [divisor, rest] = [rest, divisor - quotient * rest];
  }
  return m === 1 ? 0 : ((current % m) + m) % m;
}
