/** What programs got done and what memory gave, as a SimulatedNode shows it. */
import type { SimulatedCgroup, SimulatedNodeStatus, SimulatedNumaNode } from '../../api/simulated-node.ts';
import { balancingNs } from '../../engine/access/usage.ts';
import type { Usage } from '../../engine/access/usage.ts';
import type { LinkTrafficView, TrafficView } from '../../engine/cost/memory-traffic.ts';
import { NS_PER_MS } from '../../engine/units.ts';

const SHOWN_SOCKETS = 8;
const BYTES_PER_MIB = 1024 * 1024;

export function usageStatus(usage: Readonly<Usage>): Partial<SimulatedCgroup> {
  const milliseconds = (ns: number): number => Math.floor(ns / NS_PER_MS);
  const localAccesses = Math.round(usage.localTouches);
  return {
    localAccesses,
    remoteAccesses: Math.max(0, Math.round(usage.touches) - localAccesses),
    cpuTimeMs: milliseconds(usage.runtimeNs),
    balancingTimeMs: milliseconds(balancingNs(usage)),
    progressMs: milliseconds(usage.progressNs),
  };
}

export function trafficStatus(traffic: TrafficView | undefined): Partial<SimulatedNumaNode> {
  if (!traffic) return {};
  return amounts(traffic);
}

export function linksStatus(links: readonly LinkTrafficView[]): Pick<SimulatedNodeStatus, 'links'> {
  const shown = links.filter(({ from, to }) => Math.max(from, to) < SHOWN_SOCKETS);
  if (shown.length === 0) return {};
  return { links: shown.map(({ from, to, ...traffic }) => ({ from, to, ...amounts(traffic) })) };
}

function amounts({ bytes, loadFactor }: TrafficView): {
  readonly trafficMiB: number;
  readonly latencyUnderLoadPermille: number;
} {
  return {
    trafficMiB: Math.round(bytes / BYTES_PER_MIB),
    latencyUnderLoadPermille: Math.round(1000 * loadFactor),
  };
}
