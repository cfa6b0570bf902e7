import type { Vmstat } from '../../engine/cost/autonuma-cost.ts';
import type { ContainerSample, NodeSample } from '../../fleet/node-sample.ts';
import { CLUSTER_MEASURES, CONTAINER_MEASURES } from './measures.ts';
import type { Measure } from './measures.ts';
import type { CostSet } from '../../api/costs.ts';
import { spreadOf } from './spread.ts';
import type { Spread } from './spread.ts';
import { verdictOf } from './verdict.ts';
import type { Verdict, WorkRun } from './verdict.ts';
import { workOf } from './work.ts';

/** Spreads by the keys of the measures; null where a measure has no meaning. */
export type Spreads = Readonly<Record<string, Spread | null>>;

export interface ComparedContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly node: string;
  readonly measures: Spreads;
}

/** What a variant gave, over all seeds. Counters are those of the runs with the default costs, if there are any. */
export interface ComparedVariant {
  readonly name: string;
  readonly measures: Spreads;
  readonly containers: readonly ComparedContainer[];
  /** What all pods got done, by costs and seed; and each of them. */
  readonly work: readonly WorkRun[];
  readonly pods: readonly ComparedPod[];
  /** By seed, the digests of the nodes. */
  readonly runs: readonly { readonly seed: number; readonly digests: Readonly<Record<string, string>> }[];
}

export interface ComparedPod {
  readonly namespace: string;
  readonly pod: string;
  readonly work: readonly WorkRun[];
}

/** One run of a variant: the nodes at its end. */
export interface VariantRun {
  readonly costSet: CostSet;
  readonly seed: number;
  readonly samples: readonly NodeSample[];
}

/**
 * @param all runs of the same objects, one per seed and set of costs, so all have the same nodes and containers
 * @param seconds simulated at most
 */
export function compareRuns(name: string, all: readonly VariantRun[], seconds: number): ComparedVariant {
  const costSet = all.some((run) => run.costSet === 'Default') ? 'Default' : all[0]?.costSet;
  const runs = all.filter((run) => run.costSet === costSet);
  const containers = runs.map(({ samples }) => samples.flatMap(containersOn));
  return {
    name,
    measures: spreads(
      CLUSTER_MEASURES,
      runs.map(({ samples }) => totalVmstat(samples)),
    ),
    containers: (containers[0] ?? []).map(({ node, sample }, index) => ({
      namespace: sample.namespace,
      pod: sample.pod,
      container: sample.container,
      node,
      measures: spreads(
        CONTAINER_MEASURES,
        containers.flatMap((ofRun) => ofRun[index]?.sample ?? []),
      ),
    })),
    work: all.map((run) => workIn(run, seconds, () => true)),
    pods: podsOf(runs).map(({ namespace, pod }) => ({
      namespace,
      pod,
      work: all.map((run) =>
        workIn(run, seconds, (other) => other.namespace === namespace && other.pod === pod),
      ),
    })),
    runs: runs.map(({ seed, samples }) => ({
      seed,
      digests: Object.fromEntries(
        samples.map(({ desired, kernel }) => [desired.name, kernel?.digest ?? 'none']),
      ),
    })),
  };
}

function workIn(
  { costSet, seed, samples }: VariantRun,
  seconds: number,
  isMeant: (container: ContainerSample) => boolean,
): WorkRun {
  const containers = samples.flatMap((sample) => sample.containers.filter(isMeant));
  return { costSet, seed, work: workOf(containers, seconds) };
}

function podsOf([first]: readonly VariantRun[]): readonly Pick<ContainerSample, 'namespace' | 'pod'>[] {
  const containers = (first?.samples ?? []).flatMap((sample) => sample.containers);
  const byName = new Map(
    containers.map((container) => [`${container.namespace}/${container.pod}`, container]),
  );
  return [...byName.values()];
}

function spreads<Subject>(measures: readonly Measure<Subject>[], subjects: readonly Subject[]): Spreads {
  return Object.fromEntries(measures.map(({ key, of }) => [key, spreadOf(subjects.map(of)) ?? null]));
}

function containersOn({ desired, containers }: NodeSample): readonly {
  readonly node: string;
  readonly sample: ContainerSample;
}[] {
  return containers.map((sample) => ({ node: desired.name, sample }));
}

/** `/proc/vmstat` of all nodes together. */
export function totalVmstat(samples: readonly NodeSample[]): Vmstat {
  const total: Record<string, number> = {};
  for (const { kernel } of samples) {
    for (const [name, value] of Object.entries(kernel?.vmstat ?? {}))
      total[name] = (total[name] ?? 0) + value;
  }
  return total;
}

/** A verdict, and what it is about. */
export interface PodVerdict extends Verdict {
  readonly namespace: string;
  readonly pod: string;
  readonly variant: string;
  /** The first variant, which the other is compared with. */
  readonly baseline: string;
}

/** Each variant against the first, pod by pod; pods that one of them has not are left out. */
export function verdictsOf([first, ...others]: readonly ComparedVariant[]): readonly PodVerdict[] {
  if (!first) return [];
  return first.pods.flatMap(({ namespace, pod, work }) =>
    others.flatMap(({ name, pods }) =>
      pods
        .filter((other) => other.namespace === namespace && other.pod === pod)
        .map((other) => ({
          namespace,
          pod,
          variant: name,
          baseline: first.name,
          ...verdictOf(work, other.work),
        })),
    ),
  );
}
