import { expect } from 'chai';

import { progressOn } from '../../src/cli/progress.ts';

function written(isTTY: boolean): readonly string[] {
  const texts: string[] = [];
  const progress = progressOn({ isTTY, write: (text) => texts.push(text) });
  for (let done = 1; done <= 300; done++) progress.show(done, 300);
  progress.end();
  return texts;
}

describe('progress', () => {
  it('is one line on a terminal, rewritten at most once per percent and wiped at the end', () => {
    const texts = written(true);
    expect(texts.length).to.be.within(100, 103);
    expect(texts.join('')).to.include('50 % (150 of 300');
    expect(texts.join('')).to.not.include('\n');
    expect(texts.at(-1)).to.equal('\r\u001b[K');
  });

  it('is nothing in a pipe', () => expect(written(false)).to.deep.equal([]));
});
