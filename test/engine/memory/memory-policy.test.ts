import { expect } from 'chai';

import { KernelError } from '../../../src/engine/kernel-error.ts';
import { DEFAULT_VARIANT } from '../../../src/engine/machine/variant.ts';
import type { KernelVariant } from '../../../src/engine/machine/variant.ts';
import { InterleaveCursor } from '../../../src/engine/memory/interleave-cursor.ts';
import {
  automaticInterleaveWeights,
  createMemoryPolicy,
  interleaveIndex,
  interleaveNode,
  weightedInterleaveNode,
} from '../../../src/engine/memory/memory-policy.ts';
import type { MemoryPolicyMode } from '../../../src/engine/memory/memory-policy.ts';

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe('REF §20.7 interleave', () => {
  it('static over nodes {0,2,3}', () => {
    const nodes = upTo(9).map((index) => interleaveNode([0, 2, 3], index));
    expect(nodes).to.deep.equal([0, 2, 3, 0, 2, 3, 0, 2, 3]);
  });

  it('dynamic from a fresh policy gives the same sequence', () => {
    const cursor = new InterleaveCursor(3);
    expect(upTo(9).map(() => cursor.next([0, 2, 3]))).to.deep.equal([0, 2, 3, 0, 2, 3, 0, 2, 3]);
  });

  it('anonymous base pages: the page number decides', () => {
    const start = 0x7f00_0000_0000 / 4096;
    const nodes = upTo(5).map((page) => interleaveNode([0, 1, 2, 3], interleaveIndex(start, page, 0)));
    expect(nodes).to.deep.equal([0, 1, 2, 3, 0]);
  });

  it('huge pages of a VMA at 0x7f0000200000 over {0,1}: 1 0 1 0', () => {
    const start = 0x7f00_0020_0000 / 4096;
    const nodes = upTo(4).map((huge) => interleaveNode([0, 1], interleaveIndex(start, 512 * huge, 9)));
    expect(nodes).to.deep.equal([1, 0, 1, 0]);
  });

  it('an unaligned VMA: both terms of the index are truncated separately', () => {
    const start = 0x7f00_0030_1000;
    const index = (address: number): number => interleaveIndex(start / 4096, (address - start) / 4096, 9);
    expect(index(0x7f00_0040_0000)).to.equal(66_584_577);
    expect(index(0x7f00_0060_0000)).to.equal(66_584_578);
  });

  for (const [nodes, weights, expected] of [
    [
      [0, 1],
      [5, 2],
      [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1],
    ],
    [
      [0, 1, 2],
      [3, 1, 2],
      [0, 0, 0, 1, 2, 2, 0, 0, 0, 1, 2, 2],
    ],
  ] as const) {
    it(`weighted ${weights.join(':')}, static and dynamic`, () => {
      const cursor = new InterleaveCursor(3);
      const indices = upTo(expected.length);
      expect(indices.map((index) => weightedInterleaveNode(nodes, weights, index))).to.deep.equal(expected);
      expect(indices.map(() => cursor.nextWeighted(nodes, weights))).to.deep.equal(expected);
    });
  }

  it('a node without a weight of its own counts once', () => {
    expect(upTo(4).map((index) => weightedInterleaveNode([0, 1], [3], index))).to.deep.equal([0, 0, 0, 1]);
  });

  for (const [bandwidths, weights] of [
    [
      [100, 100],
      [1, 1],
    ],
    [
      [200, 100],
      [21, 10],
    ],
    [
      [300, 100],
      [3, 1],
    ],
    [
      [256, 64],
      [25, 6],
    ],
    [
      [350, 350, 60, 60],
      [13, 13, 2, 2],
    ],
    [
      [1000, 10],
      [31, 1],
    ],
  ] as const) {
    it(`automatic weights of bandwidths ${bandwidths.join('/')}`, () => {
      expect(automaticInterleaveWeights(bandwidths)).to.deep.equal(weights);
    });
  }
});

describe('REF §17.6 memory policies', () => {
  const create = (
    mode: MemoryPolicyMode,
    options: {
      nodes?: readonly number[];
      flag?: boolean;
      interleave?: boolean;
      rfc?: KernelVariant['rfc'];
    } = {},
  ) =>
    createMemoryPolicy({ mode, nodes: options.nodes ?? [], numaBalancing: options.flag ?? false }, 2, {
      rfc: options.rfc ?? 'V1',
      interleave: options.interleave ?? true,
    });

  for (const [mode, nodes] of [
    ['Local', []],
    ['Preferred', [1]],
    ['PreferredMany', [0, 1]],
    ['Bind', [0, 1]],
    ['Interleave', [0, 1]],
    ['WeightedInterleave', [0, 1]],
  ] as const) {
    it(`${mode} without the flag is never balanced`, () => {
      expect(create(mode, { nodes })).to.include({
        migrateOnFault: false,
        migrateOnReferenceNode: false,
        taskOnly: false,
      });
    });
  }

  for (const mode of ['Bind', 'PreferredMany'] as const) {
    it(`${mode} with the flag follows the task`, () => {
      expect(create(mode, { nodes: [1, 0], flag: true })).to.deep.include({
        nodes: [0, 1],
        migrateOnFault: true,
        migrateOnReferenceNode: true,
        taskOnly: false,
      });
    });
  }

  for (const [mode, nodes] of [
    ['Default', []],
    ['Local', []],
    ['Preferred', [1]],
    ['WeightedInterleave', [0, 1]],
  ] as const) {
    it(`${mode} with the flag is EINVAL`, () => {
      expect(() => create(mode, { nodes, flag: true })).to.throw(KernelError, 'EINVAL');
    });
  }

  it('Interleave with the flag: task only with the interleave patch, EINVAL without', () => {
    expect(create('Interleave', { nodes: [0, 1], flag: true })).to.include({
      migrateOnFault: true,
      migrateOnReferenceNode: false,
      taskOnly: true,
    });
    expect(() => create('Interleave', { nodes: [0, 1], flag: true, interleave: false })).to.throw(
      KernelError,
      'EINVAL',
    );
  });

  it('Interleave with the flag: an unpatched kernel says EINVAL whatever else is asked for', () => {
    const options = { nodes: [0, 1], flag: true, interleave: true } as const;
    expect(() => create('Interleave', { ...options, rfc: 'Off' })).to.throw(KernelError, 'EINVAL');
    for (const rfc of ['V2', 'AllAncestors'] as const)
      expect(create('Interleave', { ...options, rfc })).to.include({ taskOnly: true });
  });

  it('Default is no policy at all', () => {
    expect(create('Default')).to.equal(null);
  });

  it('Preferred keeps the first of several nodes', () => {
    expect(create('Preferred', { nodes: [1, 0] })).to.deep.include({ nodes: [0] });
  });

  it('a home node is for Bind and PreferredMany, and exists', () => {
    const withHome = (mode: MemoryPolicyMode, homeNode: number) => () =>
      createMemoryPolicy({ mode, nodes: [0], numaBalancing: false, homeNode }, 2, DEFAULT_VARIANT);
    expect(withHome('Bind', 1)()).to.include({ homeNode: 1 });
    expect(withHome('PreferredMany', 0)()).to.include({ homeNode: 0 });
    for (const refused of [
      withHome('Preferred', 0),
      withHome('Interleave', 0),
      withHome('Bind', 2),
      withHome('Bind', -1),
    ])
      expect(refused).to.throw(KernelError, 'EINVAL');
  });

  for (const [what, mode, nodes] of [
    ['a node the machine lacks', 'Bind', [2]],
    ['a negative node', 'Bind', [-1]],
    ['half a node', 'Bind', [0.5]],
    ['no node where one is needed', 'Interleave', []],
    ['a node where none is taken', 'Local', [0]],
  ] as const) {
    it(`${what} is EINVAL`, () => {
      expect(() => create(mode, { nodes })).to.throw(KernelError, 'EINVAL');
    });
  }
});
