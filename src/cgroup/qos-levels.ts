/**
 * The cgroups above the pods: `kubepods` and its two QoS levels. Their values depend on the pods of the node, and on
 * when the kubelet last looked: as it makes a pod's cgroup, as it kills a pod (which still counts then), once a minute.
 */
import type { V1Pod } from '@kubernetes/client-node';

import type { CgroupDirectory, CgroupValues } from './cgroup-directory.ts';
import { cgroupPath } from './cgroup-path.ts';
import type { CgroupConfig, CgroupNode } from './config.ts';
import { unlimitedCpuMax } from './cpu-max.ts';
import { cpuShares, linearWeight } from './cpu-weight.ts';
import { hugetlbFiles, unboundedHugetlb } from './huge-pages.ts';
import { memoryFile, memoryLimitFile } from './memory-files.ts';
import { isActive, qosLevelName } from './pod-cgroups.ts';
import { podRequests } from './pod-resources.ts';
import { qosClass } from './qos-class.ts';

/** The kubelet's own period. */
const updatePeriodMs = 60_000;

/** What the pods of a node ask for together, as of the last update. */
interface Requested {
  readonly burstableCpuMillis: number;
  readonly burstableMemoryBytes: number;
  readonly guaranteedMemoryBytes: number;
}

const nothing: Requested = { burstableCpuMillis: 0, burstableMemoryBytes: 0, guaranteedMemoryBytes: 0 };

/** The QoS levels of one node, kept up as its kubelet does. */
export class QosLevels {
  readonly #node: CgroupNode;
  #requested = nothing;
  #known: ReadonlyMap<string, V1Pod> = new Map();
  #updatedAtMs: number | undefined;
  #hugePagesUnbounded = false;

  constructor(node: CgroupNode) {
    this.#node = node;
  }

  /**
   * Tells of the node's pods now; `nowMs` is any clock in milliseconds that does not go back. Values follow at once if a
   * pod is new or the last update is a minute old. After a removal they still include the pod that went last.
   */
  observe(pods: readonly V1Pod[], nowMs: number): void {
    const known = this.#known;
    this.#known = new Map(pods.filter(isActive).map((pod) => [pod.metadata?.uid ?? '', pod]));
    const hasNewPod = [...this.#known.keys()].some((uid) => !known.has(uid));
    this.#updatedAtMs ??= nowMs;
    const isPeriodOver = nowMs - this.#updatedAtMs >= updatePeriodMs;
    const wentLast = [...known].findLast(([uid]) => !this.#known.has(uid))?.[1];
    if (hasNewPod || isPeriodOver) {
      this.#updatedAtMs = nowMs;
      this.#update([...this.#known.values()]);
    } else if (wentLast !== undefined) this.#update([...this.#known.values(), wentLast]);
  }

  /** A kubelet that restarts resets its levels; they are right again at its next update. */
  restart(): void {
    this.#requested = nothing;
    this.#hugePagesUnbounded = false;
  }

  /** `kubepods`, then the levels, with their values. */
  directories(config: CgroupConfig): readonly CgroupDirectory[] {
    const at = (qos: Parameters<typeof qosLevelName>[0]): string =>
      cgroupPath(qosLevelName(qos, config), config.driver);
    return [
      { path: at('Guaranteed'), values: this.#kubepods() },
      { path: at('BestEffort'), values: this.#level(0, 0) },
      { path: at('Burstable'), values: this.#burstable() },
    ];
  }

  #update(pods: readonly V1Pod[]): void {
    this.#requested = pods.reduce(add, nothing);
    this.#hugePagesUnbounded = true;
  }

  #kubepods(): CgroupValues {
    const { cpuMillis, memoryBytes, hugePageBytes, kubelet } = this.#node;
    const { burstableMemoryBytes, guaranteedMemoryBytes } = this.#requested;
    const isTiered = kubelet.memoryReservationPolicy === 'TieredReservation';
    return {
      'cpu.weight': String(linearWeight(cpuShares(cpuMillis))),
      'cpu.max': unlimitedCpuMax,
      'memory.max': memoryLimitFile(memoryBytes),
      // Protection must hold all the way down, so both classes' requests are in memory.min.
      'memory.min': memoryFile(isTiered ? guaranteedMemoryBytes + burstableMemoryBytes : 0),
      'memory.low': memoryFile(isTiered ? burstableMemoryBytes : 0),
      'memory.high': 'max',
      'memory.oom.group': '0',
      ...hugetlbFiles(Object.keys(hugePageBytes), (size) =>
        this.#hugePagesUnbounded ? unboundedHugetlb : String(hugePageBytes[size] ?? 0),
      ),
    };
  }

  #burstable(): CgroupValues {
    const isTiered = this.#node.kubelet.memoryReservationPolicy === 'TieredReservation';
    const { burstableCpuMillis, burstableMemoryBytes } = this.#requested;
    return this.#level(burstableCpuMillis, isTiered ? burstableMemoryBytes : 0);
  }

  #level(cpuMillis: number, memoryLow: number): CgroupValues {
    return {
      'cpu.weight': String(linearWeight(cpuShares(cpuMillis))),
      'cpu.max': unlimitedCpuMax,
      'memory.max': 'max',
      'memory.min': '0',
      'memory.low': memoryFile(memoryLow),
      'memory.high': 'max',
      'memory.oom.group': '0',
      ...hugetlbFiles(Object.keys(this.#node.hugePageBytes), () => unboundedHugetlb),
    };
  }
}

function add(total: Requested, pod: V1Pod): Requested {
  const requests = podRequests(pod);
  const memory = requests.get('memory') ?? 0;
  const qos = qosClass(pod);
  return {
    burstableCpuMillis: total.burstableCpuMillis + (qos === 'Burstable' ? (requests.get('cpu') ?? 0) : 0),
    burstableMemoryBytes: total.burstableMemoryBytes + (qos === 'Burstable' ? memory : 0),
    guaranteedMemoryBytes: total.guaranteedMemoryBytes + (qos === 'Guaranteed' ? memory : 0),
  };
}
