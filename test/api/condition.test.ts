import { expect } from 'chai';

import { updateConditions } from '../../src/api/condition.ts';
import type { Condition, ConditionStatement } from '../../src/api/condition.ts';

describe('conditions', () => {
  const ready: ConditionStatement = {
    type: 'Ready',
    status: 'True',
    reason: 'Applied',
    message: 'All containers are switched on.',
    observedGeneration: 2,
  };
  const before: Condition = {
    type: 'Ready',
    status: 'True',
    reason: 'NothingMatched',
    message: 'No pod matches.',
    lastTransitionTime: '2025-02-01T00:00:00Z',
    observedGeneration: 1,
  };
  const now = '2025-06-01T00:00:00Z';

  it('get the time of their first statement', () =>
    expect(updateConditions([], [ready], now)).to.deep.equal([{ ...ready, lastTransitionTime: now }]));

  it('keep their time while the status stays, whatever else changes', () =>
    expect(updateConditions([before], [ready], now)).to.deep.equal([
      { ...ready, lastTransitionTime: before.lastTransitionTime },
    ]));

  it('get a new time when the status changes', () =>
    expect(updateConditions([{ ...before, status: 'False' }], [ready], now)[0]).to.have.property(
      'lastTransitionTime',
      now,
    ));

  it('are dropped when nobody states them any more', () =>
    expect(updateConditions([before], [], now)).to.deep.equal([]));
});
