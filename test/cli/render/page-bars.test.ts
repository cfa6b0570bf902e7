import { expect } from 'chai';

import { noCounts } from '../../../src/api/counters.ts';
import type { SimulatedCgroup } from '../../../src/api/simulated-node.ts';
import { pageBars } from '../../../src/cli/render/page-bars.ts';

function bars(
  pagesPerNode: readonly number[],
  threadNodes: readonly number[],
  performance: Partial<SimulatedCgroup> = {},
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
    ...performance,
  };
  const mark = (place: string, text: string): string =>
    place === 'local' ? text : text.replaceAll('█', '▒');
  return pageBars({ node: 'node-0', cgroup, threadNodes }, mark).split('\n');
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

  it('says how the programs got on since their start, and what balancing took of their time', () => {
    const lines = bars([1], [0], {
      localAccesses: 300,
      remoteAccesses: 100,
      cpuTimeMs: 2000,
      progressMs: 1500,
      balancingTimeMs: 8,
    });
    expect(lines[2]).to.equal(
      '  since its start: 75.0 % of accesses local, 75.0 % of full speed, 0.4 % of CPU time for balancing',
    );
  });

  it('says nothing of accesses where none went to memory', () => {
    const lines = bars([1], [0], { localAccesses: 0, remoteAccesses: 0, cpuTimeMs: 10, progressMs: 10 });
    expect(lines[2]).to.equal('  since its start: 100.0 % of full speed, 0.0 % of CPU time for balancing');
  });

  it('says nothing of programs that did not run', () =>
    expect(bars([1], [0], { cpuTimeMs: 0, localAccesses: 0 })).to.have.lengthOf(3));
});
