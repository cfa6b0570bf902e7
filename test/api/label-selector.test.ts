import { expect } from 'chai';

import { matchesSelector } from '../../src/api/label-selector.ts';
import type { LabelSelector } from '../../src/api/label-selector.ts';

describe('a label selector', () => {
  const labels = { app: 'db', tier: 'back' };

  const selectors: readonly (readonly [string, LabelSelector, boolean])[] = [
    ['selects everything when it is empty', {}, true],
    ['selects by a label', { matchLabels: { app: 'db' } }, true],
    ['needs every label', { matchLabels: { app: 'db', tier: 'front' } }, false],
    ['needs a label to be there', { matchLabels: { zone: 'a' } }, false],
    ['In: one of the values', one('app', 'In', ['web', 'db']), true],
    ['In: none of the values', one('app', 'In', ['web']), false],
    ['In: an absent label', one('zone', 'In', ['a']), false],
    ['NotIn: one of the values', one('app', 'NotIn', ['db']), false],
    ['NotIn: an absent label', one('zone', 'NotIn', ['a']), true],
    ['Exists', one('app', 'Exists'), true],
    ['Exists: an absent label', one('zone', 'Exists'), false],
    ['DoesNotExist', one('app', 'DoesNotExist'), false],
    ['DoesNotExist: an absent label', one('zone', 'DoesNotExist'), true],
    [
      'needs labels and expressions together',
      { matchLabels: { app: 'db' }, ...one('tier', 'In', ['front']) },
      false,
    ],
    ['is not misled by names that objects have by themselves', one('constructor', 'Exists'), false],
  ];
  for (const [promise, selector, expected] of selectors) {
    it(promise, () => expect(matchesSelector(selector, labels)).to.equal(expected));
  }

  it('matches an object without labels only by what is absent', () => {
    expect(matchesSelector(one('app', 'DoesNotExist'))).to.equal(true);
    expect(matchesSelector({ matchLabels: { app: 'db' } })).to.equal(false);
  });
});

type Operator = NonNullable<LabelSelector['matchExpressions']>[number]['operator'];

function one(key: string, operator: Operator, values?: readonly string[]): LabelSelector {
  return { matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }] };
}
