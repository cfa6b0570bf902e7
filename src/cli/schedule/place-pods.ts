/**
 * A stand-in for the scheduler: each pod without a node goes to the least requested node that fits, in input order. It
 * knows CPU, memory, the number of pods, node selectors, required node affinity and taints; nothing else of
 * kube-scheduler.
 */
import type { V1Node, V1Pod } from '@kubernetes/client-node';

import { amounts, overlay } from '../../cgroup/amounts.ts';
import type { Amounts } from '../../cgroup/amounts.ts';
import { isActive } from '../../cgroup/pod-cgroups.ts';
import { podRequests } from '../../cgroup/pod-resources.ts';
import { matchesNode } from './node-fit.ts';

/** A kubelet runs this many pods unless told otherwise. */
const defaultPods = 110;

/** What kube-scheduler's scores count for a pod that asks for nothing: 100m of CPU, 200 MiB. */
const unstatedNeed = { cpu: 100, memory: 200 * 1024 * 1024 };

/** The pods in the same order, with `spec.nodeName` where a node was found. */
export interface PlacedPods {
  readonly pods: readonly V1Pod[];
  /** Pods no node has room for, or that no node matches, and why. */
  readonly unplaced: readonly { readonly pod: V1Pod; readonly reason: string }[];
}

/** Gives each pod without `nodeName` that has not ended a node, if one fits. Pods that have a node take room first. */
export function placePods(pods: readonly V1Pod[], nodes: readonly V1Node[]): PlacedPods {
  const rooms = nodes.map((node) => new NodeRoom(node));
  const roomOf = new Map(rooms.map((room) => [room.name, room]));
  for (const pod of pods) if (isActive(pod)) roomOf.get(pod.spec?.nodeName ?? '')?.take(pod);
  const unplaced: { readonly pod: V1Pod; readonly reason: string }[] = [];
  const placed = pods.map((pod) => {
    if (!needsNode(pod)) return pod;
    const room = leastRequested(rooms, pod);
    if (room === undefined) {
      unplaced.push({ pod, reason: reasonAgainst(rooms, pod) });
      return pod;
    }
    room.take(pod);
    return { ...pod, spec: { containers: [], ...pod.spec, nodeName: room.name } };
  });
  return { pods: placed, unplaced };
}

/** Whether the pod waits for a scheduler. */
function needsNode({ spec, status }: V1Pod): boolean {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return !hasEnded && (spec?.nodeName === undefined || spec.nodeName === '');
}

function leastRequested(rooms: readonly NodeRoom[], pod: V1Pod): NodeRoom | undefined {
  let best: NodeRoom | undefined;
  for (const room of rooms) {
    if (!matchesNode(pod, room.node) || !room.fits(pod)) continue;
    if (best === undefined || room.freeShareWith(pod) > best.freeShareWith(pod)) best = room;
  }
  return best;
}

function reasonAgainst(rooms: readonly NodeRoom[], pod: V1Pod): string {
  const matching = rooms.filter(({ node }) => matchesNode(pod, node));
  if (matching.length === 0) return 'no node matches its node selector, affinity and tolerations';
  const others = rooms.length === matching.length ? '' : ' that matches';
  return `no node${others} has room for its requests (CPU, memory, number of pods)`;
}

/** What a node can still take. */
class NodeRoom {
  readonly node: V1Node;
  readonly name: string;
  readonly #total: { readonly cpu: number; readonly memory: number; readonly pods: number };
  readonly #requested = { cpu: 0, memory: 0, pods: 0 };
  /** As requested, with a minimum for pods that ask for nothing: only for choosing. */
  readonly #weighed = { cpu: 0, memory: 0 };

  constructor(node: V1Node) {
    this.node = node;
    this.name = node.metadata?.name ?? '';
    const where = `Node ${this.name}: status`;
    const total: Amounts = overlay(
      amounts(node.status?.capacity, `${where}.capacity`),
      amounts(node.status?.allocatable, `${where}.allocatable`),
    );
    const of = (name: string): number => total.get(name) ?? 0;
    this.#total = { cpu: of('cpu'), memory: of('memory'), pods: total.get('pods') ?? defaultPods };
  }

  fits(pod: V1Pod): boolean {
    const { cpu, memory } = needOf(pod);
    return (
      this.#requested.cpu + cpu <= this.#total.cpu &&
      this.#requested.memory + memory <= this.#total.memory &&
      this.#requested.pods < this.#total.pods
    );
  }

  /** Mean of the shares of CPU and memory that stay free with the pod, 0–1. */
  freeShareWith(pod: V1Pod): number {
    const { cpu, memory } = weightOf(pod);
    const free = (total: number, used: number): number =>
      total === 0 ? 0 : Math.max(0, total - used) / total;
    return (
      (free(this.#total.cpu, this.#weighed.cpu + cpu) +
        free(this.#total.memory, this.#weighed.memory + memory)) /
      2
    );
  }

  take(pod: V1Pod): void {
    const [need, weight] = [needOf(pod), weightOf(pod)];
    this.#requested.cpu += need.cpu;
    this.#requested.memory += need.memory;
    this.#requested.pods += 1;
    this.#weighed.cpu += weight.cpu;
    this.#weighed.memory += weight.memory;
  }
}

interface Need {
  readonly cpu: number;
  readonly memory: number;
}

function needOf(pod: V1Pod): Need {
  const requests = podRequests(pod);
  return { cpu: requests.get('cpu') ?? 0, memory: requests.get('memory') ?? 0 };
}

function weightOf(pod: V1Pod): Need {
  const { cpu, memory } = needOf(pod);
  return { cpu: cpu === 0 ? unstatedNeed.cpu : cpu, memory: memory === 0 ? unstatedNeed.memory : memory };
}
