import type { MemorySystemSpec } from '../machine/memory-system.ts';
import { LoadCurve } from './load-curve.ts';

/** 1 MB/s is so many bytes per ns. */
const BYTES_PER_NS = 1e-3;
/** How much of a change of the demand shows in the next tick: what sleeps and wakes within some ticks is evened out. */
const SMOOTHING = 1 / 4;

/** Traffic of a memory, or of one direction of a link between sockets. */
class Resource {
  readonly #bytesPerNs: number;
  readonly #curve: LoadCurve;
  /** Bytes in the current tick, and since boot. */
  #bytes = 0;
  #totalBytes = 0;
  /** Traffic over peak if latency were idle. */
  #demand = 0;
  /** Factor of load on latency. */
  factor = 1;

  constructor(peakMBps: number, curve: LoadCurve) {
    this.#bytesPerNs = peakMBps * BYTES_PER_NS;
    this.#curve = curve;
  }

  get totalBytes(): number {
    return this.#totalBytes + this.#bytes;
  }

  get demand(): number {
    return this.#demand;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  settle(tickNs: number): void {
    const demand = (this.#bytes / (tickNs * this.#bytesPerNs)) * this.factor;
    this.#totalBytes += this.#bytes;
    this.#bytes = 0;
    if (demand === 0 && this.#demand === 0) return;
    this.#demand += (demand - this.#demand) * SMOOTHING;
    if (this.#demand < 1e-9) this.#demand = 0;
    this.factor = this.#curve.factorAt(this.#demand);
  }
}

/**
 * What every access costs at the moment: idle latency times what the load of the memory, or of the link on the way if
 * that is more, makes of it. Traffic is counted per node and link; its effect on latency is settled tick by tick.
 */
export class MemoryTraffic {
  readonly #spec: MemorySystemSpec;
  readonly #nodeCount: number;
  readonly #nodes: readonly Resource[];
  /** By socket the data come from, then by socket they go to. */
  readonly #links: readonly (readonly Resource[])[];
  readonly #latencyNs: Float64Array;

  constructor(spec: MemorySystemSpec) {
    this.#spec = spec;
    this.#nodeCount = spec.sockets.length;
    this.#nodes = spec.nodeBandwidthMBps.map(
      (peak, node) => new Resource(peak, new LoadCurve(spec.loadedLatency[node]!)),
    );
    const sockets = Array.from({ length: Math.max(...spec.sockets) + 1 });
    const curve = new LoadCurve(spec.linkLoadedLatency);
    this.#links = sockets.map(() => sockets.map(() => new Resource(spec.linkBandwidthMBps, curve)));
    this.#latencyNs = Float64Array.from(spec.latencyNs.flat());
  }

  /** ns of an access from a CPU of one node to memory of another, under the load of the last tick. */
  latencyNs(cpuNode: number, memoryNode: number): number {
    return this.#latencyNs[cpuNode * this.#nodeCount + memoryNode]!;
  }

  /** ns of an access to the own node, idle. */
  localLatencyNs(node: number): number {
    return this.#spec.latencyNs[node]![node]!;
  }

  /** Counts what a CPU of a node reads from and writes to the memory of another. */
  add(cpuNode: number, memoryNode: number, bytes: { readonly read: number; readonly written: number }): void {
    const { sockets, remoteTraffic } = this.#spec;
    const [here, there] = [sockets[cpuNode]!, sockets[memoryNode]!];
    const both = bytes.read + bytes.written;
    this.#nodes[memoryNode]!.add(here === there ? both : both * remoteTraffic);
    if (here === there) return;
    this.#links[there]![here]!.add(bytes.read);
    this.#links[here]![there]!.add(bytes.written);
  }

  /** Counts a copy of memory from one node to another. */
  addCopy(from: number, to: number, bytes: number): void {
    this.#nodes[from]!.add(bytes);
    this.#nodes[to]!.add(bytes);
    const [there, here] = [this.#spec.sockets[from]!, this.#spec.sockets[to]!];
    if (here !== there) this.#links[there]![here]!.add(bytes);
  }

  /** Ends a tick. */
  settle(tickNs: number): void {
    for (const node of this.#nodes) node.settle(tickNs);
    for (const links of this.#links) for (const link of links) link.settle(tickNs);
    const { latencyNs, sockets } = this.#spec;
    for (let cpuNode = 0; cpuNode < this.#nodeCount; cpuNode++) {
      for (let memoryNode = 0; memoryNode < this.#nodeCount; memoryNode++) {
        const link = this.#links[sockets[memoryNode]!]![sockets[cpuNode]!]!;
        const factor = Math.max(this.#nodes[memoryNode]!.factor, link.factor);
        this.#latencyNs[cpuNode * this.#nodeCount + memoryNode] = latencyNs[cpuNode]![memoryNode]! * factor;
      }
    }
  }

  /** Bytes since boot and the factor of load on latency, per node. */
  nodes(): readonly TrafficView[] {
    return this.#nodes.map(view);
  }

  /** The same per link between two sockets. */
  links(): readonly LinkTrafficView[] {
    return this.#links.flatMap((links, from) =>
      links.flatMap((link, to) => (from === to ? [] : [{ from, to, ...view(link) }])),
    );
  }

  /** What steers later ticks, for digests. */
  state(): readonly number[] {
    return [...this.#nodes, ...this.#links.flat()].map(({ demand }) => demand);
  }
}

export interface TrafficView {
  readonly bytes: number;
  /** Loaded over idle latency, at least 1. */
  readonly loadFactor: number;
}

export interface LinkTrafficView extends TrafficView {
  /** Socket the data come from, and go to. */
  readonly from: number;
  readonly to: number;
}

function view({ totalBytes, factor }: Resource): TrafficView {
  return { bytes: totalBytes, loadFactor: factor };
}
