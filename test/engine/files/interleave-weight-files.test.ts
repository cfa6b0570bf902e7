import { expect } from 'chai';

import { KernelError } from '../../../src/engine/kernel-error.ts';
import type { Kernel } from '../../../src/engine/kernel.ts';
import { boot, machine, processSpec, region } from '../boot.ts';

const WEIGHTS = '/sys/kernel/mm/mempolicy/weighted_interleave';
const AUTO = `${WEIGHTS}/auto`;

/** A kernel on a machine whose nodes have these bandwidths. */
function withBandwidths(...bandwidths: readonly number[]): Kernel {
  const { nodes, distances } = machine({ nodes: bandwidths.length });
  const described = nodes.map((node, id) => ({ ...node, bandwidth: bandwidths[id]! }));
  return boot({ machine: { nodes: described, distances } });
}

const weights = (kernel: Kernel): readonly number[] =>
  kernel.nodes().map((_, node) => Number(kernel.read(`${WEIGHTS}/node${node}`)));

describe('REF §17.6 weights of interleaving', () => {
  it('there is no weight of a node that is not there', () => {
    const weight = `${WEIGHTS}/node9`;
    expect(boot().exists(weight)).to.equal(false);
    expect(() => boot().read(weight)).to.throw(KernelError, 'ENOENT');
    expect(() => boot().write(weight, '1')).to.throw(KernelError, 'ENOENT');
  });

  it('weights of interleaving are 1 to 255 and steer the next allocations', () => {
    const kernel = boot();
    const weight = `${WEIGHTS}/node0`;
    for (const text of ['0', '256', 'x'])
      expect(() => kernel.write(weight, text)).to.throw(KernelError, 'EINVAL');
    expect(kernel.read(weight)).to.equal('1\n');
    kernel.write(weight, '3');
    kernel.spawn(
      processSpec({
        regions: [
          region('a', 1, { policy: { mode: 'WeightedInterleave', nodes: [0, 1], numaBalancing: false } }),
        ],
      }),
    );
    expect(kernel.processes()[0]!.regions[0]!.pagesPerNode).to.deep.equal([192, 64]);
  });

  it('are those of the bandwidths at boot (REF §20.7), 1 without', () => {
    expect(weights(withBandwidths(350, 350, 60, 60))).to.deep.equal([13, 13, 2, 2]);
    expect(weights(withBandwidths(200, 100))).to.deep.equal([21, 10]);
    expect(weights(withBandwidths(0, 0, 0))).to.deep.equal([1, 1, 1]);
    expect(weights(boot())).to.deep.equal([1, 1]);
    expect(boot().read(AUTO)).to.equal('true\n');
  });

  it('are written by hand from the first write on, and automatic again when that is switched on', () => {
    const kernel = withBandwidths(300, 100);
    kernel.write(`${WEIGHTS}/node0`, '7');
    expect([kernel.read(AUTO), weights(kernel)]).to.deep.equal(['false\n', [7, 1]]);
    kernel.write(AUTO, 'true');
    expect([kernel.read(AUTO), weights(kernel)]).to.deep.equal(['true\n', [3, 1]]);
    kernel.write(AUTO, 'false');
    expect([kernel.read(AUTO), weights(kernel)]).to.deep.equal(['false\n', [3, 1]]);
  });

  it('a refused weight leaves them automatic', () => {
    const kernel = boot();
    expect(() => kernel.write(`${WEIGHTS}/node0`, '0')).to.throw(KernelError, 'EINVAL');
    expect(kernel.read(AUTO)).to.equal('true\n');
  });

  it('the switch takes the kernel’s words for true and false, and no others', () => {
    const kernel = boot();
    for (const [text, value] of [
      ['0', 'false\n'],
      ['Y', 'true\n'],
      ['off', 'false\n'],
      ['on\n', 'true\n'],
      ['n', 'false\n'],
      ['1', 'true\n'],
    ] as const) {
      kernel.write(AUTO, text);
      expect(kernel.read(AUTO), text).to.equal(value);
    }
    for (const text of ['', '2', 'maybe', 'truth'])
      expect(() => kernel.write(AUTO, text)).to.throw(KernelError, 'EINVAL');
    expect(kernel.read(AUTO)).to.equal('true\n');
  });

  it('a bandwidth is no negative number', () => {
    for (const bandwidth of [-1, NaN, Infinity])
      expect(() => withBandwidths(bandwidth, 1)).to.throw(KernelError, 'EINVAL');
  });
});
