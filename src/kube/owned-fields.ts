/**
 * Compares what we want an object to say with what it says, so that nothing is written when nothing would change.
 */

/**
 * Whether `live` already says all of `desired`: every field of an object is there and equal, lists have the same
 * length and their elements correspond in order. `live` may say more: the server's defaults, other owners' fields.
 * A field that is undefined, null, or an empty object or list in `desired` may be missing in `live`.
 */
export function contains(live: unknown, desired: unknown): boolean {
  if (desired === undefined || desired === null) {
    return true;
  }
  if (Array.isArray(desired)) {
    return containsList(live ?? [], desired);
  }
  if (isRecord(desired)) {
    const there = live ?? {};
    return isRecord(there) && Object.entries(desired).every(([name, value]) => contains(there[name], value));
  }
  return live === desired;
}

function containsList(live: unknown, desired: readonly unknown[]): boolean {
  return (
    Array.isArray(live) &&
    live.length === desired.length &&
    desired.every((element, index) => contains(live[index], element))
  );
}

/** Whether two values say the same: as `contains`, in both directions. */
export function saysTheSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) || Array.isArray(other)) {
    return sameLists(one, other);
  }
  if (isRecord(one) || isRecord(other)) {
    return sameRecords(one, other);
  }
  return one === other || (isNothing(one) && isNothing(other));
}

/** Nothing counts as an empty list. */
function sameLists(one: unknown, other: unknown): boolean {
  const [left, right] = [one ?? [], other ?? []];
  return (
    Array.isArray(left) &&
    Array.isArray(right) &&
    left.length === right.length &&
    left.every((element, index) => saysTheSame(element, right[index]))
  );
}

/** Nothing counts as an object without fields. */
function sameRecords(one: unknown, other: unknown): boolean {
  const [left, right] = [one ?? {}, other ?? {}];
  if (!isRecord(left) || !isRecord(right)) {
    return false;
  }
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => saysTheSame(left[name], right[name]));
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
