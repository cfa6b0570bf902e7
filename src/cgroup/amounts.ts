/**
 * Resource lists as integers: `cpu` in thousandths of a CPU, everything else in its own unit (bytes), rounded up as
 * Kubernetes does. The API server allows no finer CPU than 1m, so sums of rounded amounts are exact.
 */
import { quantityMillis, quantityValue } from '../api/quantity.ts';
import { NumasimError } from '../errors.ts';

/** Resource name → amount. A name that is absent was not given, which is not the same as 0. */
export type Amounts = ReadonlyMap<string, number>;

/** What the API has in `requests`, `limits`, `overhead`, `capacity`. YAML may give plain numbers. */
export type QuantityList = Readonly<Record<string, string | number>>;

/** Reads a list of quantities. Throws NUMASIM_OBJECT_INVALID naming `where` and the resource. */
export function amounts(list: QuantityList | undefined, where: string): Amounts {
  const result = new Map<string, number>();
  for (const [name, quantity] of Object.entries(list ?? {})) {
    result.set(name, amount(name, quantity, `${where}.${name}`));
  }
  return result;
}

/** Amounts of both, added. */
export function sum(a: Amounts, b: Amounts): Amounts {
  const result = new Map(a);
  for (const [name, value] of b) result.set(name, (result.get(name) ?? 0) + value);
  return result;
}

/** The greater amount of each resource that either has. */
export function greatest(a: Amounts, b: Amounts): Amounts {
  const result = new Map(a);
  for (const [name, value] of b) {
    const known = result.get(name);
    if (known === undefined || value > known) result.set(name, value);
  }
  return result;
}

/** `over`'s amounts, and `base`'s where `over` has none. */
export function overlay(base: Amounts, over: Amounts): Amounts {
  return new Map([...base, ...over]);
}

function amount(name: string, quantity: string | number, where: string): number {
  try {
    return name === 'cpu' ? quantityMillis(quantity) : quantityValue(quantity);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new NumasimError('NUMASIM_OBJECT_INVALID', message, where, { cause });
  }
}
