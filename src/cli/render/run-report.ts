/** What `numasim run` prints for people: policies, nodes, counters, where the pages are, and what it was. */
import { kinds } from '../../api/kinds.ts';
import type { NumasimObject } from '../../api/kinds.ts';
import type { SimulatedNode } from '../../api/simulated-node.ts';
import { autonumaCost } from '../../engine/cost/autonuma-cost.ts';
import type { NodeSample } from '../../fleet/node-sample.ts';
import type { SimulatedObjects } from '../../fleet/simulate.ts';
import { counterTable } from './counter-table.ts';
import type { CgroupOnNode } from './counter-table.ts';
import { objectTable } from './object-table.ts';
import { pageBars } from './page-bars.ts';
import type { Paint } from './page-bars.ts';

/** How and where the report is shown. */
export interface ReportOptions {
  /** Characters per line. */
  readonly width: number;
  readonly paint: Paint;
  /** Bold or not. */
  readonly heading: (text: string) => string;
  /** Why a pod's pages and threads moved or stayed, empty if nobody asked. */
  readonly explanation: string;
  /** What the simulation took, in seconds of wall clock. */
  readonly wallSeconds: number;
}

/** More than this many containers are left to `-o yaml`. */
const maxContainers = 20;

/** The whole report; every line ends with a newline. */
export function runReport(result: SimulatedObjects, options: ReportOptions): string {
  const { width, heading, paint } = options;
  const all = containers(result);
  const shown = all.slice(0, maxContainers);
  const more = all.length - shown.length;
  const omitted = more === 0 ? '' : `(and ${more} more containers: -o yaml shows all)\n`;
  const sections: readonly (readonly [string, string])[] = [
    ['Policies', tableOf('NumaBalancingPolicy', result.policies, width)],
    ['Node configs', tableOf('NumaNodeConfig', result.nodeConfigs, width)],
    ['Simulated nodes', tableOf('SimulatedNode', result.simulatedNodes, width)],
    ['Worth knowing', remarks(result)],
    ['Counters', shown.length === 0 ? '' : counterTable(shown, width) + omitted],
    ['Where the pages are', shown.map((row) => pageBars(row, paint)).join('\n') + omitted],
    ['Why', options.explanation],
  ];
  return (
    sections
      .filter(([, content]) => content !== '')
      .map(([title, content]) => `${heading(title)}\n${content}\n`)
      .join('') + footer(result, options)
  );
}

function tableOf(kind: keyof typeof kinds, objects: readonly NumasimObject[], width: number): string {
  return objects.length === 0 ? '' : objectTable(kinds[kind], objects, width);
}

/** Containers that a policy decides first, then the busiest. */
function containers({ simulatedNodes, samples }: SimulatedObjects): readonly CgroupOnNode[] {
  return simulatedNodes
    .flatMap(({ metadata, status }, index) =>
      (status?.cgroups ?? []).map((cgroup) => {
        const sample = samples[index]?.containers.find(({ path }) => path === cgroup.path);
        return { node: metadata.name ?? '', cgroup, threadNodes: sample?.threadNodes ?? [] };
      }),
    )
    .sort((a, b) => rank(b) - rank(a));
}

function rank({ cgroup }: CgroupOnNode): number {
  return cgroup.policy === undefined ? cgroup.counters.numaPteUpdates : Number.MAX_SAFE_INTEGER;
}

/** Conditions that ask for attention, and advice. */
function remarks({ policies, nodeConfigs, profiles, simulatedNodes }: SimulatedObjects): string {
  const objects: readonly NumasimObject[] = [...policies, ...nodeConfigs, ...profiles, ...simulatedNodes];
  const lines = objects.flatMap((object) => {
    const { namespace, name = '' } = object.metadata;
    const label = `${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
    const conditions = (object.status?.conditions ?? [])
      .filter(({ type, status }) => (type === 'Ready') !== (status === 'True'))
      .map(({ type, status, reason, message }) => {
        const what = status === 'True' ? type : `${type} is ${status}`;
        return `${label}: ${what} (${reason}): ${message}`;
      });
    const advice = object.kind === 'NumaBalancingPolicy' ? (object.status?.advice ?? []) : [];
    return [...conditions, ...advice.map(({ reason, message }) => `${label}: ${reason}: ${message}`)];
  });
  return [...new Set(lines)].map((line) => `${line}\n`).join('');
}

function footer({ simulatedNodes, samples }: SimulatedObjects, options: ReportOptions): string {
  const { width, wallSeconds } = options;
  const seconds = Math.max(0, ...simulatedNodes.map(({ status }) => status?.simulatedSeconds ?? 0));
  const first = `All numbers are simulated: ${seconds} s simulated in ${wallSeconds.toFixed(1)} s.`;
  const summaries = simulatedNodes.map((node, index) => nodeSummary(node, samples[index]));
  return `${wrapped([first, ...summaries], width)}\n`;
}

function nodeSummary({ metadata, status }: SimulatedNode, sample: NodeSample | undefined): string {
  const name = metadata.name ?? '';
  const { kernel, seed = 0, digest = 'none' } = status ?? {};
  if (kernel === undefined) return `${name}: not simulated.`;
  const { numaBalancing, mode, variant } = kernel;
  const what = `mode ${numaBalancing} (${mode}), variant ${variant}, seed ${seed}, digest ${digest}`;
  return `${name}: ${what}, AutoNUMA cost ${autonumaCost(sample?.kernel?.vmstat ?? {}).toFixed(2)}.`;
}

/** One line, or as many as the width makes necessary. */
function wrapped(parts: readonly string[], width: number): string {
  return parts.reduce((text, part) => {
    const lastLine = text.slice(text.lastIndexOf('\n') + 1);
    return `${text}${lastLine.length + 1 + part.length > width ? '\n' : ' '}${part}`;
  });
}
