import { expect } from 'chai';

import { memoryHighFile, memoryLimitFile } from '../../src/cgroup/memory-files.ts';

const MiB = 1024 * 1024;

describe('memory files', () => {
  it('show whole pages: 100M is cut to 24414 pages', () => {
    expect(memoryLimitFile(100_000_000)).to.equal('99999744');
    expect(memoryLimitFile(128 * MiB)).to.equal('134217728');
  });

  it('a limit of 0 is no limit', () => {
    expect(memoryLimitFile(0)).to.equal('max');
  });

  it('memory.high lies between request and limit by the factor', () => {
    expect(memoryHighFile(64 * MiB, 128 * MiB, 0.9)).to.equal('127504384');
  });

  it('memory.high without a limit is a part of the node’s memory', () => {
    expect(memoryHighFile(0, 5_753_167_872, 0.9)).to.equal('5177847808');
  });

  it('memory.high is not written where it would be no more than the request', () => {
    expect(memoryHighFile(64 * MiB, 64 * MiB + 10, 0.9)).to.equal('max');
  });
});
