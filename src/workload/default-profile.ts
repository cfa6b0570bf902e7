import type { V1Container } from '@kubernetes/client-node';

import type { ContainerProfile, RegionProfile } from '../api/memory-profile.ts';
import { quantityMillis, quantityValue } from '../api/quantity.ts';
import { PAGE_BYTES } from '../engine/units.ts';

const DEFAULT_BYTES = 64 * 1024 * 1024;
const PRIVATE_SHARE = 0.8;

/** How the regions of a container without a profile are used. */
const USE: Omit<RegionProfile, 'name' | 'size' | 'shared'> = {
  pattern: 'Uniform',
  touchesPerSecond: 1000,
  stridePages: 8,
  cacheLinesPerTouch: 1,
  memoryLevelParallelism: 1,
  writePercent: 50,
  hugePages: 'Never',
};

/**
 * What a container does that no MemoryProfile names (design §3): one process with a thread per CPU requested, resident
 * as large as its memory request (then its limit, then 64Mi), four fifths private to the threads and one fifth shared.
 * Shares are whole pages and the rest is cut off, so that it fits into a limit equal to its request.
 */
export function defaultProfile({
  name,
  resources,
}: Pick<V1Container, 'name' | 'resources'>): ContainerProfile {
  const threads = Math.max(1, Math.ceil(quantityMillis(resources?.requests?.cpu ?? '0') / 1000));
  const pages = Math.max(1, Math.floor(residentBytes(resources) / PAGE_BYTES));
  const privatePages = Math.floor((pages * PRIVATE_SHARE) / threads);
  const regions = [
    { name: 'private', size: privatePages * PAGE_BYTES, shared: false, ...USE },
    { name: 'shared', size: (pages - privatePages * threads) * PAGE_BYTES, shared: true, ...USE },
  ];
  // With many threads and little memory nothing is left for each.
  return {
    name,
    processes: [
      {
        threads,
        cpuPercent: 100,
        startupSystemMs: 0,
        runs: 1,
        regions: regions.filter(({ size }) => size > 0),
      },
    ],
  };
}

/** A request or limit of 0 is none. */
function residentBytes(resources: V1Container['resources']): number {
  const stated = [resources?.requests?.memory, resources?.limits?.memory].map((amount) =>
    quantityValue(amount ?? '0'),
  );
  return stated.find((bytes) => bytes > 0) ?? DEFAULT_BYTES;
}
