/** What the kubelet writes into a pod's cgroup. */
import type { V1Pod } from '@kubernetes/client-node';

import type { Amounts } from './amounts.ts';
import type { CgroupValues } from './cgroup-directory.ts';
import type { CgroupNode, KubeletSettings } from './config.ts';
import { cpuMax, unlimitedCpuMax } from './cpu-max.ts';
import { cpuShares, linearWeight } from './cpu-weight.ts';
import { podHasExclusiveCpus } from './exclusive-cpus.ts';
import { hugePageAmount, hugetlbFiles } from './huge-pages.ts';
import { memoryFile, memoryHighFile, memoryLimitFile } from './memory-files.ts';
import { isLimitDeclared, podLimits, podRequests } from './pod-resources.ts';
import { qosClass } from './qos-class.ts';
import { podLevelResources } from './resources-in-force.ts';

/** The files of the pod's own directory. */
export function podValues(pod: V1Pod, { kubelet, hugePageBytes }: CgroupNode): CgroupValues {
  const requests = podRequests(pod);
  const limits = podLimits(pod);
  const isBestEffort = qosClass(pod) === 'BestEffort';
  return {
    'cpu.weight': String(linearWeight(cpuShares(isBestEffort ? 0 : (requests.get('cpu') ?? 0)))),
    'cpu.max': quota(pod, limits, kubelet),
    'memory.max': memoryLimitFile(isBound(pod, 'memory') ? (limits.get('memory') ?? 0) : 0),
    ...memoryProtection(pod, requests, kubelet),
    'memory.high': memoryHigh(pod, requests, limits, kubelet),
    'memory.oom.group': '0',
    ...hugetlbFiles(Object.keys(hugePageBytes), (size) => String(hugePageAmount(requests, size))),
  };
}

/** Guaranteed pods are always limited, BestEffort ones never, Burstable ones if nobody is without a limit. */
function isBound(pod: V1Pod, resource: 'cpu' | 'memory'): boolean {
  const qos = qosClass(pod);
  return qos === 'Guaranteed' || (qos === 'Burstable' && isLimitDeclared(pod, resource));
}

function quota(pod: V1Pod, limits: Amounts, kubelet: KubeletSettings): string {
  if (!isBound(pod, 'cpu')) return unlimitedCpuMax;
  const isEnforced = kubelet.cpuCfsQuota && !podHasExclusiveCpus(pod, kubelet);
  return cpuMax(isEnforced ? (limits.get('cpu') ?? 0) : 0, kubelet.cpuCfsQuotaPeriodUs);
}

function memoryProtection(pod: V1Pod, requests: Amounts, kubelet: KubeletSettings): CgroupValues {
  const request = kubelet.memoryReservationPolicy === 'TieredReservation' ? (requests.get('memory') ?? 0) : 0;
  const isGuaranteed = qosClass(pod) === 'Guaranteed';
  return {
    'memory.min': memoryFile(isGuaranteed ? request : 0),
    'memory.low': memoryFile(isGuaranteed ? 0 : request),
  };
}

/** Only pods with resources of their own are throttled as a whole. */
function memoryHigh(pod: V1Pod, requests: Amounts, limits: Amounts, kubelet: KubeletSettings): string {
  const factor = kubelet.memoryThrottlingFactor;
  if (factor === undefined || podLevelResources(pod) === undefined || !isLimitDeclared(pod, 'memory')) {
    return 'max';
  }
  const request = requests.get('memory') ?? 0;
  const limit = limits.get('memory') ?? 0;
  if (limit === 0 || request === limit) return 'max';
  return memoryHighFile(request, limit, factor);
}
