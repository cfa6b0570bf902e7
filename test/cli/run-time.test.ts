import { expect } from 'chai';

import { runTime } from '../../src/cli/run-time.ts';

const now = new Date('2025-02-01T12:34:56.789Z');

describe('the time of a run', () => {
  it('is now, in whole seconds', () => expect(runTime(undefined, now)).to.equal('2025-02-01T12:34:56Z'));

  it('is SOURCE_DATE_EPOCH if that is set', () =>
    expect(runTime('1735689600', now)).to.equal('2025-01-01T00:00:00Z'));

  for (const value of ['yesterday', '-1', '1e9', '9999999999999999']) {
    it(`is refused: SOURCE_DATE_EPOCH=${value}`, () =>
      expect(() => runTime(value, now)).to.throw(`must be seconds since 1970, is "${value}"`));
  }
});
