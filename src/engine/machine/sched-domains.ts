import { div } from '../units.ts';
import type { Topology } from './topology.ts';

/**
 * How many running tasks a node may have before an imbalance of up to two stops being tolerated (REF §14.7).
 * `imbNr` of the lowest NUMA domain that spans both nodes.
 */
export function allowedImbalance(topology: Topology, a: number, b: number): number {
  const width = (node: number): number => topology.cpusOf(node).length;
  const perNode = Math.max(1, topology.llcsPerNode === 1 ? div(width(a), 8) : topology.llcsPerNode);
  const lowest = domainCpus(topology, a, lowestRemoteDistance(topology, a));
  const spanning = domainCpus(topology, a, topology.distance(a, b));
  return spanning <= lowest ? perNode : perNode * Math.max(1, div(spanning, lowest));
}

function lowestRemoteDistance(topology: Topology, from: number): number {
  const remote = topology.cpuNodes
    .filter((node) => node !== from)
    .map((node) => topology.distance(from, node));
  return Math.min(...remote);
}

/** CPUs of all nodes within a distance: the span of a NUMA scheduling domain seen from a node. */
function domainCpus(topology: Topology, from: number, distance: number): number {
  return topology.cpuNodes
    .filter((node) => topology.distance(from, node) <= distance)
    .reduce((sum, node) => sum + topology.cpusOf(node).length, 0);
}
