import { expect } from 'chai';

import { spreadOf } from '../../../src/cli/compare/spread.ts';

describe('spread of several seeds', () => {
  it('is the least, the middle one, and the greatest', () => {
    expect(spreadOf([30, 4, 100])).to.deep.equal({ min: 4, median: 30, max: 100 });
  });

  it('of an even number has one of the values as its median', () => {
    expect(spreadOf([4, 1, 3, 2])).to.deep.equal({ min: 1, median: 2, max: 4 });
  });

  it('is none where a value has no meaning, or there are no values', () => {
    expect([spreadOf([1, undefined]), spreadOf([])]).to.deep.equal([undefined, undefined]);
  });
});
