import { spreadOf } from '../../src/cli/compare/spread.ts';
import type { Spread } from '../../src/cli/compare/spread.ts';
import type { Case, Identity, Outcomes, Sign } from './cases.ts';

/** A published result beside what simulations of it give. */
export interface AssessedCase {
  readonly id: string;
  /** Section of the list of published results. */
  readonly table: string;
  readonly metric: string;
  /** The number; of a case that is known by its sign alone, how the ratio compares with 1. */
  readonly published: number | Sign;
  readonly simulated: Spread;
  /** Whether every seed is on the published side of 1. */
  readonly signRight: boolean;
  /** Simulated median over published, less 1; null where only the sign is published. */
  readonly ratioError: number | null;
  readonly calibrated: boolean;
}

/** Ratios this near 1 say that nothing changed. */
const SAME = 0.05;

/** @param outcomes of each seed */
export function assess(
  { id, table, metric, published, of, calibrated }: Case,
  outcomes: readonly Outcomes[],
): AssessedCase {
  const values = outcomes.map(of);
  const simulated = spreadOf(values)!;
  const sign = typeof published === 'number' ? signOf(published) : published;
  if (published === 0) return zeroCase({ id, table, metric, simulated, calibrated });
  return {
    id,
    table,
    metric,
    published,
    simulated,
    signRight: values.every((value) => isOnSide(value, sign)),
    ratioError: typeof published === 'number' ? simulated.median / published - 1 : null,
    calibrated,
  };
}

/** What has to stay 0 does, or has no ratio. */
function zeroCase(
  one: Pick<AssessedCase, 'id' | 'table' | 'metric' | 'simulated' | 'calibrated'>,
): AssessedCase {
  const isZero = one.simulated.min === 0 && one.simulated.max === 0;
  return { ...one, published: 0, signRight: isZero, ratioError: isZero ? 0 : null };
}

/** An identity holds when it is exact in the digits that are published. */
export function assessIdentity({ id, metric, published, computed }: Identity): AssessedCase {
  const value = Math.round(computed * 100) / 100;
  return {
    id,
    table: '1',
    metric,
    published,
    simulated: { min: value, median: value, max: value },
    signRight: value === published,
    ratioError: value === published ? 0 : value / published - 1,
    calibrated: false,
  };
}

function signOf(ratio: number): Sign {
  if (Math.abs(ratio - 1) <= SAME) return 'same';
  return ratio < 1 ? 'less' : 'more';
}

function isOnSide(value: number, sign: Sign): boolean {
  switch (sign) {
    case 'same':
      return Math.abs(value - 1) <= SAME;
    case 'less':
      return value < 1;
    case 'more':
      return value > 1;
    case 'at least':
      return value >= 1;
  }
}
