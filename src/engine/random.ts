/**
 * Seeded random streams. Each entity draws from a stream of its own, named by what it is, so that adding one entity
 * never changes what another draws. Only integer operations and IEEE-exact floating point are used: `Math.log` may
 * differ between machines, `naturalLog` here may not.
 */

/** 32-bit hash of a text, for naming streams (the multiply-rotate scheme of MurmurHash3's finaliser). */
export function hashText(text: string, seed = 0): number {
  let hash = (seed ^ 0x9747b28c) | 0;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return mix32(hash);
}

function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit word drawn by two others: a random function without a state. */
export function mixWords(a: number, b: number): number {
  return mix32(mix32(a) ^ Math.imul(b, 0x9e3779b1));
}

/** A random stream (sfc32: 128 bits of state, period at least 2^32). */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed any safe integer @param name what draws from this stream; equal names give equal streams */
  constructor(seed: number, name: string) {
    const high = Math.floor(seed / 2 ** 32) | 0;
    this.#a = hashText(name, seed | 0);
    this.#b = hashText(name, high ^ 0x51ed270b);
    this.#c = mix32((seed | 0) ^ Math.imul(high, 0x27d4eb2f));
    for (let i = 0; i < 12; i++) this.nextUint32();
  }

  /** Uniform integer in 0 … 2^32 − 1. */
  nextUint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** Uniform in (0, 1], never 0, so that its logarithm is finite. */
  nextUnit(): number {
    return (this.nextUint32() + 1) / 2 ** 32;
  }

  /** Uniform integer in 0 … bound − 1, for bound ≤ 2^32. */
  nextBelow(bound: number): number {
    return Math.floor((this.nextUint32() / 2 ** 32) * bound);
  }

  /** Exponentially distributed with mean 1. */
  nextExponential(): number {
    return -naturalLog(this.nextUnit());
  }

  /** The state, for digests and snapshots. */
  state(): readonly [number, number, number, number] {
    return [this.#a, this.#b, this.#c, this.#counter];
  }
}

const LN2 = 0.6931471805599453;

/** Natural logarithm of x > 0 by basic operations alone, so that it is the same on every machine (error < 1e-13). */
export function naturalLog(x: number): number {
  let exponent = 0;
  let mantissa = x;
  while (mantissa < 0.7071067811865476) {
    mantissa *= 2;
    exponent--;
  }
  while (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent++;
  }
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  let term = z;
  let sum = z;
  for (let k = 3; k <= 17; k += 2) {
    term *= square;
    sum += term / k;
  }
  return 2 * sum + exponent * LN2;
}

/** e^x by basic operations alone, the same on every machine (relative error < 1e-12 for |x| < 700). */
export function naturalExp(x: number): number {
  const halvings = Math.round(x / LN2);
  const rest = x - halvings * LN2;
  let term = 1;
  let sum = 1;
  for (let k = 1; k <= 16; k++) {
    term *= rest / k;
    sum += term;
  }
  const factor = halvings < 0 ? 0.5 : 2;
  for (let i = Math.abs(halvings); i > 0; i--) sum *= factor;
  return sum;
}
