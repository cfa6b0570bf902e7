/** Samples a simulated run as the recorder sampled the real machine (README §4). */
import type { CounterValues } from '../../src/engine/counters.ts';
import type { Kernel } from '../../src/engine/kernel.ts';
import type { RunSample, ThreadState } from './metrics.ts';
import { COUNTER_METRICS } from './metrics.ts';
import type { ReplayedProcess } from './replayed-process.ts';

/** README §4: at most this many equally spaced pages of a slice are asked for their node. */
const SLICE_SAMPLES = 256;

export function sampleRun(
  kernel: Kernel,
  processes: readonly ReplayedProcess[],
  { timeMs, base }: { readonly timeMs: number; readonly base: CounterValues },
): RunSample {
  const counters = kernel.counters();
  const views = kernel.processes();
  const threads: ThreadState[] = [];
  const placement = new Map<string, readonly number[]>();
  for (const { recorded, pid, tids } of processes) {
    const view = views.find((process) => process.pid === pid)!;
    for (const [index, tid] of tids.entries()) {
      const thread = view.threads.find((each) => each.pid === tid)!;
      const name = `${recorded.name}/${index}`;
      const { node, preferredNode, scanPeriodMs } = thread;
      threads.push({ name, node, preferredNode, scanPeriodMs, mmScanSeq: view.scanSeq });
      for (const [entry, access] of (recorded.threads[index]?.access ?? []).entries()) {
        placement.set(`${name}/${entry}`, sliceNodes(kernel, pid, access));
      }
    }
  }
  return {
    timeMs,
    counters: Object.fromEntries(COUNTER_METRICS.map((name) => [name, counters[name] - base[name]])),
    threads,
    placement,
  };
}

interface Slice {
  readonly region: string;
  readonly offPages: number;
  readonly lenPages: number;
  readonly stridePages: number;
}

function sliceNodes(
  kernel: Kernel,
  pid: number,
  { region, offPages, lenPages, stridePages }: Slice,
): readonly number[] {
  const nodes = kernel.nodes().map(() => 0);
  const samples = Math.min(SLICE_SAMPLES, lenPages);
  for (let i = 0; i < samples; i++) {
    const page = offPages + Math.floor((i * lenPages) / samples) * stridePages;
    const node = kernel.calls.pageNode(pid, region, page);
    if (node >= 0) nodes[node] = (nodes[node] ?? 0) + 1;
  }
  return nodes;
}
