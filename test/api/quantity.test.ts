import { expect } from 'chai';
import fc from 'fast-check';

import { isQuantity, quantityMillis, quantityValue } from '../../src/api/quantity.ts';

describe('quantities', () => {
  const values: readonly (readonly [string | number, number])[] = [
    ['64Mi', 67_108_864],
    ['1Ki', 1024],
    ['1k', 1000],
    ['1.5Gi', 1_610_612_736],
    ['2G', 2_000_000_000],
    ['1e3', 1000],
    ['1E3', 1000],
    ['1E', 1e18],
    ['12e-1', 2],
    ['0.1', 1],
    ['100m', 1],
    ['.5Ki', 512],
    ['5.', 5],
    ['+5', 5],
    ['-1.5', -1],
    [7, 7],
    ['0', 0],
  ];
  for (const [text, value] of values) {
    it(`${text} is ${value}, rounded up to a whole`, () => expect(quantityValue(text)).to.equal(value));
  }

  it('have thousandths, as CPU requests do', () => {
    expect(quantityMillis('250m')).to.equal(250);
    expect(quantityMillis('1.5')).to.equal(1500);
    expect(quantityMillis(2)).to.equal(2000);
    expect(quantityMillis('100u')).to.equal(1);
  });

  for (const text of ['', 'Mi', '64MB', '64 Mi', '1,5Gi', 'e3', '1e', '0x10', '--1', '1Kii', '.', '1ki']) {
    it(`are not "${text}"`, () => {
      expect(isQuantity(text)).to.equal(false);
      expect(() => quantityValue(text)).to.throw(`must be a quantity such as 64Mi, is "${text}"`);
    });
  }

  it('of plain integers are those integers', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => quantityValue(`${value}`) === value));
  });

  it('grow by 1024 from one binary suffix to the next', () => {
    const suffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti'];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 4 }), (value, step) => {
        expect(quantityValue(`${value}${suffixes[step]}`)).to.equal(
          quantityValue(`${value}${suffixes[step - 1]}`) * 1024,
        );
      }),
    );
  });
});
