import type { LoadCurveSpec } from '../cost/load-curve.ts';
import { KernelError } from '../kernel-error.ts';
import type { MachineSpec } from './topology.ts';

/** What accesses cost on a machine (design §2.2, §2.3). Distances decide policy, these figures decide cost. */
export interface MemorySystemSpec {
  /** Idle latency of an access, ns: by node of the CPU, then by node of the memory. */
  readonly latencyNs: readonly (readonly number[])[];
  /** Most that the memory of each node gives and takes, MB/s. */
  readonly nodeBandwidthMBps: readonly number[];
  /** Socket of each node, from 0; a memory-only node has that of the socket it hangs on. */
  readonly sockets: readonly number[];
  /** Most that passes from one socket to another, in one direction, MB/s. */
  readonly linkBandwidthMBps: number;
  /**
   * Traffic that an access from another socket causes at the memory over that of one from the own socket, at least 1: homes
   * that keep their directory in memory have to update it, and streams from many CPUs get in each other's way.
   */
  readonly remoteTraffic: number;
  /** Latency of each node's memory under load. */
  readonly loadedLatency: readonly LoadCurveSpec[];
  /** Latency of a link under load. */
  readonly linkLoadedLatency: LoadCurveSpec;
}

/** @throws KernelError EINVAL when the description does not fit a machine of so many nodes */
export function checkMemorySystem(spec: MemorySystemSpec, nodeCount: number): void {
  const check = (holds: boolean, what: string): void => {
    if (!holds) throw new KernelError('EINVAL', 'memory system', what);
  };
  const isPositive = (value: number): boolean => value > 0 && value < Infinity;
  const { latencyNs, nodeBandwidthMBps, sockets, loadedLatency } = spec;
  const square = latencyNs.length === nodeCount && latencyNs.every((row) => row.length === nodeCount);
  check(square, `latencies of ${nodeCount} nodes need ${nodeCount} rows of as many`);
  check(latencyNs.flat().every(isPositive), 'a latency is more than 0 ns');
  for (const perNode of [nodeBandwidthMBps, sockets, loadedLatency])
    check(
      perNode.length === nodeCount,
      `${nodeCount} nodes need ${nodeCount} bandwidths, sockets and curves`,
    );
  check([...nodeBandwidthMBps, spec.linkBandwidthMBps].every(isPositive), 'a bandwidth is more than 0 MB/s');
  check(spec.remoteTraffic >= 1, 'remote traffic is at least 1 time local traffic');
  const known = sockets.every((socket) => Number.isInteger(socket) && socket >= 0 && socket < nodeCount);
  check(known, `sockets are numbered from 0, at most ${nodeCount}`);
}

/** Nodes at most this far apart are parts of one socket. */
const SAME_SOCKET = 15;

/** What a kind of machine is known by, from which the figures of each pair of nodes follow. */
export interface MemoryFigures {
  /** Idle latencies, ns: of the own node, of another of the socket, of another socket, of one two links away. */
  readonly localNs: number;
  readonly subNumaNs: number;
  readonly remoteNs: number;
  readonly twoHopNs: number;
  /** Of a memory-only node that hangs on the own socket. */
  readonly cxlNs: number;
  readonly nodeBandwidthMBps: number;
  readonly cxlBandwidthMBps: number;
  readonly linkBandwidthMBps: number;
  /** Traffic at the memory of an access from another socket over that of one from the own. */
  readonly remoteTraffic: number;
  /** Latency under load, and of single nodes where it is measured. */
  readonly loadedLatency: LoadCurveSpec;
  readonly loadedLatencyOfNode?: ReadonlyMap<number, LoadCurveSpec> | undefined;
  /** Idle latencies of each pair of nodes, instead of those above. */
  readonly latencyNs?: readonly (readonly number[])[] | undefined;
}

/**
 * Guesses from the distances which nodes are parts of one socket and which sockets are two links apart: nodes less than 16
 * apart share a socket, and of two sockets those further apart than the nearest two are two links away.
 */
export function memorySystemOf(
  machine: Pick<MachineSpec, 'nodes' | 'distances'>,
  figures: MemoryFigures,
): MemorySystemSpec {
  const { nodes, distances } = machine;
  const sockets = socketsOf(machine);
  const ids = nodes.map((_, node) => node);
  const hasCpus = (node: number): boolean => nodes[node]!.cpus.length > 0;
  const between = ids.flatMap((a) =>
    ids.filter((b) => sockets[a] !== sockets[b] && hasCpus(a) && hasCpus(b)).map((b) => distances[a]![b]!),
  );
  const oneLink = Math.min(...between);
  const latency = (a: number, b: number): number => {
    const { localNs, subNumaNs, remoteNs, twoHopNs, cxlNs } = figures;
    const isFar = sockets[a] !== sockets[b];
    const [memory, own] = hasCpus(a) && hasCpus(b) ? [localNs, subNumaNs] : [cxlNs, cxlNs];
    if (a === b) return memory;
    if (!isFar) return own;
    if (memory === cxlNs) return cxlNs + remoteNs - localNs;
    return distances[a]![b]! > oneLink ? twoHopNs : remoteNs;
  };
  return {
    latencyNs: figures.latencyNs ?? ids.map((a) => ids.map((b) => latency(a, b))),
    nodeBandwidthMBps: ids.map((node) =>
      hasCpus(node) ? figures.nodeBandwidthMBps : figures.cxlBandwidthMBps,
    ),
    sockets,
    linkBandwidthMBps: figures.linkBandwidthMBps,
    remoteTraffic: figures.remoteTraffic,
    loadedLatency: ids.map((node) => figures.loadedLatencyOfNode?.get(node) ?? figures.loadedLatency),
    linkLoadedLatency: figures.loadedLatency,
  };
}

/** Sockets by node, numbered in the order of their first nodes; a memory-only node belongs to that of the nearest CPUs. */
function socketsOf({ nodes, distances }: Pick<MachineSpec, 'nodes' | 'distances'>): readonly number[] {
  const sockets: number[] = nodes.map(() => -1);
  let count = 0;
  const withCpus = nodes.flatMap(({ cpus }, node) => (cpus.length > 0 ? [node] : []));
  for (const node of withCpus) {
    const sibling = withCpus.find((other) => sockets[other]! >= 0 && distances[node]![other]! <= SAME_SOCKET);
    sockets[node] = sibling === undefined ? count++ : sockets[sibling]!;
  }
  const nearest = (node: number): number =>
    withCpus.reduce((best, other) => (distances[node]![other]! < distances[node]![best]! ? other : best));
  return sockets.map((socket, node) => (socket >= 0 ? socket : sockets[nearest(node)]!));
}
