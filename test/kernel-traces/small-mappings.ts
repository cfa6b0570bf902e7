/**
 * The small mappings of the recorded programs (README §3, §5, §7): they are scanned too, and decide the late cadence.
 * Addresses only give the order: data, bss, heap, shared page, regions (the last declared lowest), thread stacks, vDSO,
 * main stack.
 */
import type { MapSpec } from '../../src/engine/process-calls.ts';
import type { ThreadAccess } from '../../src/engine/process.ts';
import { ANONYMOUS } from '../../src/engine/memory/vma.ts';
import type { VmaFlags } from '../../src/engine/memory/vma.ts';

const MIB = 2 ** 20;

/** A small mapping, and how many of its pages are touched before t = 0. */
export interface SmallMapping {
  readonly region: MapSpec;
  readonly touched: number;
}

const SHARED: VmaFlags = { ...ANONYMOUS, shared: true };
/** Executable code of the kernel's: no page of it can be marked, but it takes part in the scan (REF §7.3 rule 2). */
const VDSO: VmaFlags = { ...ANONYMOUS, writable: false, executable: true };

export const SHARED_PAGE = 'shared page';
export const LOWEST_REGION = 0x7f00_0000_0000;
const STACKS = 0x7ff0_0000_0000;

const small = (
  name: string,
  [address, pages, touched]: readonly [number, number, number],
  flags: VmaFlags = ANONYMOUS,
): SmallMapping => ({ region: { name, pages, address, flags }, touched });

/**
 * Those a process writes right after the fork, on CPU 0 where its parent runs: where region and thread are on the other
 * nodes (e1), 6 of the 11 pages of README §7 are marked in the first pass, so 5 lie on node 0.
 */
export const INHERITED_MAPPINGS: readonly SmallMapping[] = [
  small('data', [0x004d_8000, 3, 2]),
  small('vdso', [0x7ffc_0000_0000, 2, 0], VDSO),
  small('main stack', [0x7ffe_0000_0000, 33, 3]),
];

/** Those it writes once it is on the CPU of its first touches; with the shared page, the other 6. */
export const OWN_MAPPINGS: readonly SmallMapping[] = [
  small('bss', [0x004d_b000, 45, 4]),
  small('heap', [0x0a00_0000, 34, 1]),
];

/** One physical page for all processes (README §3). */
export const SHARED_MAPPING: SmallMapping = small(SHARED_PAGE, [0x7eff_0000_0000, 1, 1], SHARED);

/** The stack of a further thread, whose first page the creator writes. */
export function threadStack(thread: number): SmallMapping {
  return small(`stack ${thread}`, [STACKS + thread * MIB, 32, 1]);
}

/** README §7: which of these pages a thread goes on touching, once per slot of 1 ms. */
export function smallAccesses(thread: number): readonly ThreadAccess[] {
  const touch = (region: string, pages: number): ThreadAccess => ({
    region,
    pattern: 'Sequential',
    touchesPerSecond: 1000,
    writePercent: 100,
    lengthPages: pages,
  });
  if (thread > 0) return [touch(SHARED_PAGE, 1), touch(`stack ${thread}`, 1)];
  return [touch(SHARED_PAGE, 1), touch('bss', 2), touch('heap', 1), touch('main stack', 1)];
}
