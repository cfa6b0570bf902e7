import { expect } from 'chai';
import fc from 'fast-check';

import { loadedLatency } from '../../../src/engine/cost/load-curve.ts';
import { MemoryTraffic } from '../../../src/engine/cost/memory-traffic.ts';
import type { MemoryFigures } from '../../../src/engine/machine/memory-system.ts';
import { machine, priced } from '../boot.ts';

const TICK_NS = 4_000_000;
const CURVE = { linearPermille: 490, queuePermille: 10, maxPermille: 3450 };
/** Two sockets of two nodes each. */
const FOUR_NODES = machine({
  nodes: 4,
  distances: [
    [10, 12, 21, 21],
    [12, 10, 21, 21],
    [21, 21, 10, 12],
    [21, 21, 12, 10],
  ],
});

/** Memory of 1000 MB/s per node and links of 500, that slows down as it is loaded. */
function traffic(figures: Partial<MemoryFigures> = {}): MemoryTraffic {
  const { memorySystem } = priced(FOUR_NODES, {
    nodeBandwidthMBps: 1000,
    linkBandwidthMBps: 500,
    loadedLatency: CURVE,
    ...figures,
  });
  if (!memorySystem) throw new Error('no memory system');
  return new MemoryTraffic(memorySystem);
}

const bytesPerTick = (mbps: number): number => mbps * 1e-3 * TICK_NS;
const reading = (mbps: number): { readonly read: number; readonly written: number } => ({
  read: bytesPerTick(mbps),
  written: 0,
});

/** Lets a CPU of a node read from another so much in each tick. */
function read(of: MemoryTraffic, cpuNode: number, memoryNode: number, mbps: number, ticks = 100): void {
  for (let tick = 0; tick < ticks; tick++) {
    of.add(cpuNode, memoryNode, reading(mbps));
    of.settle(TICK_NS);
  }
}

const linkBytes = (of: MemoryTraffic): Readonly<Record<string, number>> =>
  Object.fromEntries(of.links().map(({ from, to, bytes }) => [`${from}→${to}`, bytes]));

describe('what accesses cost under load (design §2.2)', () => {
  it('idle: the latency of each pair of nodes', () => {
    const idle = traffic();
    idle.settle(TICK_NS);
    const row = [0, 1, 2, 3].map((node) => idle.latencyNs(0, node));
    expect(row).to.deep.equal([100, 110, 200, 200]);
    expect(idle.localLatencyNs(3)).to.equal(100);
  });

  it('latency is what the curve has for the traffic there is', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 950 }), (mbps) => {
        const loaded = traffic();
        read(loaded, 0, 0, mbps, 300);
        expect(loaded.latencyNs(0, 0)).to.be.closeTo(100 * loadedLatency(CURVE, mbps / 1000), 0.2);
      }),
      { numRuns: 30 },
    ));

  it('only accesses to the loaded memory get slower, from wherever they come', () => {
    const loaded = traffic();
    read(loaded, 0, 0, 900);
    const grown = loaded.latencyNs(0, 0) / 100;
    expect(grown).to.be.above(1.4);
    expect(loaded.latencyNs(1, 0)).to.be.closeTo(110 * grown, 1e-6);
    expect(loaded.latencyNs(3, 0)).to.be.closeTo(200 * grown, 1e-6);
    for (const node of [1, 2, 3]) expect(loaded.latencyNs(node, node)).to.equal(100);
    expect(loaded.localLatencyNs(0), 'idle latency stays what it is').to.equal(100);
  });

  it('a loaded link slows down what passes it, in that direction alone, not accesses within a socket', () => {
    const loaded = traffic();
    read(loaded, 2, 0, 450);
    expect(loaded.latencyNs(2, 0)).to.be.closeTo(200 * loadedLatency(CURVE, 0.9), 0.2);
    expect(loaded.latencyNs(3, 1), 'another pair of the same sockets').to.equal(loaded.latencyNs(2, 0));
    expect(loaded.latencyNs(0, 2), 'the other direction').to.equal(200);
    expect(loaded.latencyNs(1, 0)).to.be.closeTo(110 * loadedLatency(CURVE, 0.45), 0.2);
  });

  it('the more loaded one of memory and link counts, not both', () => {
    const loaded = traffic();
    for (let tick = 0; tick < 200; tick++) {
      loaded.add(2, 0, reading(300));
      loaded.add(0, 0, reading(600));
      loaded.settle(TICK_NS);
    }
    expect(loaded.latencyNs(2, 0)).to.be.closeTo(200 * loadedLatency(CURVE, 0.9), 0.2);
  });

  it('a change of the traffic shows by a quarter in each tick, and goes by again', () => {
    const loaded = traffic();
    read(loaded, 0, 0, 800, 1);
    expect(loaded.state()[0]).to.be.closeTo(0.8 / 4, 1e-12);
    read(loaded, 0, 0, 0, 100);
    expect(loaded.state().every((demand) => demand === 0)).to.equal(true);
    expect(loaded.latencyNs(0, 0)).to.equal(100);
  });
});

describe('where traffic is counted', () => {
  it('reads at the memory, and on the link towards the CPU; writes on the link towards the memory', () => {
    const counted = traffic();
    counted.add(0, 3, { read: 640, written: 64 });
    expect(counted.nodes().map(({ bytes }) => bytes)).to.deep.equal([0, 0, 0, 704]);
    expect(linkBytes(counted)).to.deep.equal({ '0→1': 64, '1→0': 640 });
  });

  it('sub-NUMA neighbours share no link', () => {
    const counted = traffic();
    counted.add(0, 1, { read: 640, written: 640 });
    expect(linkBytes(counted)).to.deep.equal({ '0→1': 0, '1→0': 0 });
    expect(counted.nodes()[1]?.bytes).to.equal(1280);
  });

  it('accesses from another socket cause so much more at the memory, and the same on the link', () => {
    const counted = traffic({ remoteTraffic: 1.5 });
    counted.add(0, 3, { read: 640, written: 64 });
    counted.add(2, 3, { read: 100, written: 0 });
    expect(counted.nodes()[3]?.bytes).to.equal(1.5 * 704 + 100);
    expect(linkBytes(counted)).to.deep.equal({ '0→1': 64, '1→0': 640 });
  });

  it('a moved page is read on one node, passes the link, and is written on the other', () => {
    const counted = traffic();
    counted.addCopy(0, 2, 4096);
    counted.addCopy(2, 3, 4096);
    expect(counted.nodes().map(({ bytes }) => bytes)).to.deep.equal([4096, 0, 8192, 4096]);
    expect(linkBytes(counted)).to.deep.equal({ '0→1': 4096, '1→0': 0 });
  });

  it('bytes add up since boot', () => {
    const counted = traffic();
    read(counted, 0, 0, 100, 5);
    counted.add(0, 0, { read: 1, written: 0 });
    expect(counted.nodes()[0]?.bytes).to.be.closeTo(5 * bytesPerTick(100) + 1, 1e-6);
  });
});

describe('a program that waits for memory asks for less the longer it waits', () => {
  /** MB/s at the end, of a program that would cause so much at idle latency. */
  function closedLoop(of: MemoryTraffic, cpuNode: number, memoryNode: number, mbps: number): number {
    let got = 0;
    for (let tick = 0; tick < 200; tick++) {
      const idle = cpuNode === memoryNode ? 100 : cpuNode < 2 === memoryNode < 2 ? 110 : 200;
      got = (mbps * idle) / of.latencyNs(cpuNode, memoryNode);
      of.add(cpuNode, memoryNode, reading(got));
      of.settle(TICK_NS);
    }
    return got;
  }

  it('so that traffic settles at the peak of a node', () => {
    for (const mbps of [4000, 10_000, 1_000_000])
      expect(closedLoop(traffic(), 0, 0, mbps)).to.be.closeTo(1000, 1);
  });

  it('and at the peak of a link between sockets', () =>
    expect(closedLoop(traffic(), 0, 2, 10_000)).to.be.closeTo(500, 0.5));

  it('but within a socket at that of the node', () =>
    expect(closedLoop(traffic(), 0, 1, 10_000)).to.be.closeTo(1000, 1));

  it('and below the peak where the curve and the program meet', () => {
    const got = closedLoop(traffic(), 0, 0, 800) / 1000;
    expect(got * loadedLatency(CURVE, got)).to.be.closeTo(0.8, 2e-3);
  });
});
