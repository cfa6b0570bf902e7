import { cgroupCounterNames, kernelCounterNames } from '../api/counters.ts';
import type { Counters } from '../api/counters.ts';
import type { CounterValues } from '../engine/counters.ts';
import { addUsage, noUsage } from '../engine/access/usage.ts';
import type { Usage } from '../engine/access/usage.ts';
import type { LinkTrafficView } from '../engine/cost/memory-traffic.ts';
import type { JobView } from '../engine/job.ts';
import { KernelError } from '../engine/kernel-error.ts';
import type { Kernel, NodeView, ProcessView } from '../engine/kernel.ts';
import { CGROUP_ROOT } from '../engine/kernel.ts';
import type { ContainerTasks } from './container-tasks.ts';
import type { DesiredNode } from './desired-node.ts';
import { localityOf } from './locality.ts';
import type { Locality } from './locality.ts';
import { wholeSeconds } from './whole-second.ts';

/** A container as it is at the moment of a sample. */
export interface ContainerSample extends Locality {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
  readonly path: string;
  /** Value of the flag file, 0 where the kernel has none. */
  readonly numaLoadBalance: number;
  readonly policy: string | undefined;
  readonly tasks: number;
  readonly counters: Counters;
  readonly pagesPerNode: readonly number[];
  /** NUMA nodes its threads are on, ascending. */
  readonly threadNodes: readonly number[];
  /** What its processes have used and done, those that ended too. */
  readonly usage: Readonly<Usage>;
  /** With fixed work that is done: time from the start of the first process to the end of the last, ns. */
  readonly elapsedNs: number | undefined;
  readonly problem: string | undefined;
}

/** A node as it is at one simulated instant. */
export interface NodeSample {
  readonly desired: DesiredNode;
  /** Undefined while the machine is described wrongly: then nothing is simulated. */
  readonly kernel:
    | {
        readonly simulatedSeconds: number;
        /** Names of `/proc/vmstat` → values. */
        readonly vmstat: Readonly<Record<string, number>>;
        readonly nodes: readonly NodeView[];
        readonly links: readonly LinkTrafficView[];
        readonly digest: string | undefined;
      }
    | undefined;
  readonly containers: readonly ContainerSample[];
}

export function sampleNode(
  desired: DesiredNode,
  kernel: Kernel | undefined,
  containers: ReadonlyMap<string, ContainerTasks>,
  options: { readonly digest: boolean },
): NodeSample {
  if (!kernel) return { desired, kernel: undefined, containers: [] };
  const running = {
    processes: new Map(kernel.processes().map((process) => [process.pid, process])),
    jobs: new Map(kernel.jobs().map((job) => [job.pid, job])),
  };
  return {
    desired,
    kernel: {
      simulatedSeconds: wholeSeconds(kernel.now, kernel.tickNs),
      vmstat: parseVmstat(kernel.read('/proc/vmstat')),
      nodes: kernel.nodes(),
      links: kernel.links(),
      digest: options.digest ? kernel.digest() : undefined,
    },
    containers: [...containers.values()].map((tasks) => sampleContainer(kernel, tasks, running)),
  };
}

/** What runs on a node, by pid; a job by that of its first process. */
interface Running {
  readonly processes: ReadonlyMap<number, ProcessView>;
  readonly jobs: ReadonlyMap<number, JobView>;
}

function sampleContainer(kernel: Kernel, tasks: ContainerTasks, running: Running): ContainerSample {
  const { path, policy } = tasks.container;
  const jobs = tasks.pids.flatMap((pid) => running.jobs.get(pid) ?? []);
  const own = jobs.flatMap(({ runningPid = -1 }) => running.processes.get(runningPid) ?? []);
  const threads = own.flatMap((process) => process.threads);
  const flag = `${CGROUP_ROOT}${path}/cpu.numa_load_balance`;
  return {
    namespace: tasks.pod.namespace,
    pod: tasks.pod.name,
    podUid: tasks.pod.uid,
    container: tasks.container.name,
    path,
    numaLoadBalance: kernel.exists(flag) ? Number(kernel.read(flag)) : 0,
    policy,
    tasks: threads.length,
    counters: apiCounters(kernel.cgroupCounters(path)),
    pagesPerNode: kernel.cgroupMemory(path),
    threadNodes: [...new Set(threads.map(({ node }) => node))].sort((a, b) => a - b),
    usage: usageOf(jobs),
    elapsedNs: elapsedNs(jobs),
    problem: tasks.problem ?? failureOf(jobs),
    ...localityOf(own),
  };
}

function usageOf(jobs: readonly JobView[]): Usage {
  const sum = noUsage();
  for (const { usage } of jobs) addUsage(sum, usage);
  return sum;
}

/** Why a later run of a program could not be started. */
function failureOf(jobs: readonly JobView[]): string | undefined {
  const [failed] = jobs.filter(({ failure }) => failure !== undefined);
  if (failed?.failure === undefined) return undefined;
  return new KernelError('ENOMEM', `run ${failed.runsDone + 1}`, `killed: ${failed.failure}`).message;
}

function elapsedNs(jobs: readonly JobView[]): number | undefined {
  const ends = jobs.map(({ endedNs }) => endedNs ?? Infinity);
  const last = Math.max(...ends);
  if (jobs.length === 0 || last === Infinity) return undefined;
  return last - Math.min(...jobs.map(({ startedNs }) => startedNs));
}

/** The cgroup's counters by the API's names. (`memory.stat` itself has no numa_hint_faults_local.) */
function apiCounters(values: CounterValues): Counters {
  return Object.fromEntries(
    cgroupCounterNames.map((name) => [name, values[kernelCounterNames[name]]]),
  ) as unknown as Counters;
}

function parseVmstat(text: string): Readonly<Record<string, number>> {
  const lines = text.trimEnd().split('\n');
  return Object.fromEntries(
    lines.map((line) => line.split(' ')).map(([name = '', value]) => [name, Number(value)]),
  );
}
