/** `numasim compare`: the same workload under several variants and seeds. */
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';

import { Option } from 'commander';
import type { Command } from 'commander';
import { stringify } from 'yaml';

import { costSets } from '../api/costs.ts';
import type { CostSet } from '../api/costs.ts';
import { NumasimError } from '../errors.ts';
import type { ClusterObjects } from '../fleet/cluster-objects.ts';
import { simulate } from '../fleet/simulate.ts';
import {
  durationOption,
  nodesOption,
  outputOption,
  parseCostSets,
  parseInteger,
  parseSeed,
} from './arguments.ts';
import type { OutputFormat } from './arguments.ts';
import { compareRuns, verdictsOf } from './compare/comparison.ts';
import { parseVariants } from './compare/variant-argument.ts';
import type { VariantArgument } from './compare/variant-argument.ts';
import { loadObjects } from './load-objects.ts';
import { progressOn } from './progress.ts';
import { comparisonReport } from './render/comparison-report.ts';
import type { Comparison } from './render/comparison-report.ts';
import { runTime } from './run-time.ts';

interface CompareOptions {
  readonly filename: readonly string[];
  readonly variant: readonly VariantArgument[];
  /** Simulated seconds. */
  readonly duration: number;
  /** The first seed, and how many. */
  readonly seed: number;
  readonly seeds: number;
  readonly costs: readonly CostSet[];
  readonly nodes?: number;
  readonly output: OutputFormat;
}

/** A variant with its objects. */
interface LoadedVariant {
  readonly name: string;
  readonly objects: ClusterObjects;
}

const maxSeeds = 100;

const help = `
A variant is a file or directory of manifests that are added to those of -f; an object with the kind, namespace and
name of one there takes its place. So a variant can change a policy, or the mode, the version of the proposal,
tunables and machine of a NumaNodeConfig. NAME= is the input of -f as it is.

Every variant runs with the same seeds, each of which replaces that of every node, and with each set of costs. Whether a pod
gains or loses against the first variant is decided only if all of these runs agree. A run ends before --duration once all
fixed work is done.

Examples:
  numasim compare -f manifests/samples/quickstart --variant on=,off=manifests/samples/variants/tenant-a-off.yaml
  numasim compare -f manifests/samples/quickstart --variant mode-4= --variant mode-1=manifests/samples/variants/mode-1.yaml`;

/** Adds the command to the program. */
export function registerCompare(program: Command): void {
  program
    .command('compare')
    .description('simulate the same manifests under several variants and seeds')
    .requiredOption('-f, --filename <path...>', 'files, directories, or - for standard input')
    .addOption(
      new Option('--variant <name=path>', 'what differs; several, with commas or as options of their own')
        .argParser(parseVariants)
        .makeOptionMandatory(),
    )
    .addOption(durationOption())
    .option('--seed <n>', 'the first seed', parseSeed, 1)
    .option(
      '--seeds <n>',
      'how many seeds, one after the other',
      (text) => parseInteger(text, 1, maxSeeds),
      3,
    )
    .addOption(
      new Option('--costs <sets>', 'sets of costs, with commas: low, default, high')
        .argParser(parseCostSets)
        .default(costSets, 'all three'),
    )
    .addOption(nodesOption())
    .addOption(outputOption())
    .addHelpText('after', help)
    .action(async (options: CompareOptions) => {
      await compare(options);
    });
}

async function compare(options: CompareOptions): Promise<void> {
  if (options.variant.length < 2) {
    throw new NumasimError('NUMASIM_USAGE', '--variant: two or more are compared');
  }
  const time = runTime(process.env.SOURCE_DATE_EPOCH, new Date());
  const variants = await loadVariants(options, time);
  const { duration, output } = options;
  const seeds = Array.from({ length: options.seeds }, (_, index) => options.seed + index);
  const progress = progressOn(process.stderr);
  const sets = options.costs.flatMap((costSet) => seeds.map((seed) => ({ costSet, seed })));
  const total = sum(variants.map(({ objects }) => objects.nodes.length)) * sets.length * duration;
  let done = 0;
  const onProgress = (): void => progress.show(++done, total);
  const compared = variants.map(({ name, objects }) =>
    compareRuns(
      name,
      sets.map(({ costSet, seed }) => ({
        costSet,
        seed,
        samples: simulate(objects, { seconds: duration, seed, costSet, untilDone: true, time, onProgress })
          .samples,
      })),
      duration,
    ),
  );
  progress.end();
  const comparison = { seconds: duration, seeds, costs: options.costs, variants: compared };
  process.stdout.write(formatComparison({ ...comparison, verdicts: verdictsOf(compared) }, output));
}

/** All of them before anything is simulated. Notes that do not hold for all variants name theirs. */
async function loadVariants(options: CompareOptions, time: string): Promise<readonly LoadedVariant[]> {
  const { filename, nodes, variant: variants } = options;
  let input: Promise<string> | undefined;
  // It can be read once only.
  const readStdin = async (): Promise<string> => await (input ??= text(process.stdin));
  const loaded: LoadedVariant[] = [];
  const notes = new Map<string, string[]>();
  for (const { name, overlay } of variants) {
    const { objects, notes: ofVariant } = await loadObjects({
      paths: filename,
      overlay,
      nodes,
      time,
      readStdin,
    });
    loaded.push({ name, objects });
    for (const note of ofVariant) notes.set(note, [...(notes.get(note) ?? []), name]);
  }
  for (const [note, names] of notes) {
    const where = names.length === variants.length ? '' : `variant ${names.join(', ')}: `;
    process.stderr.write(`numasim: note: ${where}${note}\n`);
  }
  return loaded;
}

function formatComparison(comparison: Comparison, output: OutputFormat): string {
  if (output === 'json') return `${JSON.stringify(comparison, null, 2)}\n`;
  if (output === 'yaml') return stringify(comparison, { lineWidth: 0, aliasDuplicateObjects: false });
  const width = Math.max(100, process.stdout.isTTY ? process.stdout.columns : 0);
  const heading = (content: string): string => styleText('bold', content, { stream: process.stdout });
  return comparisonReport(comparison, { width, heading });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
