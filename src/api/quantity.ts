/**
 * Kubernetes quantities (`64Mi`, `1.5G`, `250m`, `1e6`), exactly: decimal and binary suffixes, rounding up as
 * `resource.Quantity` does. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
import { z } from 'zod';

import { NumasimError } from '../errors.ts';
import { maxInt } from './fields.ts';
import { withRules } from './rule.ts';
import type { Rule } from './rule.ts';

/** A quantity as YAML gives it: text with a suffix, or a plain integer. */
export type Quantity = string | number;

/** Shared by CEL and TypeScript: CEL's own isQuantity also takes a bare suffix ("Mi") for an amount, of 0. */
const grammar = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$';
const pattern = new RegExp(grammar, 'u');

/** Powers of ten of the decimal suffixes; binary ones are powers of 1024. */
// prettier-ignore
const decimalExponents: Readonly<Record<string, number>> = {
  n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18,
};
const binaryExponents: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 };

/** Whether the API server would take this for a quantity. */
export function isQuantity(value: Quantity): boolean {
  return pattern.test(String(value));
}

/** The quantity in its own unit (bytes, CPUs, …), rounded up to an integer. Throws NUMASIM_OBJECT_INVALID. */
export function quantityValue(value: Quantity): number {
  return scaled(value, 1n);
}

/** The quantity in thousandths (`250m` of CPU → 250), rounded up to an integer. Throws NUMASIM_OBJECT_INVALID. */
export function quantityMillis(value: Quantity): number {
  return scaled(value, 1000n);
}

/** Schema of an amount of memory in bytes, from `min` to 16Ti. `min` is a quantity, such as `1` or `0`. */
export function memoryQuantity(
  min: string,
  description: string,
): z.ZodUnion<readonly [z.ZodInt, z.ZodString]> {
  const schema = z.union([z.int().min(0).max(maxInt), z.string().min(1).max(32)]);
  return withRules(schema, description, memoryRules(min));
}

function memoryRules(min: string): readonly Rule<Quantity>[] {
  const max = '16Ti';
  return [
    {
      cel: `string(self).matches('${grammar}')`,
      message: 'must be an amount of memory such as 64Mi or 2Gi',
      check: isQuantity,
    },
    {
      cel:
        `!string(self).matches('${grammar}') || (quantity(string(self)).compareTo(quantity('${min}')) >= 0 && ` +
        `quantity(string(self)).compareTo(quantity('${max}')) <= 0)`,
      message: `must be at least ${min === '0' ? '0' : `${min} byte`} and at most ${max}`,
      check: (value) => !isQuantity(value) || (compare(value, min) >= 0 && compare(value, max) <= 0),
    },
  ];
}

interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

function toRatio(value: Quantity): Ratio | undefined {
  const match = pattern.exec(String(value));
  if (match === null) return undefined;
  const [all, number = '', suffix = ''] = match.map((part: string | undefined) => part ?? '');
  const [whole = '', fraction = ''] = number.split('.');
  const digits = BigInt(`${whole}${fraction}`) * (all?.startsWith('-') === true ? -1n : 1n);
  const { binary, decimal } = powers(suffix);
  return {
    numerator: digits * 1024n ** BigInt(binary) * 10n ** BigInt(Math.max(decimal, 0)),
    denominator: 10n ** BigInt(fraction.length + Math.max(-decimal, 0)),
  };
}

function powers(suffix: string): { readonly binary: number; readonly decimal: number } {
  const binary = binaryExponents[suffix];
  if (binary !== undefined) return { binary, decimal: 0 };
  return { binary: 0, decimal: decimalExponents[suffix] ?? Number(suffix.slice(1)) };
}

function scaled(value: Quantity, factor: bigint): number {
  const ratio = toRatio(value);
  if (ratio === undefined) {
    throw new NumasimError('NUMASIM_OBJECT_INVALID', `must be a quantity such as 64Mi, is "${value}"`);
  }
  const numerator = ratio.numerator * factor;
  const truncated = numerator / ratio.denominator;
  const up = numerator > 0n && numerator % ratio.denominator !== 0n;
  return Number(up ? truncated + 1n : truncated);
}

function compare(a: Quantity, b: Quantity): number {
  const [left, right] = [toRatio(a), toRatio(b)];
  if (left === undefined || right === undefined) return Number.NaN;
  const difference = left.numerator * right.denominator - right.numerator * left.denominator;
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}
