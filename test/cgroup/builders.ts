/** Pods, nodes and configurations for the tests of src/cgroup. */
import type { V1Pod } from '@kubernetes/client-node';

import { defaultCgroupConfig, defaultKubeletSettings } from '../../src/cgroup/config.ts';
import type { CgroupConfig, CgroupNode, KubeletSettings } from '../../src/cgroup/config.ts';

export type List = Readonly<Record<string, string | number>>;

/** A container: resources as in a manifest; `state` and the rest as in its status. */
export interface TestContainer {
  readonly name?: string;
  readonly requests?: List;
  readonly limits?: List;
  /** Default `running`. */
  readonly state?: 'running' | 'waiting' | 'terminated';
  readonly restartCount?: number;
  readonly containerID?: string;
  /** What the status reports as in force. */
  readonly reported?: { readonly requests?: List; readonly limits?: List };
}

export interface TestPod {
  readonly containers?: readonly TestContainer[];
  readonly init?: readonly TestContainer[];
  readonly sidecars?: readonly TestContainer[];
  readonly ephemeral?: readonly TestContainer[];
  readonly resources?: { readonly requests?: List; readonly limits?: List };
  readonly overhead?: List;
  readonly uid?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly phase?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly managedFields?: readonly unknown[];
}

export const uid = '01234567-89ab-cdef-0123-456789abcdef';

/** A pod on a node, running unless told otherwise. Sidecars come before the other init containers. */
export function pod(parts: TestPod): V1Pod {
  const { containers = [{}], init = [], sidecars = [], ephemeral = [] } = parts;
  const initContainers = [
    ...sidecars.map((one, index) => named(one, `sidecar${index}`)),
    ...init.map((one, index) => named(one, `init${index}`)),
  ];
  const regular = containers.map((one, index) => named(one, `main${index}`));
  const ephemerals = ephemeral.map((one, index) => named(one, `debug${index}`));
  return {
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: parts.uid ?? uid,
      annotations: parts.annotations,
      managedFields: parts.managedFields,
    },
    spec: {
      nodeName: 'node1',
      containers: regular.map((one) => specOf(one)),
      initContainers: initContainers.map((one, index) =>
        specOf(one, index < sidecars.length ? 'Always' : undefined),
      ),
      ephemeralContainers: ephemerals.map(({ name }) => ({ name })),
      resources: parts.resources,
      overhead: parts.overhead,
      ...parts.spec,
    },
    status: {
      phase: parts.phase ?? 'Running',
      containerStatuses: regular.map(statusOf),
      initContainerStatuses: initContainers.map(statusOf),
      ephemeralContainerStatuses: ephemerals.map(statusOf),
      ...parts.status,
    },
  } as unknown as V1Pod;
}

/** 8 CPUs and 6085268Ki, less 500m and 456Mi; 64 huge pages of 2 MiB: the node of the recordings. */
export function node(kubelet: Partial<KubeletSettings> = {}): CgroupNode {
  return {
    cpuMillis: 7500,
    memoryBytes: 5_753_163_776,
    hugePageBytes: { '2MB': 134_217_728 },
    kubelet: { ...defaultKubeletSettings, ...kubelet },
  };
}

export function config(parts: Partial<CgroupConfig> = {}): CgroupConfig {
  return { ...defaultCgroupConfig, ...parts };
}

interface Named extends TestContainer {
  readonly name: string;
}

function named(container: TestContainer, name: string): Named {
  return { name, ...container };
}

function specOf({ name, requests, limits }: Named, restartPolicy?: string): unknown {
  return { name, restartPolicy, resources: { requests, limits } };
}

function statusOf(container: Named): unknown {
  const { name, state = 'running', restartCount = 0, containerID, reported } = container;
  const startedAt = '2026-01-01T00:00:00Z';
  return { name, restartCount, containerID, state: { [state]: { startedAt } }, resources: reported };
}
