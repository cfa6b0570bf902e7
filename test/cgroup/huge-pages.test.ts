import { expect } from 'chai';

import { hugePageCapacity, hugePageSize } from '../../src/cgroup/huge-pages.ts';

describe('huge pages', () => {
  it('have the kernel’s size names', () => {
    expect(['hugepages-64Ki', 'hugepages-2Mi', 'hugepages-1Gi'].map(hugePageSize)).to.deep.equal([
      '64KB',
      '2MB',
      '1GB',
    ]);
  });

  it('are no other resource', () => {
    expect(hugePageSize('memory')).to.equal(undefined);
    expect(hugePageSize('hugepages-')).to.equal(undefined);
  });

  it('of a node are those of its capacity', () => {
    const capacity = new Map([
      ['cpu', 8000],
      ['hugepages-2Mi', 134_217_728],
    ]);
    expect(hugePageCapacity(capacity)).to.deep.equal({ '2MB': 134_217_728 });
  });
});
