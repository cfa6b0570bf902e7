/**
 * What decides how pods become cgroups: the node's drivers and runtimes (`NumaNodeConfig.spec.cgroups`), and the
 * kubelet's settings and budget (its configuration file, the node's capacity).
 */
import type { V1Node } from '@kubernetes/client-node';

import { amounts, overlay } from './amounts.ts';
import { hugePageCapacity } from './huge-pages.ts';

/** How a low-level runtime behaves where runtimes differ. */
export interface OciBehaviour {
  /** crun with the systemd driver puts tasks one level deeper than runc: `<scope>/container`. */
  readonly ociRuntime: 'Runc' | 'Crun';
  /** `Logarithmic`: runc ≥ 1.3 and crun now. `Linear`: runc up to 1.1. Only containers' `cpu.weight` differ. */
  readonly cpuWeightConversion: 'Logarithmic' | 'Linear';
}

/** How the node names cgroups; the fields of `NumaNodeConfig.spec.cgroups`. */
export interface CgroupConfig extends OciBehaviour {
  readonly driver: 'Systemd' | 'Cgroupfs';
  /** The kubelet's `cgroupRoot`, such as `/kubelet`; without it pods' cgroups start at the top. */
  readonly root?: string | undefined;
  readonly runtime: 'Containerd' | 'CriO' | 'Docker';
  /** Pods whose `runtimeClassName` is a key here run under another low-level runtime. */
  readonly runtimeClasses?: Readonly<Record<string, OciBehaviour>> | undefined;
}

/** A current node: systemd, containerd, runc, no root of its own. */
export const defaultCgroupConfig: CgroupConfig = {
  driver: 'Systemd',
  runtime: 'Containerd',
  ociRuntime: 'Runc',
  cpuWeightConversion: 'Logarithmic',
};

/** The kubelet settings that reach cgroup values, named as in its configuration file. */
export interface KubeletSettings {
  /** `Static` gives integer Guaranteed containers CPUs of their own, and then no quota. */
  readonly cpuManagerPolicy: 'None' | 'Static';
  readonly cpuCfsQuota: boolean;
  /** Microseconds. */
  readonly cpuCfsQuotaPeriodUs: number;
  /** `TieredReservation` turns memory requests into `memory.min` and `memory.low`. */
  readonly memoryReservationPolicy: 'None' | 'TieredReservation';
  /** 0–1: where between request and limit `memory.high` lies; without it no `memory.high`. */
  readonly memoryThrottlingFactor?: number | undefined;
  /** True keeps `memory.oom.group` at 0. */
  readonly singleProcessOomKill: boolean;
}

/** What a kubelet does when its file says nothing. */
export const defaultKubeletSettings: KubeletSettings = {
  cpuManagerPolicy: 'None',
  cpuCfsQuota: true,
  cpuCfsQuotaPeriodUs: 100_000,
  memoryReservationPolicy: 'None',
  singleProcessOomKill: false,
};

/** A node as its kubelet divides it: what pods may use together, and the kubelet's settings. */
export interface CgroupNode {
  /** Capacity less `kubeReserved` and `systemReserved`, in thousandths of a CPU. */
  readonly cpuMillis: number;
  /** Capacity less `kubeReserved` and `systemReserved` (not less the eviction threshold), in bytes. */
  readonly memoryBytes: number;
  /** Capacity in bytes of each huge page size the kernel has, by the kernel's name: `2MB`, `1GB`. */
  readonly hugePageBytes: Readonly<Record<string, number>>;
  readonly kubelet: KubeletSettings;
}

const defaultEvictionBytes = 100 * 1024 * 1024;

/**
 * Reads a node's budget from the Node object. The object does not say how the difference between capacity and
 * allocatable is made up, so the kubelet's default eviction threshold (100Mi) is assumed; it is not taken off the
 * pods' `memory.max`. Throws NUMASIM_OBJECT_INVALID for a quantity that is none.
 */
export function cgroupNodeOf(node: V1Node, kubelet = defaultKubeletSettings): CgroupNode {
  const where = `Node ${node.metadata?.name ?? ''}: status`;
  const capacity = amounts(node.status?.capacity, `${where}.capacity`);
  const allocatable = overlay(capacity, amounts(node.status?.allocatable, `${where}.allocatable`));
  const hugePageBytes = hugePageCapacity(capacity);
  const hugePageTotal = Object.values(hugePageBytes).reduce((total, bytes) => total + bytes, 0);
  const memory = capacity.get('memory') ?? 0;
  const unallocatable = memory - hugePageTotal - (allocatable.get('memory') ?? 0);
  return {
    cpuMillis: allocatable.get('cpu') ?? 0,
    memoryBytes: memory - Math.max(0, unallocatable - defaultEvictionBytes),
    hugePageBytes,
    kubelet,
  };
}

/** How a pod's own low-level runtime behaves: its RuntimeClass's, or the node's. */
export function ociBehaviour(config: CgroupConfig, runtimeClassName: string | undefined): OciBehaviour {
  if (runtimeClassName === undefined) return config;
  return config.runtimeClasses?.[runtimeClassName] ?? config;
}
