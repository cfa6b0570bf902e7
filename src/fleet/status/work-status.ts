/**
 * What programs got done and what memory gave, as a SimulatedNode shows it. It changes for as long as time goes on, so that
 * alone is no reason to write a status.
 */
import type { SimulatedCgroup, SimulatedNodeStatus, SimulatedNumaNode } from '../../api/simulated-node.ts';
import { balancingNs } from '../../engine/access/usage.ts';
import type { Usage } from '../../engine/access/usage.ts';
import type { LinkTrafficView, TrafficView } from '../../engine/cost/memory-traffic.ts';
import { NS_PER_MS } from '../../engine/units.ts';

/** Fields of a cgroup, and of a NUMA node, that are of this kind. */
const CGROUP_FIELDS = [
  'localAccesses',
  'remoteAccesses',
  'cpuTimeMs',
  'balancingTimeMs',
  'progressMs',
] as const;
const NODE_FIELDS = ['trafficMiB', 'latencyUnderLoadPermille'] as const;

const SHOWN_SOCKETS = 8;
const BYTES_PER_MIB = 1024 * 1024;

export function usageStatus(usage: Readonly<Usage>): Pick<SimulatedCgroup, (typeof CGROUP_FIELDS)[number]> {
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

export function trafficStatus(
  traffic: TrafficView | undefined,
): Pick<SimulatedNumaNode, (typeof NODE_FIELDS)[number]> {
  if (!traffic) return {};
  return amounts(traffic);
}

export function linksStatus(links: readonly LinkTrafficView[]): Pick<SimulatedNodeStatus, 'links'> {
  const shown = links.filter(({ from, to }) => Math.max(from, to) < SHOWN_SOCKETS);
  if (shown.length === 0) return {};
  return { links: shown.map(({ from, to, ...traffic }) => ({ from, to, ...amounts(traffic) })) };
}

/** The status of a node without what changes as long as its programs run. */
export function withoutWork({ links: _links, ...status }: SimulatedNodeStatus): SimulatedNodeStatus {
  const { cgroups, numaNodes } = status;
  return {
    ...status,
    ...(cgroups && { cgroups: cgroups.map((cgroup) => omit(cgroup, CGROUP_FIELDS)) }),
    ...(numaNodes && { numaNodes: numaNodes.map((node) => omit(node, NODE_FIELDS)) }),
  };
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

function omit<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Omit<T, K> {
  const entries = Object.entries(object).filter(([key]) => !(keys as readonly string[]).includes(key));
  return Object.fromEntries(entries) as Omit<T, K>;
}
