import { expect } from 'chai';
import fc from 'fast-check';

import type { NumaBalancingPolicy } from '../../src/api/numa-balancing-policy.ts';
import { decidePolicy, policiesOf } from '../../src/fleet/policy-decision.ts';
import { testPod, testPolicy } from './builders.ts';

const older = { creationTimestamp: '2026-01-01T00:00:00Z' };
const younger = { creationTimestamp: '2026-01-02T00:00:00Z' };

function winner(container: string, ...policies: readonly NumaBalancingPolicy[]): string | undefined {
  return decidePolicy(container, policies).winner?.metadata.name;
}

describe('policies of a pod', () => {
  const pod = testPod('web', { labels: { tier: 'front' } });

  function matches(...policies: readonly NumaBalancingPolicy[]): readonly (string | undefined)[] {
    return policiesOf(pod, policies).map(({ metadata }) => metadata.name);
  }

  it('are those of its namespace whose selector it meets', () => {
    const front = { podSelector: { matchLabels: { tier: 'front' } } };
    const back = { podSelector: { matchLabels: { tier: 'back' } } };
    expect(
      matches(
        testPolicy('all'),
        testPolicy('front', front),
        testPolicy('back', back),
        testPolicy('elsewhere', front, { namespace: 'other' }),
      ),
    ).to.deep.equal(['all', 'front']);
  });
});

describe('the policy that decides a container', () => {
  it('is none without a policy', () =>
    expect(decidePolicy('app', [])).to.deep.equal({ winner: undefined, losers: [] }));

  it('has the higher priority, even against one that names the container', () =>
    expect(
      winner('app', testPolicy('named', { containers: ['app'] }), testPolicy('strong', { priority: 1 })),
    ).to.equal('strong'));

  it('else names the container, even against an older one', () =>
    expect(
      winner('app', testPolicy('all', {}, older), testPolicy('named', { containers: ['app'] }, younger)),
    ).to.equal('named'));

  it('else is the older', () =>
    expect(winner('app', testPolicy('a', {}, younger), testPolicy('b', {}, older))).to.equal('b'));

  it('else is the first by name', () =>
    expect(winner('app', testPolicy('b', {}, older), testPolicy('a', {}, older))).to.equal('a'));

  it('the others that are about the container lose, strongest first', () => {
    const policies = [testPolicy('c'), testPolicy('b', { priority: -1 }), testPolicy('a')];
    const { losers } = decidePolicy('app', policies);
    expect(losers.map(({ metadata }) => metadata.name)).to.deep.equal(['c', 'b']);
  });

  it('a policy that names other containers neither wins nor loses', () => {
    const { winner: won, losers } = decidePolicy('app', [
      testPolicy('x', { containers: ['log'], priority: 9 }),
    ]);
    expect([won, losers]).to.deep.equal([undefined, []]);
  });

  it('does not depend on the order in which policies are given', () => {
    const policies = [
      testPolicy('a', { priority: 1 }, younger),
      testPolicy('b', { containers: ['app'] }, older),
      testPolicy('c', { containers: ['app'] }, younger),
      testPolicy('d', { priority: 1, balancing: 'Disabled' }, older),
      testPolicy('e'),
    ];
    const expected = decidePolicy('app', policies);
    fc.assert(
      fc.property(fc.shuffledSubarray(policies, { minLength: policies.length }), (shuffled) => {
        expect(decidePolicy('app', shuffled)).to.deep.equal(expected);
      }),
    );
  });
});
