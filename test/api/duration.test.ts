import { expect } from 'chai';

import { durationMs } from '../../src/api/duration.ts';

describe('durations', () => {
  const values: readonly (readonly [string, number])[] = [
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1m30s', 90_000],
    ['1h', 3_600_000],
    ['1h1m1s1ms', 3_661_001],
    ['0s', 0],
  ];
  for (const [text, value] of values) {
    it(`${text} is ${value} ms`, () => expect(durationMs(text)).to.equal(value));
  }

  for (const text of ['', '30', '1.5s', '30 s', 's', '1s1m', '-1s', '1d']) {
    it(`are not "${text}"`, () => expect(() => durationMs(text)).to.throw('must be a duration such as'));
  }
});
