import type { Process } from '../process.ts';
import type { KernelState } from '../state.ts';
import { HUGE_PAGES, PAGE_BYTES } from '../units.ts';
import { MemoryObject } from './memory-object.ts';
import type { MemoryPolicy } from './memory-policy.ts';
import { ANONYMOUS, Vma } from './vma.ts';
import type { VmaFlags } from './vma.ts';

/** A mapping to make. */
export interface Mapping {
  readonly name: string;
  /** Base pages, at least 1. */
  readonly pages: number;
  /** First address, page aligned; without it above all other mappings of the process. */
  readonly address?: number | undefined;
  readonly flags?: VmaFlags | undefined;
  /** Whether aligned 2 MiB blocks of it become huge pages on first touch (`madvise`, or `always`). */
  readonly hugePages?: boolean | undefined;
  /** Pages it shares with other mappings; without them it has pages of its own. */
  readonly object?: MemoryObject | undefined;
}

const FIRST_MAPPING = 0x7f00_0000_0000;
const HUGE_BYTES = HUGE_PAGES * PAGE_BYTES;

/** Maps a region into a process's address space; no page of it is resident yet. */
export function mapRegion(
  state: KernelState,
  { mm, tasks }: Pick<Process, 'mm' | 'tasks'>,
  mapping: Mapping,
  policy: MemoryPolicy | null,
): Vma {
  const highest = mm.vmas.at(-1)?.end ?? 0;
  // Mappings start at 2 MiB boundaries, with a gap between them so that they never merge.
  const next = Math.ceil((highest + PAGE_BYTES) / HUGE_BYTES) * HUGE_BYTES;
  const address = mapping.address ?? Math.max(FIRST_MAPPING, next);
  const memcg = tasks[0]!.cgroup.governing('memory');
  const misalignment = (address / PAGE_BYTES) % HUGE_PAGES;
  const object =
    mapping.object ?? new MemoryObject(mapping.pages, state.topology.nodeCount, memcg, misalignment);
  const vma = new Vma(mapping.name, address, object, mapping.flags ?? ANONYMOUS, policy);
  vma.hugePages = mapping.hugePages ?? false;
  object.mappings.push(vma);
  mm.insert(vma);
  return vma;
}
