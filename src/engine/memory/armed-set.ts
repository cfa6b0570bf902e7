/**
 * The armed (marked) pages of a VMA: a bit per page, and above them counts per 2^10, 2^15 and 2^20 pages. Membership, the
 * next armed page from a position and the k-th armed page of a range are found without visiting pages that are not armed,
 * which is what makes the cost of a run follow faults instead of memory size.
 */
const WORD_BITS = 32;
const BLOCK_WORDS = 32;
const BLOCK_BITS = WORD_BITS * BLOCK_WORDS;
/** Blocks in a group, and groups in a stretch. */
const FANOUT = 32;

export class ArmedSet {
  #count = 0;
  readonly #words: Uint32Array;
  readonly #blockCounts: Uint16Array;
  readonly #groupCounts: Uint16Array;
  readonly #stretchCounts: Uint32Array;
  readonly #size: number;

  /** @param size pages of the VMA */
  constructor(size: number) {
    this.#size = size;
    const blocks = Math.ceil(size / BLOCK_BITS);
    this.#words = new Uint32Array(blocks * BLOCK_WORDS);
    this.#blockCounts = new Uint16Array(blocks);
    this.#groupCounts = new Uint16Array(Math.ceil(blocks / FANOUT));
    this.#stretchCounts = new Uint32Array(Math.ceil(blocks / FANOUT ** 2));
  }

  copy(): ArmedSet {
    const copy = new ArmedSet(this.#size);
    copy.#words.set(this.#words);
    copy.#blockCounts.set(this.#blockCounts);
    copy.#groupCounts.set(this.#groupCounts);
    copy.#stretchCounts.set(this.#stretchCounts);
    copy.#count = this.#count;
    return copy;
  }

  /** Armed pages in all. */
  get count(): number {
    return this.#count;
  }

  has(page: number): boolean {
    return (this.#words[page >>> 5]! & (1 << (page & 31))) !== 0;
  }

  /** Arms a page that is not armed. */
  add(page: number): void {
    this.#words[page >>> 5]! |= 1 << (page & 31);
    this.#blockCounts[page >>> 10]!++;
    this.#groupCounts[page >>> 15]!++;
    this.#stretchCounts[page >>> 20]!++;
    this.#count++;
  }

  /** Disarms a page that is armed. */
  delete(page: number): void {
    this.#words[page >>> 5]! &= ~(1 << (page & 31));
    this.#blockCounts[page >>> 10]!--;
    this.#groupCounts[page >>> 15]!--;
    this.#stretchCounts[page >>> 20]!--;
    this.#count--;
  }

  /** The first armed page at or after `from`, or −1. */
  nextFrom(from: number): number {
    if (this.#count === 0 || from >= this.#size) return -1;
    let word = from >>> 5;
    let bits = this.#words[word]! & (-1 << (from & 31));
    while (bits === 0) {
      word = this.#nextWord(word + 1);
      if (word < 0) return -1;
      bits = this.#words[word]!;
    }
    return word * WORD_BITS + lowestBit(bits);
  }

  /**
   * The first armed page of `from`, `from` + stride, … below `end`, or −1. Where a stride divides a word, pages between the steps
   * are masked out word by word: many of them may stay armed that nobody touches.
   */
  nextOfStride(from: number, stride: number, end: number): number {
    if (WORD_BITS % stride !== 0) return this.#nextByStep(from, stride, end);
    let steps = 0;
    for (let bit = from % stride; bit < WORD_BITS; bit += stride) steps |= 1 << bit;
    let word = from >>> 5;
    let bits = this.#words[word]! & steps & (-1 << (from & 31));
    while (bits === 0) {
      word = this.#nextWord(word + 1);
      if (word < 0 || word * WORD_BITS >= end) return -1;
      bits = this.#words[word]! & steps;
    }
    const page = word * WORD_BITS + lowestBit(bits);
    return page < end ? page : -1;
  }

  #nextByStep(from: number, stride: number, end: number): number {
    let page = this.nextFrom(from);
    while (page >= 0 && page < end) {
      const past = (page - from) % stride;
      if (past === 0) return page;
      page = this.nextFrom(page - past + stride);
    }
    return -1;
  }

  /** Armed pages in [low, high). */
  countRange(low: number, high: number): number {
    if (low <= 0 && high >= this.#size) return this.#count;
    return this.#countBelow(high) - this.#countBelow(low);
  }

  /** The k-th armed page (from 0) at or after `low`; the caller knows that there is one. */
  select(k: number, low = 0): number {
    let left = k + this.#countBelow(low);
    let stretch = 0;
    while (left >= this.#stretchCounts[stretch]!) left -= this.#stretchCounts[stretch++]!;
    let group = stretch * FANOUT;
    while (left >= this.#groupCounts[group]!) left -= this.#groupCounts[group++]!;
    let block = group * FANOUT;
    while (left >= this.#blockCounts[block]!) left -= this.#blockCounts[block++]!;
    let word = block * BLOCK_WORDS;
    for (let inWord = popCount(this.#words[word]!); left >= inWord; inWord = popCount(this.#words[word]!)) {
      left -= inWord;
      word++;
    }
    let bits = this.#words[word]!;
    for (; left > 0; left--) bits &= bits - 1;
    return word * WORD_BITS + lowestBit(bits);
  }

  #countBelow(position: number): number {
    const end = Math.min(position, this.#size);
    const block = end >>> 10;
    const group = end >>> 15;
    const stretch = end >>> 20;
    let sum = 0;
    for (let at = 0; at < stretch; at++) sum += this.#stretchCounts[at]!;
    for (let at = stretch * FANOUT; at < group; at++) sum += this.#groupCounts[at]!;
    for (let at = group * FANOUT; at < block; at++) sum += this.#blockCounts[at]!;
    const lastWord = end >>> 5;
    for (let word = block * BLOCK_WORDS; word < lastWord; word++) sum += popCount(this.#words[word]!);
    const bits = end & 31;
    return bits === 0 ? sum : sum + popCount(this.#words[lastWord]! & ~(-1 << bits));
  }

  /** First word at or after `word` with an armed page, or −1. */
  #nextWord(word: number): number {
    let at = word;
    while (at < this.#words.length) {
      const empty = this.#emptyWordsAt(at);
      if (empty === 0 && this.#words[at] !== 0) return at;
      at += Math.max(1, empty);
    }
    return -1;
  }

  /** Words of the empty stretch, group or block that begins at a word, 0 if none does. */
  #emptyWordsAt(word: number): number {
    if ((word & (BLOCK_WORDS - 1)) !== 0 || this.#blockCounts[word >>> 5] !== 0) return 0;
    if ((word & (BLOCK_WORDS * FANOUT - 1)) !== 0 || this.#groupCounts[word >>> 10] !== 0) return BLOCK_WORDS;
    return this.#stretchIsEmptyAt(word) ? BLOCK_WORDS * FANOUT ** 2 : BLOCK_WORDS * FANOUT;
  }

  #stretchIsEmptyAt(word: number): boolean {
    return (word & (BLOCK_WORDS * FANOUT ** 2 - 1)) === 0 && this.#stretchCounts[word >>> 15] === 0;
  }
}

function popCount(bits: number): number {
  let v = bits - ((bits >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24) & 0xff;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
