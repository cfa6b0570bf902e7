import type { Topology } from '../machine/topology.ts';
import type { Task } from '../sched/task.ts';
import { NO_NODE } from '../units.ts';
import { groupWeight } from './node-weights.ts';
import type { NumaGroup } from './numa-group.ts';

/** The node with most memory faults of the task, or of its group if it has one (REF §12.3); NO_NODE if none. */
export function choosePreferredNode(topology: Topology, task: Task): number {
  const score = task.group ?? task.faults;
  if (!score) return NO_NODE;
  let best = NO_NODE;
  let most = 0;
  for (let node = 0; node < topology.nodeCount; node++) {
    const faults = score.memFaults(node);
    if (faults > most) {
      best = node;
      most = faults;
    }
  }
  task.group?.countActiveNodes(topology.cpuNodes);
  if (best === NO_NODE) return NO_NODE;
  const withCpus = topology.nearestCpuNode(best);
  if (!task.group) return withCpus;
  return preferredGroupNode(topology, task, task.group, withCpus);
}

function preferredGroupNode(topology: Topology, task: Task, group: NumaGroup, node: number): number {
  switch (topology.topologyClass) {
    case 'DIRECT':
      return node;
    case 'GLUELESS_MESH':
      return heaviestNode(topology, task, node);
    case 'BACKPLANE':
      return backplaneNode(topology, group, node);
  }
}

function heaviestNode(topology: Topology, task: Task, fallback: number): number {
  let best = fallback;
  let most = 0;
  for (const node of topology.cpuNodes) {
    const weight = groupWeight(topology, task, node, topology.maxDistance);
    if (weight > most) {
      best = node;
      most = weight;
    }
  }
  return best;
}

/** Narrows the nodes down, distance by distance, to the part with most of the group's faults. */
function backplaneNode(topology: Topology, group: NumaGroup, fallback: number): number {
  let answer = fallback;
  let candidates: readonly number[] = topology.cpuNodes;
  for (let distance = topology.maxDistance; distance > 10; distance--) {
    if (!occurs(topology, distance)) continue;
    const best = bestPart(topology, group, candidates, distance);
    if (!best) break;
    answer = best.seed;
    candidates = best.nodes;
  }
  return answer;
}

function occurs(topology: Topology, distance: number): boolean {
  return topology.cpuNodes.some((a) => topology.cpuNodes.some((b) => topology.distance(a, b) === distance));
}

function bestPart(
  topology: Topology,
  group: NumaGroup,
  candidates: readonly number[],
  distance: number,
): { readonly seed: number; readonly nodes: readonly number[] } | undefined {
  let best: { seed: number; nodes: readonly number[] } | undefined;
  let most = 0;
  let left = [...candidates];
  while (left.length > 0) {
    const seed = left[0]!;
    const nodes = left.filter((node) => topology.distance(seed, node) < distance);
    left = left.filter((node) => !nodes.includes(node));
    const faults = nodes.reduce((sum, node) => sum + group.memFaults(node), 0);
    if (faults > most) {
      best = { seed, nodes };
      most = faults;
    }
  }
  return best;
}
