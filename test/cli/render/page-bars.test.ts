import { expect } from 'chai';

import { noCounts } from '../../../src/api/counters.ts';
import { pageBars } from '../../../src/cli/render/page-bars.ts';

function bars(
  pagesPerNode: readonly number[],
  threadNodes: readonly number[],
  cpuTime = { totalNs: 1e9, balancingNs: 0 },
): readonly string[] {
  const cgroup = {
    namespace: 'shop',
    pod: 'web',
    podUid: 'u',
    container: 'app',
    path: '/x',
    numaLoadBalance: 1,
    tasks: 1,
    counters: noCounts,
    pagesPerNode,
    localPages: 0,
    remotePages: 0,
  };
  const mark = (place: string, text: string): string =>
    place === 'local' ? text : text.replaceAll('█', '▒');
  return pageBars({ node: 'node-0', cgroup, threadNodes, cpuTime }, mark).split('\n');
}

describe('where the pages are', () => {
  it('is a bar per NUMA node with its share and size, the threads’ nodes marked', () =>
    expect(bars([3072, 1024], [0])).to.deep.equal([
      'shop/web/app on node-0, balancing on',
      `  node 0  ${'█'.repeat(30)}${'·'.repeat(10)}   75%       12.0 MiB  ◀ threads`,
      `  node 1  ${'▒'.repeat(10)}${'·'.repeat(30)}   25%        4.0 MiB`,
      '',
    ]));

  it('shows one page among many, and does not call almost all all', () => {
    const [, most, least] = bars([999_999, 1], [0]);
    expect(most).to.include('█'.repeat(39)).and.include('>99%');
    expect(least).to.include('▒···').and.include('<1%');
  });

  it('shows nothing for a container without pages', () => {
    const [, first] = bars([0, 0], []);
    expect(first).to.include('·'.repeat(40)).and.include(' 0%');
  });

  it('says what balancing took of the CPU time', () => {
    const [title] = bars([1], [0], { totalNs: 3e9, balancingNs: 1e7 });
    expect(title).to.match(/, balancing on, which takes 0\.33 % of its CPU time$/u);
  });
});
