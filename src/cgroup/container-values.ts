/** What the kubelet and the runtime write into a container's cgroup. */
import type { V1Pod } from '@kubernetes/client-node';

import type { Amounts } from './amounts.ts';
import type { CgroupValues } from './cgroup-directory.ts';
import type { CgroupConfig, CgroupNode, OciBehaviour } from './config.ts';
import { cpuMax, unlimitedCpuMax } from './cpu-max.ts';
import { cpuShares, linearWeight, logarithmicWeight } from './cpu-weight.ts';
import { hasExclusiveCpus } from './exclusive-cpus.ts';
import { hugePageAmount, hugetlbFiles } from './huge-pages.ts';
import { memoryFile, memoryHighFile, memoryLimitFile } from './memory-files.ts';
import type { PodContainer } from './pod-containers.ts';
import { wasResizedWithPod } from './pod-level-resize.ts';
import { qosClass } from './qos-class.ts';
import { containerResources, podLevelResources } from './resources-in-force.ts';
import type { Resources } from './resources-in-force.ts';

/** Where a container is and runs under. */
export interface ContainerPlace {
  readonly config: CgroupConfig;
  readonly oci: OciBehaviour;
  readonly node: CgroupNode;
}

/** The files of the directory where the container's tasks live. */
export function containerValues(pod: V1Pod, container: PodContainer, place: ContainerPlace): CgroupValues {
  const { node, oci } = place;
  const own = containerResources(pod, container);
  const cpuLimit = limitOf('cpu', pod, own);
  const memoryLimit = limitOf('memory', pod, own);
  // Without a request of its own a container gets the limit's weight when created, the least when resized.
  const cpuRequest = own.requests.get('cpu') ?? (wasResizedWithPod(pod, container) ? 0 : cpuLimit);
  const shares = cpuShares(cpuRequest);
  return {
    'cpu.weight': String(
      oci.cpuWeightConversion === 'Linear' ? linearWeight(shares) : logarithmicWeight(shares),
    ),
    'cpu.max': quota(pod, container, cpuLimit, node),
    'memory.max': memoryLimitFile(memoryLimit),
    ...memoryProtection(pod, own.requests, node),
    'memory.high': memoryHigh(pod, own, node),
    'memory.oom.group': node.kubelet.singleProcessOomKill ? '0' : '1',
    ...containerHugetlb(own.limits, place),
  };
}

/** The same for the scope around crun's `container` directory: only who dies together differs. */
export function outerScopeValues(inner: CgroupValues): CgroupValues {
  return { ...inner, 'memory.oom.group': '0' };
}

/** The container's own limit, or the pod's where it has none; 0 for none. */
function limitOf(resource: 'cpu' | 'memory', pod: V1Pod, own: Resources): number {
  const limit = own.limits.get(resource) ?? 0;
  return limit === 0 ? (podLevelResources(pod)?.limits.get(resource) ?? 0) : limit;
}

function quota(pod: V1Pod, container: PodContainer, cpuLimit: number, { kubelet }: CgroupNode): string {
  if (!kubelet.cpuCfsQuota) return unlimitedCpuMax;
  const enforced = hasExclusiveCpus(pod, container, kubelet) ? 0 : cpuLimit;
  return cpuMax(enforced, kubelet.cpuCfsQuotaPeriodUs);
}

/** `memory.min` and `memory.low`: the container's own request, held hard for Guaranteed pods, softly for others. */
function memoryProtection(pod: V1Pod, requests: Amounts, { kubelet }: CgroupNode): CgroupValues {
  const request = kubelet.memoryReservationPolicy === 'TieredReservation' ? (requests.get('memory') ?? 0) : 0;
  const isGuaranteed = qosClass(pod) === 'Guaranteed';
  return {
    'memory.min': memoryFile(isGuaranteed ? request : 0),
    'memory.low': memoryFile(isGuaranteed ? 0 : request),
  };
}

function memoryHigh(pod: V1Pod, own: Resources, { kubelet, memoryBytes }: CgroupNode): string {
  const factor = kubelet.memoryThrottlingFactor;
  const request = own.requests.get('memory') ?? 0;
  const limit = own.limits.get('memory') ?? 0;
  const hasNoRange = request === limit && request !== 0;
  if (factor === undefined || hasNoRange) return 'max';
  // A limit of the pod throttles at the pod's directory, for all containers without one.
  if (limit === 0 && limitOf('memory', pod, own) !== 0) return 'max';
  return memoryHighFile(request, limit === 0 ? memoryBytes : limit, factor);
}

/** Only CRI-O passes the container's huge page limits on; under the others the pod's directory limits alone. */
function containerHugetlb(limits: Amounts, { config, node }: ContainerPlace): CgroupValues {
  return hugetlbFiles(Object.keys(node.hugePageBytes), (size) =>
    config.runtime === 'CriO' ? String(hugePageAmount(limits, size)) : 'max',
  );
}
