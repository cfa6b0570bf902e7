import type { Cgroup } from '../cgroup.ts';
import type { Process } from '../process.ts';
import type { KernelState } from '../state.ts';
import { HUGE_PAGES, PAGE_BYTES } from '../units.ts';
import { MemoryObject } from './memory-object.ts';
import type { MemoryPolicy } from './memory-policy.ts';
import { PageTable } from './page-table.ts';
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
  /** Whether other mappings may come to share them. */
  readonly isNamed?: boolean | undefined;
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
  const flags = mapping.flags ?? ANONYMOUS;
  const object = mapping.object ?? newObject(state, tasks[0]!.cgroup.governing('memory'), mapping, address);
  const table = new PageTable({ mm, name: mapping.name, start: address, objects: [object] });
  const vma = new Vma(table, flags, policy);
  vma.hugePages = mapping.hugePages ?? false;
  table.vmas.push(vma);
  object.mappings.push(table);
  mm.insert(vma);
  return vma;
}

function newObject(
  { topology }: KernelState,
  memcg: Cgroup,
  { pages, flags = ANONYMOUS, isNamed = false }: Mapping,
  address: number,
): MemoryObject {
  return new MemoryObject(pages, topology.nodeCount, memcg, {
    misalignment: (address / PAGE_BYTES) % HUGE_PAGES,
    keepsPages: isNamed || flags.shared || flags.file,
  });
}
