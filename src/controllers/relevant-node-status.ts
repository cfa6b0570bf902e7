import type { SimulatedCgroup, SimulatedNodeStatus, SimulatedNumaNode } from '../api/simulated-node.ts';
import { without } from './status-writer.ts';

/** Fields of a SimulatedNode's status that move by themselves. */
const CLOCK_FIELDS = ['simulatedSeconds', 'lastSampleTime', 'speedReachedPermille', 'digest', 'links'];
/** Of those, the ones that move by themselves even while the node is paused. */
const WALL_CLOCK_FIELDS = ['lastSampleTime', 'speedReachedPermille', 'digest', 'links'];

/**
 * The part of a SimulatedNode's status whose change is worth a write. While the node is paused, its simulated time does not
 * move by itself: it counts.
 */
export function relevantNodeStatus(status: Readonly<Record<string, unknown>>): unknown {
  const { cgroups = [], numaNodes = [] } = status as SimulatedNodeStatus;
  const rest = without(status, status.speed === 0 ? WALL_CLOCK_FIELDS : CLOCK_FIELDS);
  return { ...rest, cgroups: cgroups.map(settling), numaNodes: numaNodes.map(withoutTraffic) };
}

function withoutTraffic(node: SimulatedNumaNode): unknown {
  return without(node, ['trafficMiB', 'latencyUnderLoadPermille']);
}

/** What programs get done goes on as long as they run; of it only the shares count, in whole percent, as they settle. */
function settling(cgroup: SimulatedCgroup): unknown {
  const {
    localAccesses = 0,
    remoteAccesses = 0,
    cpuTimeMs = 0,
    balancingTimeMs = 0,
    progressMs = 0,
    ...rest
  } = cgroup;
  return {
    ...rest,
    localAccesses: percent(localAccesses, localAccesses + remoteAccesses),
    balancing: percent(balancingTimeMs, cpuTimeMs),
    progress: percent(progressMs, cpuTimeMs),
  };
}

function percent(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : Math.round((100 * part) / whole);
}
