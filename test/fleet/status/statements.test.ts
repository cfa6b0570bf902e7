import { expect } from 'chai';

import { counted, notImplemented, observed } from '../../../src/fleet/status/statements.ts';
import { testPolicy } from '../builders.ts';

describe('statements', () => {
  it('count nouns', () =>
    expect([0, 1, 2].map((n) => counted(n, 'pod'))).to.deep.equal(['0 pods', '1 pod', '2 pods']));

  it('carry the generation, where there is one', () => {
    const statement = { type: 'Ready', status: 'True', reason: 'Applied', message: '' } as const;
    expect(observed(3, [statement])).to.deep.equal([{ ...statement, observedGeneration: 3 }]);
    expect(observed(undefined, [statement])).to.deep.equal([statement]);
  });

  it('say nothing about fields that all do something', () =>
    expect(notImplemented({ kind: 'NumaBalancingPolicy', spec: testPolicy('p').spec })).to.deep.equal([]));
});
