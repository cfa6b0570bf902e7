import { expect } from 'chai';

import { resolveNodeConfig } from '../../src/api/resolve-node-config.ts';
import type { MachineSpec } from '../../src/engine/machine/topology.ts';
import { machineOf } from '../../src/fleet/machine.ts';
import type { MachineResult } from '../../src/fleet/machine.ts';
import { testConfig, testNode } from './builders.ts';

type Json = Readonly<Record<string, unknown>>;

const pagesOf = (mib: number): number => mib * 256;

function made(topology: Json | undefined, allocatable: Readonly<Record<string, string>> = {}): MachineResult {
  const { spec } = testConfig('c', topology === undefined ? {} : { topology });
  return machineOf(testNode('node1', { allocatable }), resolveNodeConfig(spec, 'node1'));
}

function nodes(
  topology: Json | undefined,
  allocatable?: Readonly<Record<string, string>>,
): readonly string[] {
  const result = made(topology, allocatable);
  if (!('machine' in result)) throw new Error(result.problem);
  return result.machine.nodes.map(({ cpus, pages }) => `${cpus.join(',')}:${pages}`);
}

function problem(topology: Json, allocatable?: Readonly<Record<string, string>>): string | undefined {
  const result = made(topology, allocatable);
  return 'problem' in result ? result.problem : undefined;
}

describe('the machine of a node', () => {
  const eight = { cpu: '8', memory: '1Gi' };
  const distances = [
    [10, 30],
    [30, 10],
  ];

  describe('from a preset, scaled to what the node can allocate', () => {
    const cases: Readonly<Record<string, readonly string[]>> = {
      SingleNode: [`0,1,2,3,4,5,6,7:${pagesOf(1024)}`],
      TwoSocket: [`0,1,2,3:${pagesOf(512)}`, `4,5,6,7:${pagesOf(512)}`],
      FourSocket: ['0,1', '2,3', '4,5', '6,7'].map((cpus) => `${cpus}:${pagesOf(256)}`),
      SubNumaCluster: ['0,1', '2,3', '4,5', '6,7'].map((cpus) => `${cpus}:${pagesOf(256)}`),
      NodesPerSocket4: [0, 1, 2, 3, 4, 5, 6, 7].map((cpu) => `${cpu}:${pagesOf(128)}`),
      DramCxl: [`0,1,2,3:${pagesOf(384)}`, `4,5,6,7:${pagesOf(384)}`, `:${pagesOf(256)}`],
    };
    for (const [preset, expected] of Object.entries(cases)) {
      it(preset, () => expect(nodes({ preset }, eight)).to.deep.equal(expected));
    }

    it('TwoSocket where nothing is said', () =>
      expect(nodes(undefined, eight)).to.deep.equal(cases.TwoSocket));

    it('TwoSocket where the node’s own topology is asked for, which is not read yet', () =>
      expect(nodes({ nodeResourceTopology: {} }, eight)).to.deep.equal(cases.TwoSocket));

    it('capacity counts where nothing is said about allocatable', () => {
      const node = { metadata: { name: 'n' }, status: { capacity: { cpu: '2', memory: '8Mi' } } };
      const result = machineOf(node, resolveNodeConfig(undefined, 'n'));
      expect('machine' in result && result.machine.nodes).to.deep.equal([
        { cpus: [0], pages: pagesOf(4) },
        { cpus: [1], pages: pagesOf(4) },
      ]);
    });

    it('a part of a CPU is left out', () =>
      expect(nodes({ preset: 'SingleNode' }, { cpu: '3900m' })[0]).to.match(/^0,1,2:/u));
  });

  describe('of a tiny Kubernetes node', () => {
    it('has a CPU per NUMA node all the same', () =>
      expect(nodes({ preset: 'FourSocket' }, { cpu: '100m', memory: '4Mi' })).to.deep.equal(
        [0, 1, 2, 3].map((cpu) => `${cpu}:${pagesOf(1)}`),
      ));

    it('is none without a page per NUMA node', () =>
      expect(problem({ preset: 'TwoSocket' }, { memory: '4Ki' })).to.match(/do not make a machine/u));
  });

  describe('as described', () => {
    it('keeps CPUs, memory (rounded up to pages) and distances', () => {
      const result = made({
        nodes: [
          { cpus: '0-1,3', memory: '1Mi' },
          { cpus: '2', memory: 5000 },
        ],
        distances,
      });
      expect(result)
        .to.have.property('machine')
        .that.deep.includes({
          nodes: [
            { cpus: [0, 1, 3], pages: 256 },
            { cpus: [2], pages: 2 },
          ],
          distances,
        });
    });

    it('may have nodes of memory only', () =>
      expect(
        nodes({
          nodes: [
            { cpus: '0', memory: '1Mi' },
            { cpus: '', memory: '1Mi' },
          ],
          distances,
        }),
      ).to.deep.equal(['0:256', ':256']));

    it('a CPU of two nodes is named', () =>
      expect(
        problem({
          nodes: [
            { cpus: '0-1', memory: '1Mi' },
            { cpus: '1-2', memory: '1Mi' },
          ],
          distances,
        }),
      ).to.equal('spec.topology.nodes[1].cpus CPU 1 is in node 0 already; each CPU must be in one node'));

    it('a gap in the CPU ids is named', () =>
      expect(problem({ nodes: [{ cpus: '0,2', memory: '1Mi' }], distances: [[10]] })).to.match(
        /CPU ids must be 0 to 1.*see id 2/u,
      ));

    it('a machine without memory is named', () =>
      expect(problem({ nodes: [{ cpus: '0', memory: 0 }], distances: [[10]] })).to.match(
        /no node has memory/u,
      ));
  });

  describe('what its memory costs', () => {
    const system = (spec: Json): NonNullable<MachineSpec['memorySystem']> => {
      const config = resolveNodeConfig(testConfig('c', spec).spec, 'node1');
      const result = machineOf(testNode('node1', { allocatable: eight }), config);
      if (!('machine' in result) || !result.machine.memorySystem) throw new Error('no memory system');
      return result.machine.memorySystem;
    };

    it('is the generic set where nothing is said', () => {
      const { latencyNs, ...rest } = system({});
      expect(latencyNs).to.deep.equal([
        [100, 160],
        [160, 100],
      ]);
      const curve = { linearPermille: 490, queuePermille: 10, maxPermille: 3450 };
      expect(rest).to.deep.equal({
        nodeBandwidthMBps: [100_000, 100_000],
        sockets: [0, 1],
        linkBandwidthMBps: 77_000,
        remoteTraffic: 1,
        loadedLatency: [curve, curve],
        linkLoadedLatency: curve,
      });
    });

    it('follows single costs', () => {
      const costs = {
        localLatencyNs: 90,
        remoteLatencyPermille: 2000,
        nodeBandwidthMBps: 50_000,
        linkBandwidthPermille: 500,
        remoteTrafficPermille: 1500,
        loadedLatencyMaxPermille: 2000,
      };
      expect(system({ costs })).to.deep.include({
        latencyNs: [
          [90, 180],
          [180, 90],
        ],
        nodeBandwidthMBps: [50_000, 50_000],
        linkBandwidthMBps: 25_000,
        remoteTraffic: 1.5,
        linkLoadedLatency: { linearPermille: 490, queuePermille: 10, maxPermille: 2000 },
      });
    });

    it('a measured curve is that of its node alone', () => {
      const points = [{ trafficPermille: 500, latencyPermille: 1500 }];
      const { loadedLatency, linkLoadedLatency } = system({
        costs: { loadedLatencyTables: [{ node: 1, points }] },
      });
      expect(loadedLatency[1]).to.deep.equal({ points });
      expect(loadedLatency[0]).to.deep.equal(linkLoadedLatency).and.have.property('linearPermille');
    });

    it('memory without CPUs has the bandwidth and latency of CXL', () =>
      expect(system({ topology: { preset: 'DramCxl' } })).to.deep.include({
        nodeBandwidthMBps: [100_000, 100_000, 30_000],
        sockets: [0, 1, 0],
        latencyNs: [
          [100, 160, 260],
          [160, 100, 320],
          [260, 320, 260],
        ],
      }));

    it('latencies that are stated replace those that follow from distances', () => {
      const latencyNs = [
        [80, 300],
        [310, 85],
      ];
      const two = ['0-1', '2-3'].map((cpus) => ({ cpus, memory: '512Mi' }));
      expect(system({ topology: { nodes: two, distances, latencyNs } }).latencyNs).to.deep.equal(latencyNs);
    });
  });
});
