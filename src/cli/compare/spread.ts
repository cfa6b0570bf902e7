/** What several seeds gave. */
export interface Spread {
  readonly min: number;
  /** Of an even number of values the lower of the two in the middle, so that it is one of them. */
  readonly median: number;
  readonly max: number;
}

/** Undefined if a value is missing, or all are. */
export function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const [min, median, max] = [known[0], known[(known.length - 1) >> 1], known.at(-1)];
  const isComplete = known.length === values.length;
  return isComplete && min !== undefined && median !== undefined && max !== undefined
    ? { min, median, max }
    : undefined;
}
