import { Kernel } from '../src/engine/kernel.ts';
import { NS_PER_S, PAGES_PER_MIB } from '../src/engine/units.ts';
import type { BenchResult } from './result.ts';

const MIB = 256;
const SIMULATED_SECONDS = 40;

/**
 * Page events (marks and hint faults) per second of one core, whole engine: two threads on two nodes sweep memory they
 * share, so that every scan marks it and every page faults.
 */
export function eventsPerSecond(): BenchResult {
  const kernel = twoThreadsOnSharedMemory();
  const startedMs = performance.now();
  kernel.run(SIMULATED_SECONDS * NS_PER_S);
  const seconds = (performance.now() - startedMs) / 1000;
  const { numa_pte_updates, numa_hint_faults } = kernel.counters();
  const events = numa_pte_updates + numa_hint_faults;
  return {
    id: 'events-per-second',
    value: Math.round(events / seconds),
    unit: 'events/s',
    floor: 3_000_000,
    aim: 8_000_000,
    limit: Math.round(straightLineEventsPerSecond()),
  };
}

function twoThreadsOnSharedMemory(): Kernel {
  const pages = 4 * MIB * PAGES_PER_MIB;
  const kernel = new Kernel({
    machine: { nodes: [0, 1].map((node) => ({ cpus: [node], pages })), distances: [[10, 21], [21, 10]] }, // prettier-ignore
    seed: 1,
  });
  kernel.write('/proc/sys/kernel/numa_balancing', '1');
  kernel.write('/sys/kernel/debug/sched/numa_balancing/scan_period_max_ms', '1000');
  kernel.spawn({
    comm: 'bench',
    cgroup: '/',
    streamName: 'bench',
    regions: [{ name: 'heap', pages: MIB * PAGES_PER_MIB }],
    threads: [0, 1].map((cpu) => ({
      affinity: [cpu],
      accesses: [{ region: 'heap', pattern: 'Uniform', touchesPerSecond: 1_000_000, writePercent: 50 }],
    })),
  });
  return kernel;
}

/** The same memory touches without any logic: a mark and a fault per page over arrays of the same layout. */
function straightLineEventsPerSecond(): number {
  const pages = MIB * PAGES_PER_MIB;
  const node = new Uint8Array(pages);
  const lastCpupid = new Uint32Array(pages);
  const marked = new Uint32Array(pages / 32);
  const rounds = 50;
  const startedMs = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (let page = 0; page < pages; page++) if (node[page] !== 2) marked[page >>> 5]! |= 1 << (page & 31);
    for (let page = 0; page < pages; page++) {
      marked[page >>> 5]! &= ~(1 << (page & 31));
      lastCpupid[page] = round;
    }
  }
  return (2 * rounds * pages) / ((performance.now() - startedMs) / 1000);
}
