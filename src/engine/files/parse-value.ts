import { KernelError } from '../kernel-error.ts';

const INTEGER = /^[+-]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;

/**
 * An integer as the kernel's parsers take it: white space around, decimal, 0x hexadecimal or 0 octal.
 *
 * @throws KernelError EINVAL when it is no number, `outside` (default EINVAL) when it is out of bounds
 */
export function parseInteger(
  file: string,
  text: string,
  bounds: { readonly min: bigint; readonly max: bigint; readonly outside?: 'EINVAL' | 'ERANGE' },
): bigint {
  const digits = text.trim();
  if (!INTEGER.test(digits)) throw new KernelError('EINVAL', file, `"${digits}" is not an integer`);
  const negative = digits.startsWith('-');
  // Files of unsigned numbers know no sign: a negative one is no number to them, rather than out of range.
  if (negative && bounds.min >= 0n)
    throw new KernelError('EINVAL', file, `${digits} is negative, it takes ${bounds.min} to ${bounds.max}`);
  const magnitude = BigInt(digits.replace(/^[+-]/, '').replace(/^0(?=[0-7]+$)/, '0o'));
  const value = negative ? -magnitude : magnitude;
  if (value < bounds.min || value > bounds.max) {
    const range = `${bounds.min} to ${bounds.max}`;
    throw new KernelError(bounds.outside ?? 'EINVAL', file, `${digits} is out of range, it takes ${range}`);
  }
  return value;
}

export const U32_MAX = 2n ** 32n - 1n;
export const U64_MAX = 2n ** 64n - 1n;

const TRUE = /^(?:1|y|yes|t|true|on)$/i;
const FALSE = /^(?:0|n|no|f|false|off)$/i;

/** A switch, in any of the words the kernel takes. @throws KernelError EINVAL for others */
export function parseBoolean(file: string, text: string): boolean {
  const word = text.trim();
  if (!TRUE.test(word) && !FALSE.test(word))
    throw new KernelError('EINVAL', file, `"${word}" is neither true nor false`);
  return TRUE.test(word);
}

/**
 * A list such as `0-3,8`, ascending and without repeats; empty text is the empty list.
 *
 * @throws KernelError EINVAL for bad syntax or an id at or above `count`
 */
export function parseIdList(file: string, text: string, count: number): readonly number[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const ids = trimmed.split(',').flatMap((part) => parseRange(file, part, count));
  return [...new Set(ids)].sort((a, b) => a - b);
}

function parseRange(file: string, part: string, count: number): readonly number[] {
  const [first, last = first, ...rest] = part.split('-').map((id) => (/^\d+$/.test(id) ? Number(id) : NaN));
  if (first === undefined || last === undefined || rest.length > 0 || !(first <= last))
    throw new KernelError('EINVAL', file, `"${part}" is not an id or a range of ids`);
  if (last >= count)
    throw new KernelError('EINVAL', file, `there is no id ${last}; the last is ${count - 1}`);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Ids as the kernel prints them: `0-3,8`. */
export function formatIdList(ids: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < ids.length;) {
    let end = i;
    while (ids[end + 1] === ids[end]! + 1) end++;
    parts.push(end > i ? `${ids[i]}-${ids[end]}` : `${ids[i]}`);
    i = end + 1;
  }
  return parts.join(',');
}
