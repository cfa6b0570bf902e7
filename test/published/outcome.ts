import { loadObjects } from '../../src/cli/load-objects.ts';
import { balancingNs } from '../../src/engine/access/usage.ts';
import { NS_PER_S } from '../../src/engine/units.ts';
import type { ContainerSample } from '../../src/fleet/node-sample.ts';
import { totalVmstat } from '../../src/cli/compare/comparison.ts';
import { simulate } from '../../src/fleet/simulate.ts';

/** A run to make: a scenario's workload with one of its variants, from one seed. */
export interface Run {
  /** Directory below manifests/samples/published. */
  readonly scenario: string;
  /** Name of a file in its `variants`, or `base` for the workload as it is. */
  readonly variant: string;
  readonly seed: number;
}

/** What a run gave, over all containers. Times in seconds. */
export interface Outcome {
  /** From the start to the end of the last container's work; of a run without fixed work the time simulated. */
  readonly elapsed: number;
  readonly user: number;
  /** In the kernel: the program's own, and what balancing took. */
  readonly system: number;
  /** Work done per second: CPU time it would take with all memory local and idle. */
  readonly throughput: number;
  /** Counters by their names in `/proc/vmstat`, over all nodes. */
  readonly vmstat: Readonly<Partial<Record<string, number>>>;
}

/** Most that is simulated, in seconds. */
const LONGEST = 2000;
/** What runs without fixed work are given, in seconds, other than 120. */
const FIXED_TIME: ReadonlyMap<string, number> = new Map([
  ['sysbench', 10],
  ['specjbb', 60],
]);
const ROOT = new URL('../../manifests/samples/published/', import.meta.url).pathname;
const TIME = '2026-01-01T00:00:00Z';

/** Makes a run. @throws Error when its manifests are wrong or a container's work is not done in time */
export async function outcomeOf({ scenario, variant, seed }: Run): Promise<Outcome> {
  const { objects } = await loadObjects({
    paths: [`${ROOT}${scenario}/workload.yaml`],
    overlay: variant === 'base' ? [] : [`${ROOT}${scenario}/variants/${variant}.yaml`],
    nodes: undefined,
    time: TIME,
    readStdin: async () => await Promise.reject(new Error('no scenario reads its input')),
  });
  const hasFixedWork = objects.profiles.some(({ spec }) =>
    spec.containers.some(({ processes }) => processes.some(({ work }) => work !== undefined)),
  );
  const seconds = hasFixedWork ? LONGEST : (FIXED_TIME.get(scenario) ?? 120);
  const { samples } = simulate(objects, { seconds, seed, time: TIME, untilDone: hasFixedWork });
  const containers = samples.flatMap((sample) => sample.containers);
  const problem = containers.find((container) => container.problem !== undefined);
  if (problem) throw new Error(`${scenario} ${variant}: ${problem.container}: ${problem.problem ?? ''}`);
  const elapsed = hasFixedWork ? Math.max(...containers.map(workTime)) : seconds;
  return { elapsed, ...timesOf(containers, elapsed), vmstat: totalVmstat(samples) };
}

function workTime({ container, elapsedNs }: ContainerSample): number {
  if (elapsedNs === undefined) throw new Error(`container ${container} is not done after ${LONGEST} s`);
  return elapsedNs / NS_PER_S;
}

function timesOf(
  containers: readonly ContainerSample[],
  elapsed: number,
): Pick<Outcome, 'user' | 'system' | 'throughput'> {
  let [user, system, progress] = [0, 0, 0];
  for (const { usage } of containers) {
    const inKernel = usage.systemNs + balancingNs(usage);
    system += inKernel / NS_PER_S;
    user += (usage.runtimeNs - inKernel) / NS_PER_S;
    progress += usage.progressNs / NS_PER_S;
  }
  return { user, system, throughput: progress / elapsed };
}
