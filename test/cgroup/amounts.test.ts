import { expect } from 'chai';

import { amounts, greatest, overlay, sum } from '../../src/cgroup/amounts.ts';

describe('amounts', () => {
  it('are thousandths for CPU, units for the rest, rounded up', () => {
    const list = amounts({ cpu: '1.5', memory: '1.5Gi', 'hugepages-2Mi': '4Mi' }, 'here');
    expect([...list]).to.deep.equal([
      ['cpu', 1500],
      ['memory', 1_610_612_736],
      ['hugepages-2Mi', 4_194_304],
    ]);
    expect(amounts({ cpu: '100u', memory: '100m' }, 'here')).to.deep.equal(
      new Map([
        ['cpu', 1],
        ['memory', 1],
      ]),
    );
  });

  it('may be plain numbers, as YAML has them', () => {
    expect(amounts({ cpu: 2 }, 'here').get('cpu')).to.equal(2000);
  });

  it('that are no quantities are refused, with the place', () => {
    expect(() => amounts({ memory: '64Mo' }, 'Pod a/b: spec.containers[0].resources.limits'))
      .to.throw('Pod a/b: spec.containers[0].resources.limits.memory: ')
      .with.property('code', 'NUMASIM_OBJECT_INVALID');
  });

  it('add, take the greatest, and overlay', () => {
    const a = new Map([
      ['cpu', 1],
      ['memory', 5],
    ]);
    const b = new Map([['cpu', 3]]);
    expect(sum(a, b)).to.deep.equal(new Map([['cpu', 4], ['memory', 5]])); // prettier-ignore
    expect(greatest(a, b)).to.deep.equal(new Map([['cpu', 3], ['memory', 5]])); // prettier-ignore
    expect(overlay(b, a)).to.deep.equal(a);
  });
});
