import { expect } from 'chai';

import { retryAfterMs } from '../../src/kube/retry-after.ts';

describe('Retry-After (RFC 9110 §10.2.3)', () => {
  const nowMs = Date.parse('2025-02-01T12:00:00Z');
  const rows: [string | undefined, number | undefined][] = [
    ['0', 0],
    ['1', 1_000],
    [' 30 ', 30_000],
    ['86400', 120_000],
    ['Sat, 01 Feb 2025 12:00:05 GMT', 5_000],
    ['Sat, 01 Feb 2025 11:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ];
  for (const [header, expected] of rows) {
    it(`'${header}' means ${expected} ms`, () => {
      expect(retryAfterMs(header, nowMs)).to.equal(expected);
    });
  }
});
