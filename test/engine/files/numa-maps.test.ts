import { expect } from 'chai';

import { ANONYMOUS } from '../../../src/engine/memory/vma.ts';
import type { VmaFlags } from '../../../src/engine/memory/vma.ts';
import { boot } from '../boot.ts';

const SHARED = { ...ANONYMOUS, shared: true };
const FILE = { ...SHARED, file: true };

/** Two processes on nodes 0 and 1 that map the same 8 pages: the first touches pages 0 to 5, the second 4 to 6. */
function sharers(flags: VmaFlags, name = 's') {
  const kernel = boot();
  const pids = [0, 1].map((cpu) =>
    kernel.calls.start({
      comm: 'p',
      cgroup: '/',
      streamName: `p${cpu}`,
      origin: 'Exec',
      main: { affinity: [cpu] },
    }),
  );
  for (const pid of pids) kernel.calls.map(pid, { name, pages: 8, flags, sharedObject: 'object' });
  kernel.calls.touch(pids[0]!, name, [0, 6]);
  kernel.calls.touch(pids[1]!, name, [4, 7]);
  return pids.map((pid) => kernel.read(`/proc/${pid}/numa_maps`));
}

describe('/proc/<pid>/numa_maps (numa(7))', () => {
  it('counts by node what this mapping maps, whatever else of the object is there', () => {
    const [first, second] = sharers(SHARED);
    expect(first).to.contain(' N0=6 kernelpagesize_kB=4\n');
    expect(second).to.contain(' N0=2 N1=1 kernelpagesize_kB=4\n');
  });

  it('shared memory is mapped, not anonymous, and says how many mappings share a page at most', () => {
    const zero = 'file=/dev/zero\\040(deleted)';
    expect(sharers(SHARED)[1]).to.equal(
      `7f0000000000 default ${zero} mapped=3 mapmax=2 N0=2 N1=1 kernelpagesize_kB=4\n`,
    );
  });

  it('a file is shown by its name, with white space escaped', () => {
    expect(sharers(FILE, 'a b')[0]).to.equal(
      '7f0000000000 default file=/a\\040b mapped=6 mapmax=2 N0=6 kernelpagesize_kB=4\n',
    );
  });

  it('a mapping nobody touched has its policy and its file only', () => {
    const kernel = boot();
    const pid = kernel.calls.start({ comm: 'p', cgroup: '/', streamName: 'p', origin: 'Exec', main: {} });
    kernel.calls.map(pid, { name: 'heap', pages: 8 });
    kernel.calls.map(pid, { name: 'f', pages: 8, flags: FILE });
    expect(kernel.read(`/proc/${pid}/numa_maps`)).to.equal(
      '7f0000000000 default\n7f0000200000 default file=/f\n',
    );
  });
});
