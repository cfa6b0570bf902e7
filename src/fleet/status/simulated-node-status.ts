import { updateConditions } from '../../api/condition.ts';
import type { Condition, ConditionStatement } from '../../api/condition.ts';
import { formatCpuList } from '../../api/cpu-list.ts';
import { conditionReasons, conditionTypes } from '../../api/names.ts';
import { maxNodeCgroups } from '../../api/simulated-node.ts';
import type { SimulatedCgroup, SimulatedNodeStatus } from '../../api/simulated-node.ts';
import { isActive } from '../../cgroup/pod-cgroups.ts';
import { Topology } from '../../engine/machine/topology.ts';
import type { MachineSpec } from '../../engine/machine/topology.ts';
import type { NodeView } from '../../engine/kernel.ts';
import { PAGE_BYTES } from '../../engine/units.ts';
import type { DesiredNode } from '../desired-node.ts';
import { presetOf } from '../machine.ts';
import type { ContainerSample, NodeSample } from '../node-sample.ts';
import { compareText } from '../precedence.ts';
import { linksStatus, trafficStatus, usageStatus } from './work-status.ts';

/** What the caller knows beside the sample. */
export interface SampleContext {
  /** Wall clock, RFC 3339. */
  readonly time: string;
  /** The conditions as they were. */
  readonly previous: readonly Condition[];
  /** Simulated milliseconds per second reached of late, where a wall clock drives the node. */
  readonly speedReachedPermille?: number | undefined;
  /** The replica that simulates the node. */
  readonly simulatedBy?: string | undefined;
}

const MODES = ['Disabled', 'Normal', 'Tiering', 'NormalAndTiering', 'Cgroup'] as const;
const CLASSES = { DIRECT: 'Direct', GLUELESS_MESH: 'GluelessMesh', BACKPLANE: 'Backplane' } as const;

/** The status of a SimulatedNode (design §3). */
export function simulatedNodeStatus(sample: NodeSample, context: SampleContext): SimulatedNodeStatus {
  const { desired, kernel } = sample;
  const { config, configSource, machine } = desired;
  const conditions = updateConditions(context.previous, [readiness(sample)], context.time);
  const source = configSource && {
    config: { name: configSource.metadata.name ?? '', generation: configSource.metadata.generation ?? 0 },
  };
  const base = {
    conditions: [...conditions],
    ...source,
    kernel: kernelSettings(desired),
    pods: podCounts(sample),
    seed: config.simulation.seed,
    pageSampling: 1,
    speed: config.simulation.speed,
    ...(context.simulatedBy === undefined ? {} : { simulatedBy: context.simulatedBy }),
    lastSampleTime: context.time,
  };
  if (!kernel || !('machine' in machine)) return base;
  return {
    ...base,
    topology: topologyStatus(desired, machine.machine),
    numaNodes: kernel.nodes.map((view, node) => numaNode(view, node, machine.machine)),
    ...linksStatus(kernel.links),
    vmstat: kernel.vmstat,
    ...cgroupList(sample.containers),
    simulatedSeconds: kernel.simulatedSeconds,
    ...(context.speedReachedPermille === undefined
      ? {}
      : { speedReachedPermille: context.speedReachedPermille }),
    ...(kernel.digest === undefined ? {} : { digest: kernel.digest }),
  };
}

function readiness({ desired, containers }: NodeSample): ConditionStatement {
  const { machine, config } = desired;
  const type = conditionTypes.ready;
  if (!('machine' in machine)) {
    return { type, status: 'False', reason: conditionReasons.invalidTopology, message: machine.problem };
  }
  const refused = containers.find(({ problem }) => problem !== undefined);
  const detail = refused
    ? `; ${refused.namespace}/${refused.pod} ${refused.container}: ${refused.problem ?? ''}`
    : '';
  if (config.simulation.speed === 0) {
    const message = `simulated time stands still, as speed is 0${detail}`;
    return { type, status: 'True', reason: conditionReasons.paused, message };
  }
  return {
    type,
    status: 'True',
    reason: conditionReasons.running,
    message: `the simulated kernel runs${detail}`,
  };
}

function kernelSettings({ config }: DesiredNode): NonNullable<SimulatedNodeStatus['kernel']> {
  const { rfc, kernel, numaBalancing } = config;
  return {
    numaBalancing,
    mode: MODES[numaBalancing] ?? 'Disabled',
    variant: rfc.version,
    interleave: rfc.interleave,
    thpMarking: rfc.thpMarking,
    sentinel: rfc.sentinel,
    hz: kernel.hz,
  };
}

function topologyStatus(
  { config }: DesiredNode,
  machine: MachineSpec,
): NonNullable<SimulatedNodeStatus['topology']> {
  const topology = new Topology(machine);
  const preset = presetOf(config.topology);
  const stated = preset === undefined ? 'Explicit' : 'Preset';
  return {
    source: config.topologyIsDefault ? 'Default' : stated,
    ...(preset === undefined ? {} : { preset }),
    class: CLASSES[topology.topologyClass],
    nodeCount: topology.nodeCount,
    cpuCount: topology.cpuCount,
    distances: machine.distances,
    ...(machine.memorySystem === undefined
      ? {}
      : { latencyNs: machine.memorySystem.latencyNs.map((row) => row.map(Math.round)) }),
  };
}

function numaNode(
  view: NodeView,
  node: number,
  machine: MachineSpec,
): NonNullable<SimulatedNodeStatus['numaNodes']>[number] {
  return {
    node,
    cpus: formatCpuList(machine.nodes[node]?.cpus ?? []),
    memTotalBytes: view.managedPages * PAGE_BYTES,
    memFreeBytes: view.freePages * PAGE_BYTES,
    numastat: view.numastat,
    ...trafficStatus(view.traffic),
  };
}

function podCounts({ desired, containers }: NodeSample): NonNullable<SimulatedNodeStatus['pods']> {
  const pods = (samples: readonly ContainerSample[]): number =>
    new Set(samples.map(({ podUid }) => podUid)).size;
  return {
    total: desired.boundPods.filter(isActive).length,
    running: pods(containers.filter(({ tasks }) => tasks > 0)),
    enabled: pods(containers.filter(({ numaLoadBalance }) => numaLoadBalance !== 0)),
  };
}

/** Containers that a policy decides come first, so that the policies' totals are complete. */
function cgroupList(containers: readonly ContainerSample[]): {
  readonly cgroups: readonly SimulatedCgroup[];
  readonly cgroupsOmitted?: number;
} {
  const decided = (sample: ContainerSample): number => (sample.policy === undefined ? 1 : 0);
  const sorted = [...containers].sort(
    (a, b) =>
      decided(a) - decided(b) ||
      compareText(a.namespace, b.namespace) ||
      compareText(a.pod, b.pod) ||
      compareText(a.container, b.container),
  );
  const omitted = sorted.length - maxNodeCgroups;
  const cgroups = sorted.slice(0, maxNodeCgroups).map(simulatedCgroup);
  return omitted > 0 ? { cgroups, cgroupsOmitted: omitted } : { cgroups };
}

function simulatedCgroup(sample: ContainerSample): SimulatedCgroup {
  const { policy, problem, threadNodes, usage, elapsedNs, ...rest } = sample;
  return {
    ...rest,
    ...usageStatus(usage),
    ...(policy === undefined ? {} : { policy }),
    ...(problem === undefined ? {} : { problem: problem.slice(0, 1024) }),
  };
}
