import type { V1Container } from '@kubernetes/client-node';

import type { ContainerProfile, RegionProfile } from '../api/memory-profile.ts';
import { quantityMillis, quantityValue } from '../api/quantity.ts';

const DEFAULT_BYTES = 64 * 1024 * 1024;
const PRIVATE_SHARE = 0.8;

/** How the regions of a container without a profile are used. */
const USE: Pick<RegionProfile, 'pattern' | 'touchesPerSecond' | 'writePercent' | 'hugePages'> = {
  pattern: 'Uniform',
  touchesPerSecond: 1000,
  writePercent: 50,
  hugePages: 'Never',
};

/**
 * What a container does that no MemoryProfile names (design §3): one process with a thread per CPU requested, resident
 * as large as its memory request (then its limit, then 64Mi), four fifths private to the threads and one fifth shared.
 */
export function defaultProfile({
  name,
  resources,
}: Pick<V1Container, 'name' | 'resources'>): ContainerProfile {
  const cpu = resources?.requests?.cpu;
  const memory = resources?.requests?.memory ?? resources?.limits?.memory;
  const threads = cpu === undefined ? 1 : Math.max(1, Math.ceil(quantityMillis(cpu) / 1000));
  const bytes = memory === undefined ? DEFAULT_BYTES : quantityValue(memory);
  const privateBytes = Math.floor((bytes * PRIVATE_SHARE) / threads);
  const regions: RegionProfile[] = [
    { name: 'private', size: Math.max(1, privateBytes), shared: false, ...USE },
    { name: 'shared', size: Math.max(1, bytes - privateBytes * threads), shared: true, ...USE },
  ];
  return { name, processes: [{ threads, cpuPercent: 100, regions }] };
}
