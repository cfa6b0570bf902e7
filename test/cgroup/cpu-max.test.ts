import { expect } from 'chai';

import { cpuMax } from '../../src/cgroup/cpu-max.ts';

describe('cpu.max of a CPU limit', () => {
  it('is the limit’s share of the period', () => {
    expect(cpuMax(500, 100_000)).to.equal('50000 100000');
    expect(cpuMax(1500, 100_000)).to.equal('150000 100000');
    expect(cpuMax(500, 20_000)).to.equal('10000 20000');
  });

  it('is never less than 1 ms (5m asks for 0.5 ms)', () => {
    expect(cpuMax(5, 100_000)).to.equal('1000 100000');
  });

  it('is unlimited without a limit', () => {
    expect(cpuMax(0, 100_000)).to.equal('max 100000');
  });
});
