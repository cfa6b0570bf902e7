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

/** Locality of some processes, from their access rates (not from counted accesses). */
export function localityOf(processes: readonly ProcessPlaces[]): Locality {
  let local = 0;
  let total = 0;
  for (const { threads, regions } of processes) {
    for (const region of regions) {
      const pages = region.pagesPerNode.reduce((sum, count) => sum + count, 0);
      const rates = ratePerNode(region, threads);
      const rate = rates.reduce((sum, each) => sum + each, 0);
      const share = localShare(region, rates, { pages, rate });
      total += pages;
      local += pages * share;
    }
  }
  const localPages = Math.round(local);
  return { localPages, remotePages: total - localPages };
}

/** Touches per second of a region by the node they come from; where nobody touches it, the threads by node. */
function ratePerNode(
  { name, pagesPerNode }: ProcessPlaces['regions'][number],
  threads: ProcessPlaces['threads'],
): readonly number[] {
  const rates = pagesPerNode.map(() => 0);
  for (const { node, accesses } of threads) {
    for (const { region, touchesPerSecond } of accesses) {
      if (region === name) rates[node] = (rates[node] ?? 0) + touchesPerSecond;
    }
  }
  if (rates.some((rate) => rate > 0)) return rates;
  return pagesPerNode.map((_, node) => threads.filter((thread) => thread.node === node).length);
}

function localShare(
  { pagesPerNode }: ProcessPlaces['regions'][number],
  rates: readonly number[],
  { pages, rate }: { readonly pages: number; readonly rate: number },
): number {
  if (pages === 0 || rate === 0) return 0;
  return pagesPerNode.reduce((sum, count, node) => sum + (count / pages) * ((rates[node] ?? 0) / rate), 0);
}
