/**
 * The small mappings of the recorded programs (README §3, §5, §7): they are scanned too, and decide the late cadence.
 * Addresses only give the order: data, bss, heap, shared page with regions above and below, thread stacks, vDSO, main stack.
 */
import type { MapSpec } from '../../src/engine/process-calls.ts';
import type { ThreadAccess } from '../../src/engine/process.ts';
import { ANONYMOUS } from '../../src/engine/memory/vma.ts';
import type { VmaFlags } from '../../src/engine/memory/vma.ts';

const MIB = 2 ** 20;

/**
 * A small mapping and its pages. The first `inherited` were written by the parent on its CPU, the next `forked` by the
 * process on the CPU where the fork put it.
 */
export interface SmallMapping {
  readonly region: MapSpec;
  readonly inherited: number;
  readonly forked: number;
}

const SHARED: VmaFlags = { ...ANONYMOUS, shared: true };
/** Executable code of the kernel's: no page of it can be marked, but it takes part in the scan (REF §7.3 rule 2). */
const VDSO: VmaFlags = { ...ANONYMOUS, writable: false, executable: true };

export const SHARED_PAGE = 'shared page';
export const SHARED_ADDRESS = 0x7f00_0000_0000;
const STACKS = 0x7ff0_0000_0000;

const small = (
  name: string,
  [address, pages]: readonly [number, number],
  [inherited, forked]: readonly [number, number],
  flags: VmaFlags = ANONYMOUS,
): SmallMapping => ({ region: { name, pages, address, flags }, inherited, forked });

/**
 * Those of every process, with the shared page 16 written pages (README §7: 16–17 marks with two threads). A process of
 * one thread on node 1 has 11 of them marked (README §7), one on node 0 has 6 (e1): so 5 lie on node 1, whatever CPU the
 * regions were touched on. They were written on the idle CPU where the fork put the process, the others on its parent's.
 */
export const SMALL_MAPPINGS: readonly SmallMapping[] = [
  small('data', [0x004d_8000, 3], [2, 1]),
  small('bss', [0x004d_b000, 45], [4, 2]),
  small('heap', [0x0a00_0000, 34], [0, 1]),
  small('vdso', [0x7ffc_0000_0000, 2], [0, 0], VDSO),
  small('main stack', [0x7ffe_0000_0000, 33], [4, 1]),
];

/** One physical page for all processes (README §3). */
export const SHARED_MAPPING: SmallMapping = small(SHARED_PAGE, [SHARED_ADDRESS, 1], [1, 0], SHARED);

/** A page, by its mapping and its number there. */
export interface SmallPage {
  readonly region: string;
  readonly page: number;
}

/**
 * README §7: bss 2, heap 1 and main stack 1 are what the main thread goes on touching. Single-threaded runs tell which of
 * them are the parent's: two faults and the main stack scanned on node 1 (a1), neither on node 0 (e1).
 */
const MAIN_PAGES: readonly SmallPage[] = [
  { region: 'bss', page: 0 },
  { region: 'bss', page: 4 },
  { region: 'heap', page: 0 },
  { region: 'main stack', page: 0 },
];

/** The page of the parent's that fails to move when it is remote: it is in the first VMA scanned by force (a1). */
export const INHERITED_PAGE: SmallPage = MAIN_PAGES[0]!;
/** The one that fails where nothing else has been allocated since on the CPU of the fork (c1). */
export const FORKED_PAGE: SmallPage = MAIN_PAGES[2]!;

/** The stack of a further thread, whose first page the creator writes. */
export function threadStack(thread: number): SmallMapping {
  return small(`stack ${thread}`, [STACKS + thread * MIB, 32], [0, 1]);
}

/**
 * What the main thread touches until the start. Where the first touches take long enough for a scan, three remote pages
 * fault and the next scan gets as far as the region at once, so no mapping before it is left inactive (a3).
 */
export function firstAccesses(): readonly ThreadAccess[] {
  return [...smallAccesses(0), accessTo({ region: 'data', page: 2 })];
}

/** README §7: the pages that a thread goes on touching, once per slot of 1 ms. */
export function smallAccesses(thread: number): readonly ThreadAccess[] {
  const own = thread > 0 ? [{ region: `stack ${thread}`, page: 0 }] : MAIN_PAGES;
  return [{ region: SHARED_PAGE, page: 0 }, ...own].map(accessTo);
}

function accessTo({ region, page }: SmallPage): ThreadAccess {
  return {
    region,
    pattern: 'Sequential',
    touchesPerSecond: 1000,
    writePercent: 100,
    offsetPages: page,
    lengthPages: 1,
    backlogNs: 0,
  };
}
