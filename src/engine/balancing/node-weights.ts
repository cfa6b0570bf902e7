import type { Topology } from '../machine/topology.ts';
import type { Task } from '../sched/task.ts';
import { div } from '../units.ts';

const SCALE = 1000;
const LOCAL_DISTANCE = 10;

/**
 * What nearby nodes add to a node's score on machines with more than one remote distance (REF §12.5).
 *
 * @param limit only nodes nearer than this count on a backplane
 */
export function nearbyFaults(
  topology: Topology,
  faultsOn: (node: number) => number,
  node: number,
  limit: number,
): number {
  if (topology.topologyClass === 'DIRECT') return 0;
  let sum = 0;
  for (let other = 0; other < topology.nodeCount; other++) {
    const distance = topology.distance(node, other);
    if (other === node || distance >= topology.maxDistance) continue;
    if (topology.topologyClass === 'BACKPLANE') sum += distance < limit ? faultsOn(other) : 0;
    else
      sum += div(faultsOn(other) * (topology.maxDistance - distance), topology.maxDistance - LOCAL_DISTANCE);
  }
  return sum;
}

/** Per-mille of the task's memory faults that a node stands for (REF §12.5). */
export function taskWeight(topology: Topology, task: Task, node: number, distance: number): number {
  const { faults, totalFaults } = task;
  if (!faults || totalFaults === 0) return 0;
  const near = nearbyFaults(topology, (other) => faults.memFaults(other), node, distance);
  return div(SCALE * (faults.memFaults(node) + near), totalFaults);
}

/** The same of the task's group; 0 without one. */
export function groupWeight(topology: Topology, task: Task, node: number, distance: number): number {
  const { group } = task;
  if (!group || group.totalFaults === 0) return 0;
  const near = nearbyFaults(topology, (other) => group.memFaults(other), node, distance);
  return div(SCALE * (group.memFaults(node) + near), group.totalFaults);
}
