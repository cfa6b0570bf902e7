import { expect } from 'chai';

import { KernelError } from '../../../src/engine/kernel-error.ts';
import type { MemoryFigures, MemorySystemSpec } from '../../../src/engine/machine/memory-system.ts';
import { presetMachine } from '../../../src/engine/machine/presets.ts';
import type { PresetName } from '../../../src/engine/machine/presets.ts';
import { Topology } from '../../../src/engine/machine/topology.ts';
import type { MachineSpec } from '../../../src/engine/machine/topology.ts';
import { FLAT, MESH, TWO_NODES, machine, priced } from '../boot.ts';

/** 100 ns local, 110 sub-NUMA, 200 remote, 300 two hops, 250 CXL. */
function systemOf(spec: MachineSpec, figures: Partial<MemoryFigures> = {}): MemorySystemSpec {
  const { memorySystem } = priced(spec, figures);
  if (!memorySystem) throw new Error('no memory system');
  return memorySystem;
}

const ofPreset = (name: PresetName): MemorySystemSpec => systemOf(presetMachine(name, 16, 65_536));

/** Two nodes so far apart. */
const pair = (distance: number): MachineSpec =>
  machine({
    nodes: 2,
    distances: [
      [10, distance],
      [distance, 10],
    ],
  });

describe('sockets, guessed from the distances', () => {
  for (const [name, sockets] of [
    ['SingleNode', [0]],
    ['TwoSocket', [0, 1]],
    ['FourSocket', [0, 1, 2, 3]],
    ['SubNumaCluster', [0, 0, 1, 1]],
    ['NodesPerSocket4', [0, 0, 0, 0, 1, 1, 1, 1]],
    ['SapphireRapidsSnc4', [0, 0, 0, 0, 1, 1, 1, 1]],
    ['EpycNps1', [0, 1]],
    ['DramCxl', [0, 1, 0]],
  ] as const) {
    it(`of ${name}`, () => expect(ofPreset(name).sockets).to.deep.equal(sockets));
  }

  it('nodes less than 16 apart share one', () => {
    expect(systemOf(pair(15)).sockets).to.deep.equal([0, 0]);
    expect(systemOf(pair(16)).sockets).to.deep.equal([0, 1]);
  });

  it('memory without CPUs hangs on that of the nearest CPUs', () => {
    const { nodes } = machine({ nodes: 3 });
    const far = {
      nodes: [{ cpus: [], pages: 1024 }, ...nodes.slice(0, 2)],
      distances: [
        [10, 28, 17],
        [28, 10, 21],
        [17, 21, 10],
      ],
    };
    expect(systemOf(far).sockets).to.deep.equal([1, 0, 1]);
  });
});

describe('idle latencies of each pair of nodes', () => {
  it('the own node, and another socket', () =>
    expect(systemOf(TWO_NODES).latencyNs).to.deep.equal([
      [100, 200],
      [200, 100],
    ]));

  it('another node of the same socket', () =>
    expect(ofPreset('SubNumaCluster').latencyNs[0]).to.deep.equal([100, 110, 200, 200]));

  it('a socket two links away: further than the nearest two sockets are', () =>
    expect(systemOf(MESH).latencyNs).to.deep.equal([
      [100, 200, 300, 200],
      [200, 100, 200, 300],
      [300, 200, 100, 200],
      [200, 300, 200, 100],
    ]));

  it('fully connected sockets are one link apart, however far that is', () =>
    expect(ofPreset('EpycNps1').latencyNs[0]).to.deep.equal([100, 200]));

  it('CXL memory, and what another socket is further away from it', () => {
    const { latencyNs } = ofPreset('DramCxl');
    expect([latencyNs[0]?.[2], latencyNs[1]?.[2]]).to.deep.equal([250, 350]);
  });

  it('are taken as they are where they are given', () => {
    const latencyNs = [
      [90, 130],
      [140, 95],
    ];
    expect(systemOf(TWO_NODES, { latencyNs }).latencyNs).to.equal(latencyNs);
  });
});

describe('bandwidths and curves', () => {
  it('of memory with CPUs and of memory without', () =>
    expect(ofPreset('DramCxl').nodeBandwidthMBps).to.deep.equal([100_000, 100_000, 30_000]));

  it('a curve of a single node is not that of the others, nor of the links', () => {
    const points = { points: [{ trafficPermille: 1000, latencyPermille: 3000 }] };
    const system = systemOf(TWO_NODES, { loadedLatencyOfNode: new Map([[1, points]]) });
    expect(system.loadedLatency).to.deep.equal([FLAT, points]);
    expect(system.linkLoadedLatency).to.deep.equal(FLAT);
  });

  it('everything fits the machine it was made for', () => {
    for (const name of ['TwoSocket', 'NodesPerSocket4', 'DramCxl'] as const) {
      const spec = presetMachine(name, 16, 65_536);
      expect(() => new Topology(priced(spec))).not.to.throw();
    }
  });
});

describe('a memory system that is none', () => {
  const good = systemOf(TWO_NODES);
  for (const [what, change, message] of [
    ['latencies of too few nodes', { latencyNs: [[100, 200]] }, /2 rows/u],
    ['a row that is too short', { latencyNs: [[100, 200], [200]] }, /2 rows/u],
    [
      'a latency of 0',
      {
        latencyNs: [
          [100, 0],
          [200, 100],
        ],
      },
      /latency is more than 0/u,
    ],
    ['bandwidth of one node', { nodeBandwidthMBps: [1] }, /2 bandwidths/u],
    ['no bandwidth', { nodeBandwidthMBps: [1, 0] }, /bandwidth is more than 0/u],
    ['a link without bandwidth', { linkBandwidthMBps: NaN }, /bandwidth is more than 0/u],
    ['sockets of one node', { sockets: [0] }, /2 bandwidths, sockets/u],
    ['a socket there cannot be', { sockets: [0, 2] }, /sockets are numbered/u],
    ['half a socket', { sockets: [0, 0.5] }, /sockets are numbered/u],
    ['a curve of one node', { loadedLatency: [FLAT] }, /curves/u],
    ['less traffic than there is', { remoteTraffic: 0.9 }, /at least 1/u],
  ] as const) {
    it(`${what} is refused`, () =>
      expect(() => new Topology({ ...TWO_NODES, memorySystem: { ...good, ...change } })).to.throw(
        KernelError,
        message,
      ));
  }
});
