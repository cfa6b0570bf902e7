/**
 * The few shapes every field of the API is made of. Each takes its bounds and its description, so that none can be
 * forgotten: a CRD without bounds cannot carry CEL rules (the API server estimates their cost from the bounds).
 */
import { z } from 'zod';

/** The greatest integer that JSON carries exactly between the API server and JavaScript: 2^53 - 1. */
export const maxInt = Number.MAX_SAFE_INTEGER;

/** Upper and lower bound, both inclusive. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A 32-bit integer. */
export function int32(range: Range, description: string): z.ZodInt {
  return z.int().min(range.min).max(range.max).meta({ description, format: 'int32' });
}

/** A 64-bit integer; at most 2^53 - 1. */
export function int64(range: Range, description: string): z.ZodInt {
  return z.int().min(range.min).max(range.max).meta({ description, format: 'int64' });
}

/** Something counted: an integer from 0 up. */
export function count(description: string): z.ZodInt {
  return int64({ min: 0, max: maxInt }, description);
}

/** Text of `min` (1 unless told) to `max` characters. */
export function text(max: number, description: string, min = 1): z.ZodString {
  return z.string().min(min).max(max).meta({ description });
}

/** True or false. */
export function flag(description: string): z.ZodBoolean {
  return z.boolean().meta({ description });
}

/** One of a few CamelCase words. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  description: string,
): z.ZodEnum<{ [Word in Words[number]]: Word }> {
  return z.enum(words).meta({ description });
}

/** A point in time, RFC 3339. */
export function time(description: string): z.ZodString {
  return z
    .string()
    .max(64)
    .refine(
      (value) => z.iso.datetime({ offset: true }).safeParse(value).success,
      'must be a time such as 2025-02-01T12:00:00Z',
    )
    .meta({ description, format: 'date-time' });
}

/** How many items a list may have. `min` is 0 unless told. */
export interface ListSize {
  readonly min?: number;
  readonly max: number;
}

/** A list that is replaced as a whole (`x-kubernetes-list-type: atomic`). */
export function list<Item extends z.ZodType>(
  item: Item,
  size: ListSize,
  description: string,
): z.ZodArray<Item> {
  return z
    .array(item)
    .min(size.min ?? 0)
    .max(size.max)
    .meta({ description, 'x-kubernetes-list-type': 'atomic' });
}

/** A list of different scalars (`x-kubernetes-list-type: set`). */
export function set<Item extends z.ZodType<string | number>>(
  item: Item,
  size: ListSize,
  description: string,
): z.ZodArray<Item> {
  return unique(z.array(item), (value) => JSON.stringify(value))
    .min(size.min ?? 0)
    .max(size.max)
    .meta({ description, 'x-kubernetes-list-type': 'set' });
}

/** A list of objects told apart by the values of `keys` (`x-kubernetes-list-type: map`). */
export function keyedList<Item extends z.ZodObject>(
  item: Item,
  keys: readonly (keyof z.output<Item> & string)[],
  size: ListSize,
  description: string,
): z.ZodArray<Item> {
  const keyOf = (value: unknown): string =>
    keys.map((key) => JSON.stringify((value as Readonly<Record<string, unknown>>)[key])).join(', ');
  return unique(z.array(item), keyOf)
    .min(size.min ?? 0)
    .max(size.max)
    .meta({ description, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });
}

function unique<Item extends z.ZodType>(
  array: z.ZodArray<Item>,
  keyOf: (value: z.output<Item>) => string,
): z.ZodArray<Item> {
  return array.superRefine((values, context) => {
    const seen = new Set<string>();
    for (const [index, value] of values.entries()) {
      const key = keyOf(value);
      if (seen.has(key)) {
        context.addIssue({ code: 'custom', message: `appears twice in the list (${key})`, path: [index] });
      }
      seen.add(key);
    }
  });
}
