import { expect } from 'chai';
import { readFileSync } from 'node:fs';

import { conditionReasons, conditionTypes } from '../../src/api/names.ts';

const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');

/** First cells of the table rows below a heading, up to the next one. */
function firstCells(heading: string): readonly string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [body = ''] = section.split('\n## ');
  return [...body.matchAll(/^\| `(\w+)` \|/gmu)].map(([, name = '']) => name);
}

describe('docs/troubleshooting.md', () => {
  it('explains every condition type, and no other', () =>
    expect(firstCells('Conditions')).to.deep.equal(Object.values(conditionTypes)));

  it('explains every reason, and no other', () =>
    expect(firstCells('Reasons')).to.deep.equal(Object.values(conditionReasons)));
});
