import { leaveChunk } from '../balancing/scan.ts';
import type { Process } from '../process.ts';
import type { KernelState } from '../state.ts';
import type { MemoryPolicy } from './memory-policy.ts';
import type { PageTable } from './page-table.ts';
import { unmapPages, unmapRegion } from './unmap.ts';
import { Vma } from './vma.ts';
import type { VmaFlags } from './vma.ts';

/** Pages of a region, from the first to one past the last. */
export type PageSpan = readonly [low: number, high: number];

/** `munmap` of a part of a region, or of all of it. */
export function unmapRange(state: KernelState, process: Process, table: PageTable, span: PageSpan): void {
  const { mm } = process;
  for (const vma of isolate(process, table, span, () => true)) {
    unmapPages(state, vma);
    mm.remove(vma);
    table.vmas.splice(table.vmas.indexOf(vma), 1);
  }
  if (table.vmas.length === 0) unmapRegion(state, table);
}

/** `mbind` of a part of a region: what is allocated stays where it is. */
export function bindRange(
  process: Process,
  table: PageTable,
  span: PageSpan,
  policy: MemoryPolicy | null,
): void {
  const isOther = (vma: Vma): boolean => JSON.stringify(vma.policy) !== JSON.stringify(policy);
  for (const vma of isolate(process, table, span, isOther)) vma.policy = policy;
}

/** Access rights that `mprotect` can change. */
export type AccessRights = Pick<VmaFlags, 'readable' | 'writable' | 'executable'>;

/** `mprotect` of a part of a region: marks stay. */
export function protectRange(
  process: Process,
  table: PageTable,
  span: PageSpan,
  { readable, writable, executable }: AccessRights,
): void {
  const isOther = ({ flags }: Vma): boolean =>
    flags.readable !== readable || flags.writable !== writable || flags.executable !== executable;
  for (const vma of isolate(process, table, span, isOther)) {
    vma.flags = { ...vma.flags, readable, writable, executable };
  }
}

/**
 * Cuts VMAs so that those a change applies to lie within its span. Neighbours that become alike are not merged again
 * (docs/fidelity.md: F4).
 *
 * @returns them, ascending
 */
function isolate(
  { tasks }: Process,
  table: PageTable,
  [low, high]: PageSpan,
  applies: (vma: Vma) => boolean,
): readonly Vma[] {
  for (const task of tasks) leaveChunk(task);
  const touched = table.vmas.filter(
    (vma) => Math.max(vma.low, low) < Math.min(vma.high, high) && applies(vma),
  );
  if (touched.length > 0) table.changed = true;
  return touched.map((vma) => {
    if (vma.high > high) split(vma, high);
    return vma.low < low ? split(vma, low) : vma;
  });
}

/**
 * Cuts a VMA in two. The lower part is the old one; the upper part is new and has no balancing state (REF §3.4). A huge
 * page that lies across the edge stays one, mapped by base entries (REF §7.4).
 *
 * @returns the upper part
 */
function split(vma: Vma, at: number): Vma {
  const { table } = vma;
  const block = table.objectOf(at).blockStart(at);
  if (block !== at && table.isHugeEntry(at)) table.splitBlocks.add(block);
  const upper = new Vma(table, vma.flags, vma.policy, [at, vma.high]);
  upper.hugePages = vma.hugePages;
  for (let page = at; page < vma.high; page++) upper.residentPages += vma.present[page]!;
  vma.residentPages -= upper.residentPages;
  vma.high = at;
  table.vmas.splice(table.vmas.indexOf(vma) + 1, 0, upper);
  table.mm.insert(upper);
  return upper;
}
