import { expect } from 'chai';

import {
  adjustThreshold,
  newPromotionState,
  passesRateLimit,
} from '../../../src/engine/balancing/tiering.ts';
import { DEFAULT_TUNABLES } from '../../../src/engine/machine/tunables.ts';

/** 65536 MiB/s. */
const LIMIT_PAGES = 16_777_216;

describe('REF §20.10 the default promotion limit is 16777216 pages per second', () => {
  it('so many pages after the first of a window pass, less one', () => {
    const node = newPromotionState();
    const pass = (pages: number): boolean => passesRateLimit(node, 2000, pages, DEFAULT_TUNABLES);
    expect([pass(1), pass(LIMIT_PAGES - 1), pass(1)]).to.deep.equal([true, true, false]);
  });

  it('the threshold is adjusted to as many candidates per longest scan period', () => {
    const periodMs = DEFAULT_TUNABLES.scanPeriodMaxMs;
    const reference = (LIMIT_PAGES * periodMs) / 1000;
    const after = (candidates: number): number => {
      const node = { ...newPromotionState(), candidates };
      adjustThreshold(node, periodMs + 1, DEFAULT_TUNABLES);
      return node.hotThreshold;
    };
    const [fewest, most] = [Math.floor(0.9 * reference), Math.floor(1.1 * reference)];
    expect([fewest - 1, fewest, reference, most, most + 1].map(after)).to.deep.equal([
      1125, 1000, 1000, 1000, 875,
    ]);
  });
});
