import type { RegionView, ThreadView } from '../engine/kernel.ts';

/** What of a process's view decides its locality. */
export interface ProcessPlaces {
  readonly threads: readonly Pick<ThreadView, 'node' | 'accesses'>[];
  readonly regions: readonly Pick<RegionView, 'name' | 'pagesPerNode'>[];
}

/** Where memory is, seen from the threads that use it. */
export interface Locality {
  /** Pages on the node of the threads that use them; a page used from two nodes counts by their rates. */
  readonly localPages: number;
  readonly remotePages: number;
}

/** A thread's use of a region: where it is from, how much, and where the pages are. */
interface Use {
  readonly node: number;
  readonly rate: number;
  readonly pagesPerNode: readonly number[];
}

/** Locality of some processes, from their access rates (not from counted accesses). */
export function localityOf(processes: readonly ProcessPlaces[]): Locality {
  let local = 0;
  let total = 0;
  for (const { threads, regions } of processes) {
    for (const region of regions) {
      const pages = sum(region.pagesPerNode);
      total += pages;
      local += pages * localShare(usesOf(region, threads));
    }
  }
  const localPages = Math.round(local);
  return { localPages, remotePages: total - localPages };
}

/** Who uses a region; where nobody touches it, all threads alike. */
function usesOf(
  { name, pagesPerNode }: ProcessPlaces['regions'][number],
  threads: ProcessPlaces['threads'],
): readonly Use[] {
  const uses = threads.flatMap(({ node, accesses }) =>
    accesses
      .filter(({ region, touchesPerSecond }) => region === name && touchesPerSecond > 0)
      .map((access): Use => {
        return { node, rate: access.touchesPerSecond, pagesPerNode: access.pagesPerNode ?? pagesPerNode };
      }),
  );
  return uses.length > 0 ? uses : threads.map(({ node }) => ({ node, rate: 1, pagesPerNode }));
}

function localShare(uses: readonly Use[]): number {
  let [local, rates] = [0, 0];
  for (const { node, rate, pagesPerNode } of uses) {
    const pages = sum(pagesPerNode);
    rates += rate;
    local += pages === 0 ? 0 : (rate * (pagesPerNode[node] ?? 0)) / pages;
  }
  return rates === 0 ? 0 : local / rates;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
