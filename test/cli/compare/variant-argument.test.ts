import { expect } from 'chai';

import { parseVariants } from '../../../src/cli/compare/variant-argument.ts';

describe('--variant', () => {
  it('adds variants to those before it; one without a path is the base', () => {
    const first = parseVariants('on=');
    expect(parseVariants('off=a/b.yaml,v1.5=c', first)).to.deep.equal([
      { name: 'on', overlay: [] },
      { name: 'off', overlay: ['a/b.yaml'] },
      { name: 'v1.5', overlay: ['c'] },
    ]);
  });

  for (const [what, value, message] of [
    ['a name alone', 'on', 'It must be NAME=PATH'],
    ['no name', '=a', 'It must be NAME=PATH'],
    ['a name with a space', 'a b=c', 'It must be NAME=PATH'],
    ['a long name', `${'a'.repeat(21)}=c`, 'It must be NAME=PATH'],
    ['a name twice', 'a=,a=c', 'Two variants have the name a.'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => parseVariants(value)).to.throw(message);
    });
  }
});
