import { expect } from 'chai';

import { textTable } from '../../../src/cli/render/text-table.ts';

const columns = [
  { header: 'Name', cells: ['a', 'longer'] },
  { header: 'Hint Faults', cells: ['5', '12345'], isNumber: true },
  { header: 'Last', cells: ['', 'x'] },
];

describe('a table', () => {
  it('has text to the left, numbers to the right, and no blanks at the end of lines', () =>
    expect(textTable(columns, 80)).to.equal(
      ['NAME    HINT FAULTS  LAST', 'a                 5', 'longer        12345  x', ''].join('\n'),
    ));

  it('breaks its headers if it is too wide, from the bottom up', () =>
    expect(textTable(columns, 20)).to.equal(
      ['          HINT', 'NAME    FAULTS  LAST', 'a            5', 'longer   12345  x', ''].join('\n'),
    ));
});
