import { Kernel } from '../src/engine/kernel.ts';
import { NS_PER_S, PAGES_PER_MIB } from '../src/engine/units.ts';
import type { BenchResult } from './result.ts';

const GIB = 1024 * PAGES_PER_MIB;
const THREADS = 8;
const DEBUGFS = '/sys/kernel/debug/sched/numa_balancing';

interface LargeNode {
  readonly gib: number;
  /** Shortest and longest time between two scans of the address space, ms. */
  readonly scanPeriodMs: number;
  /** MiB marked per scan. */
  readonly scanSizeMb: number;
  /** Touches per second and thread: enough that what is marked is touched. */
  readonly touchesPerSecond: number;
}

/** One process of eight threads on two nodes, which touch all of its memory, exactly simulated. */
function boot({ gib, scanPeriodMs, scanSizeMb, touchesPerSecond }: LargeNode): Kernel {
  const pages = gib * GIB;
  const kernel = new Kernel({
    machine: { nodes: [0, 1].map((node) => ({ cpus: [0, 1, 2, 3].map((cpu) => 4 * node + cpu), pages })), distances: [[10, 21], [21, 10]] }, // prettier-ignore
    seed: 1,
  });
  kernel.write('/proc/sys/kernel/numa_balancing', '1');
  kernel.write(`${DEBUGFS}/scan_period_min_ms`, String(scanPeriodMs));
  kernel.write(`${DEBUGFS}/scan_period_max_ms`, String(scanPeriodMs));
  kernel.write(`${DEBUGFS}/scan_size_mb`, String(scanSizeMb));
  const outcome = kernel.spawn({
    comm: 'bench',
    cgroup: '/',
    streamName: 'bench',
    regions: [{ name: 'heap', pages }],
    threads: Array.from({ length: THREADS }, (_, cpu) => ({
      affinity: [cpu],
      accesses: [{ region: 'heap', pattern: 'Uniform', touchesPerSecond, writePercent: 50 }],
    })),
  });
  if (!('pid' in outcome)) throw new Error(outcome.oomKilled);
  return kernel;
}

interface Measured {
  readonly simulatedPerSecond: number;
  readonly nsPerEvent: number;
  readonly updatesPerSimulatedSecond: number;
}

/** Runs from the first scan on for some simulated seconds. */
function measure(node: LargeNode, seconds: number): Measured {
  const kernel = boot(node);
  kernel.run(2 * NS_PER_S);
  const before = kernel.counters();
  const startedMs = performance.now();
  kernel.run((2 + seconds) * NS_PER_S);
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const after = kernel.counters();
  const updates = after.numa_pte_updates - before.numa_pte_updates;
  const events = updates + after.numa_hint_faults - before.numa_hint_faults;
  return {
    simulatedPerSecond: seconds / wallSeconds,
    nsPerEvent: (1e9 * wallSeconds) / events,
    updatesPerSimulatedSecond: updates / seconds,
  };
}

/** Cost of an update and a fault together on a real kernel, default set of costs (design §2.3), ns. */
const REAL_KERNEL_NS = 650;

const rounded = (value: number): number => Number(value.toPrecision(4));

/** One node of 64 GiB, every page simulated. */
export function largeNode(): readonly BenchResult[] {
  // 256 MiB every 100 ms: as fast as an address space is ever scanned.
  const maximal = measure({ gib: 64, scanPeriodMs: 100, scanSizeMb: 256, touchesPerSecond: 2e7 }, 10);
  // Divided by the 256 windows of 64 GiB, a scan of 256 MiB every 1.3 s: some 52 000 updates per second.
  const usual = measure({ gib: 64, scanPeriodMs: 345_000, scanSizeMb: 256, touchesPerSecond: 2e7 }, 30);
  // Speed is given for exactly that many.
  const perUpdate = usual.updatesPerSimulatedSecond / 52_000;
  return [
    {
      id: 'node-64g-max-scan',
      value: rounded(maximal.simulatedPerSecond),
      unit: 'x real time',
      floor: 2,
      aim: 6,
    },
    {
      id: 'node-64g-52k',
      value: rounded(usual.simulatedPerSecond * perUpdate),
      unit: 'x real time',
      floor: 25,
      aim: 100,
    },
    {
      id: 'real-kernel',
      value: rounded((2 * maximal.nsPerEvent) / REAL_KERNEL_NS),
      unit: 'of a real kernel',
      floor: 1,
      aim: 0.3,
    },
  ];
}

/** How time per event grows from 1 GiB to 256 GiB, scanned as fast. */
export function costGrowth(): BenchResult {
  const scan = { scanPeriodMs: 100, scanSizeMb: 256, touchesPerSecond: 2e7 };
  const [small, large] = [1, 256].map((gib) => measure({ ...scan, gib }, 10).nsPerEvent);
  return { id: 'cost-growth', value: rounded((large ?? 0) / (small ?? 1)), unit: 'x', floor: 2.5, aim: 1.5 };
}
