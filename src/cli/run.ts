/** `numasim run`: simulates manifests from files, without a cluster. */
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';

import { Option } from 'commander';
import type { Command } from 'commander';

import { simulate } from '../fleet/simulate.ts';
import { durationOption, nodesOption, outputOption, parseSeed } from './arguments.ts';
import type { OutputFormat } from './arguments.ts';
import { explainedPod } from './explain/explained-pod.ts';
import type { ExplainedPod } from './explain/explained-pod.ts';
import { loadObjects } from './load-objects.ts';
import { progressOn } from './progress.ts';
import { formatList, objectList } from './render/object-list.ts';
import { runReport } from './render/run-report.ts';
import { runTime } from './run-time.ts';

interface RunOptions {
  readonly filename: readonly string[];
  /** Simulated seconds. */
  readonly duration: number;
  readonly seed?: number;
  readonly nodes?: number;
  readonly output: OutputFormat;
  /** `[namespace/]pod`. */
  readonly explain?: string;
}

const help = `
What it reads:
  Files, directories (their .yaml, .yml and .json files) and - (standard input), with any mix of
    numasim.dev/v1alpha1  NumaBalancingPolicy, NumaNodeConfig, MemoryProfile
    v1                    Pod, Node
    apps/v1, batch/v1     Deployment, ReplicaSet, StatefulSet, DaemonSet, Job: expanded to their pods
  Without Node objects it makes nodes of two sockets, 16 CPUs and 64Gi. Pods without nodeName go to the
  least requested node that fits: a stand-in for the scheduler, not kube-scheduler.

What it prints:
  table: policies, nodes, counters, where the pages are. json, yaml: one v1 List of the policies, configs,
  profiles and SimulatedNodes with their status, as a cluster would hold them after that time.
  The same input and seed give the same digest. SOURCE_DATE_EPOCH fixes the timestamps too.

Examples:
  numasim run -f manifests/samples/quickstart
  numasim run -f manifests/samples/quickstart --explain tenant-b
  kubectl get nodes,pods,nbp,nnc,mprof -A -o yaml | numasim run -f - --duration 5m -o yaml`;

/** Adds the command to the program. */
export function registerRun(program: Command): void {
  program
    .command('run')
    .description('simulate manifests from files, without a cluster')
    .requiredOption('-f, --filename <path...>', 'files, directories, or - for standard input')
    .addOption(durationOption())
    .option('--seed <n>', "seed of every node, instead of its config's or its name's", parseSeed)
    .addOption(nodesOption())
    .addOption(outputOption())
    .addOption(
      new Option('--explain <pod>', 'also print why pages and threads of [namespace/]pod moved or stayed'),
    )
    .addHelpText('after', help)
    .action(async (options: RunOptions) => {
      await run(options);
    });
}

async function run(options: RunOptions): Promise<void> {
  const { filename, duration, seed, nodes, output } = options;
  const time = runTime(process.env.SOURCE_DATE_EPOCH, new Date());
  const readStdin = async (): Promise<string> => await text(process.stdin);
  const { objects, notes } = await loadObjects({ paths: filename, nodes, time, readStdin });
  const { explain } = options;
  const explained = explain === undefined ? undefined : explainedPod(explain, output, objects.pods);
  for (const note of notes) process.stderr.write(`numasim: note: ${note}\n`);
  const progress = progressOn(process.stderr);
  const startedAt = performance.now();
  const onProgress = (done: number, total: number): void => progress.show(done, total);
  const onDecision = explained?.listener;
  const result = simulate(objects, { seconds: duration, seed, time, onProgress, onDecision });
  progress.end();
  const wallSeconds = (performance.now() - startedAt) / 1000;
  process.stdout.write(
    output === 'table'
      ? report(result, wallSeconds, explained)
      : formatList(objectList(result, time), output),
  );
}

function report(
  result: ReturnType<typeof simulate>,
  wallSeconds: number,
  explained: ExplainedPod | undefined,
): string {
  // Says by itself whether the stream takes colours (a terminal, NO_COLOR, FORCE_COLOR).
  const styled = (style: 'bold' | 'green' | 'yellow', content: string): string =>
    styleText(style, content, { stream: process.stdout });
  const width = Math.max(100, process.stdout.isTTY ? process.stdout.columns : 0);
  return runReport(result, {
    width,
    paint: (place, content) => styled(place === 'local' ? 'green' : 'yellow', content),
    heading: (content) => styled('bold', content),
    explanation: explained?.text(result.samples, width) ?? '',
    wallSeconds,
  });
}
