/** Predicts every observation and state of a recording and compares. Prediction never looks at the recorded tree. */
import type { V1Pod } from '@kubernetes/client-node';

import type { CgroupDirectory } from '../../src/cgroup/cgroup-directory.ts';
import type { CgroupConfig, CgroupNode } from '../../src/cgroup/config.ts';
import { podDirectories } from '../../src/cgroup/node-cgroups.ts';
import { QosLevels } from '../../src/cgroup/qos-levels.ts';
import { compare } from './compare.ts';
import type { Cell, Comparison } from './compare.ts';
import { nameDifference } from './differences.ts';
import type { Circumstances } from './differences.ts';
import { cgroupConfigOf, cgroupNodeOfRecording } from './record-config.ts';
import { podAt } from './record-pod.ts';
import { runningIdAt } from './status-at.ts';
import type { Observation, RecordedDirectory, RecordedState, Recording } from './record.ts';

/** All cells of a recording; `record` is its file, for the cells. */
export function compareRecording(record: string, recording: Recording): readonly Cell[] {
  const config = cgroupConfigOf(recording);
  const node = cgroupNodeOfRecording(recording);
  const { constants } = recording;
  const pods = Object.entries(recording.pods).flatMap(([key, recorded]) =>
    recorded.observations.map((observation) => ({
      record,
      constants,
      pod: key,
      observation: observation.label,
      predicted: predictObservation(podAt(key, recorded, observation), observation, config, node),
      recorded: withoutUnknownContainers(observation),
      circumstances: circumstancesOf(observation),
    })),
  );
  const levels = new QosLevels(node);
  const states = recording.states.map((state) => ({
    record,
    constants,
    pod: '(node)',
    observation: state.label,
    predicted: predictState(recording, state, config, levels),
    recorded: levelDirectories(state.dirs, levels.directories(config)),
    circumstances: { changedMeanwhile: false, isOfEnded: () => false },
  }));
  return [...pods, ...states].flatMap(namedCells);
}

/** The recorder looked for a static pod's directories once by its hash and once by the uid of its mirror. */
const lookedUpByUid = 'looked up by the uid';

function predictObservation(
  pod: V1Pod,
  { label, status }: Observation,
  config: CgroupConfig,
  node: CgroupNode,
): readonly CgroupDirectory[] {
  const directories = podDirectories(pod, config, node);
  if (!label.includes(lookedUpByUid)) return directories;
  const uid = config.driver === 'Systemd' ? status.uid.replaceAll('-', '_') : status.uid;
  return directories.filter(({ path }) => path.includes(uid));
}

/** The recorder wrote down when it restarted the kubelet: in the state's label. */
const kubeletRestarted = 'kubelet restart';

function predictState(
  recording: Recording,
  state: RecordedState,
  config: CgroupConfig,
  levels: QosLevels,
): readonly CgroupDirectory[] {
  if (state.label.includes(kubeletRestarted)) levels.restart();
  else levels.observe(podsAt(recording, state), Date.parse(state.at));
  return levels.directories(config);
}

/** The pods of a state, each as last observed until then; one observed only later is as first observed. */
function podsAt(recording: Recording, { pods, at }: RecordedState): readonly V1Pod[] {
  return pods.flatMap((key) => {
    const recorded = recording.pods[key];
    if (recorded === undefined) return [];
    const [first, ...rest] = [...recorded.observations].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    if (first === undefined) return [];
    const seen = rest.findLast((observation) => Date.parse(observation.at) <= Date.parse(at));
    return [podAt(key, recorded, seen ?? first)];
  });
}

/** Of a state's directories those that a kubelet makes above the pods. */
function levelDirectories(
  recorded: readonly RecordedDirectory[],
  levels: readonly CgroupDirectory[],
): readonly RecordedDirectory[] {
  const kubepods = levels[0]?.path ?? '/';
  return recorded.filter(({ path }) => path === kubepods || path.startsWith(`${kubepods}/`));
}

/** Ids of no container in the status are sandboxes, or instances before or after the ones in the status. */
function withoutUnknownContainers({ status, cgroups }: Observation): readonly RecordedDirectory[] {
  const known = (status.containers ?? []).flatMap(({ containerID, lastState }) => [
    bareId(containerID),
    bareId(lastState?.terminated?.containerID),
  ]);
  return cgroups.filter(({ path }) => {
    const id = idIn(path);
    return id === undefined || known.includes(id);
  });
}

function circumstancesOf({ at, status, containerStatesBefore }: Observation): Circumstances {
  const containers = status.containers ?? [];
  const running = containers.map((container) => bareId(runningIdAt(container, at)));
  const podEnded = ['Succeeded', 'Failed'].includes(status.phase);
  return {
    changedMeanwhile: Object.entries(containerStatesBefore ?? {}).some(([container, [before, restarts]]) => {
      const after = containers.find(({ name }) => name === container);
      return after?.restartCount !== restarts || !(before in after.state);
    }),
    isOfEnded: (path) => {
      const id = idIn(path);
      return podEnded || (id !== undefined && !running.includes(id));
    },
  };
}

function idIn(path: string): string | undefined {
  return /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/u.exec(path)?.[0];
}

function bareId(id: string | null | undefined): string {
  return (id ?? '').replace(/^[a-z-]+:\/\//u, '');
}

interface Named extends Comparison {
  readonly circumstances: Circumstances;
}

function namedCells(comparison: Named): readonly Cell[] {
  const { recorded, circumstances } = comparison;
  const byPath = new Map(recorded.map((directory) => [directory.path, directory]));
  return compare(comparison).map((cell) => {
    if (cell.equal) return cell;
    const difference = nameDifference(cell, byPath.get(cell.path), circumstances);
    return difference === undefined ? cell : { ...cell, difference };
  });
}
