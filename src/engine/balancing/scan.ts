import type { AddressSpace } from '../memory/address-space.ts';
import type { Vma } from '../memory/vma.ts';
import type { Task } from '../sched/task.ts';
import { mixWords } from '../random.ts';
import type { KernelState } from '../state.ts';
import type { ScanDecision } from '../trace/decision.ts';
import { HUGE_PAGES, PAGES_PER_MIB, PAGE_BYTES } from '../units.ts';
import { expectedMarks, markPages } from './mark.ts';
import { pidFilterOf } from './pid-filter.ts';
import { taskScanMax, taskScanStart } from './scan-period.ts';
import { skipVma } from './vma-filter.ts';

/** Virtual pages walked per page of budget (REF §4.2 VIRT_FACTOR). */
const VIRT_FACTOR = 8;
/** A scan's own run time counts this often against the next one (REF §4.2 OVERHEAD_FACTOR). */
const OVERHEAD_FACTOR = 32;
/** Marking pieces over which a scan's stolen time is spread. */
const STEAL_PIECES = 8;
const HUGE_BYTES = HUGE_PAGES * PAGE_BYTES;

/** The span of a VMA that is being marked. */
interface Chunk {
  readonly vma: Vma;
  /** First page, next page to mark, and end, as page indices of the region. */
  readonly low: number;
  at: number;
  readonly high: number;
  marked: number;
}

/** A scan in progress. Marking takes time, and other threads fault on fresh marks meanwhile (REF §7.2). */
export interface ScanWalk {
  pagesLeft: number;
  virtLeft: number;
  forced: boolean;
  skippedByPid: boolean;
  /** Address at which the walk goes on. */
  address: number;
  chunk: Chunk | undefined;
  /** Time stolen by the host at each of the next pieces, ns, and how many are left. */
  readonly stealNs: number;
  stealsLeft: number;
  /** The task's accounted run time when the scan began. */
  readonly execAtStart: number;
}

/** Begins the address space's scan if it is due and this task is to do it (REF §6.2). */
export function beginScan(state: KernelState, task: Task): void {
  // A tick may queue the work again while it runs; it then follows the scan in progress.
  if (task.walk) return;
  task.scanQueued = false;
  const rule = claim(state, task);
  if (rule === 'begun') task.walk = newWalk(state, task);
  const numbers = { scanPeriodMs: task.scanPeriodMs, scanSeq: task.mm.scanSeq };
  state.decisions?.scan(state.now, task, { outcome: rule === 'begun' ? 'begun' : 'none', rule, numbers });
}

/** One thread wins the interval: its own period passes before the next. @returns what decided */
function claim(state: KernelState, task: Task): ScanDecision['rule'] {
  const { mm } = task;
  if (task.exiting || !state.gate.atScan(task, state.mode)) return 'gateAtScan';
  if (state.variant.singleNodeCpusetSkip && hasOneMemoryNode(state, task)) return 'oneMemoryNode';
  if (mm.nextScan === 0) mm.nextScan = state.jiffies + state.msToJiffies(state.tunables.scanDelayMs);
  if (state.jiffies < mm.nextScan) return 'claimed';
  if (task.scanPeriodMs === 0) {
    task.scanPeriodMaxMs = taskScanMax(task, state.tunables);
    task.scanPeriodMs = taskScanStart(task, state.tunables);
  }
  mm.nextScan = state.jiffies + state.msToJiffies(task.scanPeriodMs);
  task.nodeStamp += 2 * state.tickNs;
  return 'begun';
}

function newWalk(state: KernelState, task: Task): ScanWalk {
  const pages = state.tunables.scanSizeMb * PAGES_PER_MIB;
  return {
    pagesLeft: pages,
    virtLeft: VIRT_FACTOR * pages,
    forced: false,
    skippedByPid: false,
    address: startAddress(task.mm),
    chunk: undefined,
    stealNs: Math.floor(stolenTime(state, task) / STEAL_PIECES),
    stealsLeft: STEAL_PIECES,
    execAtStart: task.accountedExec,
  };
}

function stolenTime({ costs, seed, jiffies }: KernelState, { pid }: Task): number {
  if (costs.scanStealNs === 0) return 0;
  return (costs.scanStealNs * mixWords(mixWords(seed, pid), jiffies)) / 2 ** 32;
}

function hasOneMemoryNode(state: KernelState, task: Task): boolean {
  const { managed } = state.memory;
  const allowed = task.cgroup.effectiveMems() ?? managed.keys();
  let count = 0;
  for (const node of allowed) if (managed[node]! > 0) count++;
  return count === 1;
}

/**
 * Goes on with a scan for at most `budgetNs`, in pieces of 2 MiB.
 *
 * @returns ns used; `task.walk` is gone when the scan is over
 */
export function continueScan(state: KernelState, task: Task, walk: ScanWalk, budgetNs: number): number {
  let used = 0;
  while (used < budgetNs) {
    const chunk = (walk.chunk ??= nextChunk(state, task, walk));
    if (!chunk) {
      finish(task, walk, false);
      return used;
    }
    const end = Math.min(chunk.high, pieceEnd(chunk));
    if (state.decisions) logMarks(state, task, chunk, end);
    const marked = markPages(state, task, chunk.vma, chunk.at, end);
    chunk.at = end;
    chunk.marked += marked.pages;
    used += marked.entries * state.costs.markPageNs;
    if (marked.entries > 0 && walk.stealsLeft-- > 0) used += walk.stealNs;
    if (chunk.at === chunk.high && closeChunk(task, walk, chunk)) return used;
  }
  return used;
}

/** Says what the next piece is going to mark, and what it leaves alone. */
function logMarks(state: KernelState, task: Task, { vma, at }: Chunk, end: number): void {
  const marks = expectedMarks(state, task, vma, at, end);
  const decided = marks.onlyCopyOnWrite
    ? ({ outcome: 'skipped', rule: 'copyOnWrite' } as const)
    : ({ outcome: 'marked', rule: 'marked', numbers: { from: at, to: end - 1, ...marks.pages } } as const);
  state.decisions?.mapping(state.now, task, { region: vma.name, ...decided });
}

function startAddress(mm: AddressSpace): number {
  const last = mm.vmas.at(-1);
  if (last && last.end > mm.scanOffset) return mm.scanOffset;
  endPass(mm);
  return 0;
}

function endPass(mm: AddressSpace): void {
  mm.scanSeq++;
  mm.scanOffset = 0;
}

/** The next span to mark, or undefined when the list of VMAs is exhausted. */
function nextChunk(state: KernelState, task: Task, walk: ScanWalk): Chunk | undefined {
  for (;;) {
    const chunk = nextChunkInList(state, task, walk);
    if (chunk || walk.forced || !walk.skippedByPid) return chunk;
    if (!pidFilterOf(state.variant)?.forcesScan) return undefined;
    // Every VMA left was inactive for this task: once more with the filter off, so that scanning gets ahead.
    walk.forced = true;
    walk.address = startAddress(task.mm);
  }
}

function nextChunkInList(state: KernelState, task: Task, walk: ScanWalk): Chunk | undefined {
  for (const vma of task.mm.vmas) {
    if (vma.end <= walk.address) continue;
    const reason = skipVma(state, task, vma, walk.forced);
    if (!reason) return chunkOf(vma, walk);
    state.decisions?.mapping(state.now, task, { region: vma.name, outcome: 'skipped', rule: reason });
    if (reason === 'pid-inactive') walk.skippedByPid = true;
    walk.address = vma.end;
  }
  return undefined;
}

/** From the walk's address to the end of the budget, rounded up so that no huge page is cut (REF §7.2). */
function chunkOf(vma: Vma, walk: ScanWalk): Chunk {
  const low = Math.max(walk.address, vma.start);
  const budgetEnd = Math.ceil((low + walk.pagesLeft * PAGE_BYTES) / HUGE_BYTES) * HUGE_BYTES;
  const high = Math.min(budgetEnd, vma.end);
  return { vma, low: vma.pageAt(low), at: vma.pageAt(low), high: vma.pageAt(high), marked: 0 };
}

/** Pieces end at 2 MiB boundaries of the address space. */
function pieceEnd(chunk: Chunk): number {
  const offset = chunk.vma.table.start / PAGE_BYTES;
  return (Math.floor((chunk.at + offset) / HUGE_PAGES) + 1) * HUGE_PAGES - offset;
}

/** Settles the budgets of a marked span; true when the scan ends with it. */
function closeChunk(task: Task, walk: ScanWalk, chunk: Chunk): boolean {
  const { vma, high } = chunk;
  const spent = settle(walk, chunk, high);
  if (!spent && high < vma.high) {
    walk.chunk = chunkOf(vma, walk);
    return false;
  }
  if (!spent && vma.scan) vma.scan.previousSeq = task.mm.scanSeq;
  if (!spent && !walk.forced) return false;
  finish(task, walk, true);
  return true;
}

/** Takes a span up to `high` off the budgets. @returns whether one of them is spent */
function settle(walk: ScanWalk, { vma, low, marked }: Chunk, high: number): boolean {
  walk.chunk = undefined;
  if (marked > 0) walk.pagesLeft -= high - low;
  walk.virtLeft -= high - low;
  walk.address = vma.addressOf(high);
  return walk.pagesLeft <= 0 || walk.virtLeft <= 0;
}

/** The mappings of a task's address space are about to change: its scan goes on from where it is, by what it then finds. */
export function leaveChunk(task: Task): void {
  const { walk } = task;
  if (walk?.chunk && settle(walk, walk.chunk, walk.chunk.at)) finish(task, walk, true);
}

/** @param stoppedInVma whether the walk ended inside the list rather than at its end */
function finish(task: Task, walk: ScanWalk, stoppedInVma: boolean): void {
  const { mm } = task;
  if (stoppedInVma) mm.scanOffset = walk.address;
  else endPass(mm);
  task.walk = undefined;
  task.nodeStamp += OVERHEAD_FACTOR * (task.accountedExec - walk.execAtStart);
}
