/** The cgroup configuration and the node of a recording, from what the kubelet, containerd and the API said. */
import { parse } from 'yaml';

import { amounts } from '../../src/cgroup/amounts.ts';
import type { Amounts } from '../../src/cgroup/amounts.ts';
import type { CgroupConfig, CgroupNode, KubeletSettings } from '../../src/cgroup/config.ts';
import { hugePageCapacity } from '../../src/cgroup/huge-pages.ts';
import { NumasimError } from '../../src/errors.ts';
import { runtimesOf } from './record-runtimes.ts';
import type { Recording } from './record.ts';

/** Drivers and runtimes. */
export function cgroupConfigOf(recording: Recording): CgroupConfig {
  const root = stringOf(kubeletConfig(recording).cgroupRoot) ?? recording.cgroupRoot;
  return {
    driver: recording.driver === 'systemd' ? 'Systemd' : 'Cgroupfs',
    root: root.startsWith('/') ? root : undefined,
    runtime: runtimeOf(recording.node.nodeInfo.containerRuntimeVersion),
    ...runtimesOf(recording),
  };
}

/** The node's budget and its kubelet's settings. */
export function cgroupNodeOfRecording(recording: Recording): CgroupNode {
  const config = kubeletConfig(recording);
  const capacity = amounts(recording.node.capacity, 'node.capacity');
  const reserved = isPodsEnforced(config) ? reservedOf(config) : new Map<string, number>();
  const left = (name: string): number => (capacity.get(name) ?? 0) - (reserved.get(name) ?? 0);
  return {
    cpuMillis: left('cpu'),
    memoryBytes: left('memory'),
    hugePageBytes: hugePageCapacity(capacity),
    kubelet: kubeletSettings(config, recording.feature_gates?.MemoryQoS),
  };
}

type KubeletConfig = Readonly<Record<string, unknown>>;

/** What the kubelet says it uses, which includes defaults, over what its file says. */
function kubeletConfig(recording: Recording): KubeletConfig {
  const file: unknown = parse(recording.kubeletConfigFile ?? '{}');
  if (typeof file !== 'object' || file === null) {
    throw new NumasimError('NUMASIM_RECORD_INVALID', 'is not a YAML mapping', 'kubeletConfigFile');
  }
  return { ...(file as KubeletConfig), ...recording.kubelet_configz };
}

/** Gates are recorded as `BETA=1`: stage and whether it is on. */
function kubeletSettings(config: KubeletConfig, memoryQosGate = 'BETA=1'): KubeletSettings {
  const hasMemoryQos = !memoryQosGate.endsWith('=0');
  const factor = config.memoryThrottlingFactor;
  const isTiered = config.memoryReservationPolicy === 'TieredReservation';
  return {
    cpuManagerPolicy: config.cpuManagerPolicy === 'static' ? 'Static' : 'None',
    cpuCfsQuota: config.cpuCFSQuota !== false,
    cpuCfsQuotaPeriodUs: microseconds(stringOf(config.cpuCFSQuotaPeriod) ?? '100ms'),
    memoryReservationPolicy: hasMemoryQos && isTiered ? 'TieredReservation' : 'None',
    memoryThrottlingFactor: hasMemoryQos && typeof factor === 'number' ? factor : undefined,
    singleProcessOomKill: config.singleProcessOOMKill === true,
  };
}

function isPodsEnforced(config: KubeletConfig): boolean {
  const enforced = config.enforceNodeAllocatable;
  return !Array.isArray(enforced) || enforced.includes('pods');
}

function reservedOf(config: KubeletConfig): Amounts {
  const kube = amounts(quantitiesOf(config.kubeReserved), 'kubeReserved');
  const system = amounts(quantitiesOf(config.systemReserved), 'systemReserved');
  const reserved = new Map(
    [...kube.keys(), ...system.keys()].map((name) => [name, (kube.get(name) ?? 0) + (system.get(name) ?? 0)]),
  );
  // A list of reserved CPUs replaces both amounts.
  const cpus = stringOf(config.reservedSystemCPUs);
  if (cpus !== undefined && cpus !== '') reserved.set('cpu', 1000 * countCpus(cpus));
  return reserved;
}

function countCpus(list: string): number {
  return list.split(',').reduce((count, range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return count + last - first + 1;
  }, 0);
}

function runtimeOf(version: string): CgroupConfig['runtime'] {
  if (version.startsWith('cri-o')) return 'CriO';
  return version.startsWith('docker') ? 'Docker' : 'Containerd';
}

function microseconds(duration: string): number {
  const match = /^(?<count>[0-9.]+)(?<unit>s|ms|us|µs)$/u.exec(duration)?.groups;
  const unit = { s: 1_000_000, ms: 1000, us: 1, µs: 1 }[match?.unit ?? ''];
  if (match === undefined || unit === undefined) {
    throw new NumasimError('NUMASIM_RECORD_INVALID', `"${duration}" is no duration`, 'cpuCFSQuotaPeriod');
  }
  return Number(match.count) * unit;
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function quantitiesOf(value: unknown): Record<string, string> {
  return typeof value === 'object' && value !== null ? (value as Record<string, string>) : {};
}
