import { expect } from 'chai';
import fc from 'fast-check';

import { formatCpuList, parseCpuList } from '../../src/api/cpu-list.ts';
import { formatIdList, idListRules } from '../../src/api/id-list.ts';
import { parseNodeList } from '../../src/api/node-list.ts';

describe('lists of ids in the kernel format', () => {
  it('name ids and ranges', () => {
    expect(parseNodeList('0-1,3')).to.deep.equal([0, 1, 3]);
    expect(parseCpuList('8,0-3')).to.deep.equal([0, 1, 2, 3, 8]);
    expect(parseCpuList('2,2,1-3')).to.deep.equal([1, 2, 3]);
  });

  it('are printed as short as possible', () => {
    expect(formatIdList([3, 1, 0, 2, 8])).to.equal('0-3,8');
    expect(formatIdList([5, 6])).to.equal('5-6');
    expect(formatIdList([4, 4])).to.equal('4');
    expect(formatIdList([])).to.equal('');
  });

  it('may be empty for CPUs (a node of memory only), never for nodes', () => {
    expect(parseCpuList('')).to.deep.equal([]);
    expect(() => parseNodeList('')).to.throw('must list NUMA nodes (0 to 63)');
  });

  for (const text of ['a', '1-', '-1', '1,,2', '1,', ' 1', '01', '1-2-3', '64', '0-100000', '0x1']) {
    it(`are not "${text}"`, () =>
      expect(() => parseNodeList(text)).to.throw(
        `as ids and ranges separated by commas, such as 0-3,8, is "${text}"`,
      ));
  }

  it('ascend within a range', () =>
    expect(() => parseNodeList('0,3-1')).to.throw('must have ranges that ascend'));

  it('go up to CPU 8191 and no further', () => {
    for (const id of [0, 9, 10, 99, 100, 999, 1000, 7999, 8000, 8099, 8100, 8189, 8190, 8191]) {
      expect(parseCpuList(`${id}`)).to.deep.equal([id]);
    }
    for (const id of [8192, 8200, 9000, 10_000]) expect(() => parseCpuList(`${id}`)).to.throw('(0 to 8191)');
  });

  it('read back as the ids they were printed from', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(8191)), (ids) => {
        expect(parseCpuList(formatCpuList(ids))).to.deep.equal([...ids].sort((a, b) => a - b));
      }),
    );
  });

  it('never make the rules throw, whatever the text', () => {
    const rules = idListRules({ what: 'things', maxId: 9, id: '[0-9]', mayBeEmpty: false });
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('0', '9', '-', ',', 'x') }), (text) => {
        for (const rule of rules) expect(rule.check(text)).to.be.a('boolean');
      }),
    );
  });
});
