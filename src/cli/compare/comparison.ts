import type { Vmstat } from '../../engine/cost/autonuma-cost.ts';
import type { ContainerSample, NodeSample } from '../../fleet/node-sample.ts';
import { CLUSTER_MEASURES, CONTAINER_MEASURES } from './measures.ts';
import type { Measure } from './measures.ts';
import { spreadOf } from './spread.ts';
import type { Spread } from './spread.ts';

/** Spreads by the keys of the measures; null where a measure has no meaning. */
export type Spreads = Readonly<Record<string, Spread | null>>;

export interface ComparedContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly node: string;
  readonly measures: Spreads;
}

/** What a variant gave, over all seeds. */
export interface ComparedVariant {
  readonly name: string;
  readonly measures: Spreads;
  readonly containers: readonly ComparedContainer[];
  /** By seed, the digests of the nodes. */
  readonly runs: readonly { readonly seed: number; readonly digests: Readonly<Record<string, string>> }[];
}

/** One run of a variant: the nodes at its end. */
export interface VariantRun {
  readonly seed: number;
  readonly samples: readonly NodeSample[];
}

/** @param runs of the same objects, one per seed, so all have the same nodes and containers */
export function compareRuns(name: string, runs: readonly VariantRun[]): ComparedVariant {
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
    runs: runs.map(({ seed, samples }) => ({
      seed,
      digests: Object.fromEntries(
        samples.map(({ desired, kernel }) => [desired.name, kernel?.digest ?? 'none']),
      ),
    })),
  };
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

function totalVmstat(samples: readonly NodeSample[]): Vmstat {
  const total: Record<string, number> = {};
  for (const { kernel } of samples) {
    for (const [name, value] of Object.entries(kernel?.vmstat ?? {}))
      total[name] = (total[name] ?? 0) + value;
  }
  return total;
}
