import { UNSET_CPUPID } from '../memory/cpupid.ts';
import type { MemoryObject } from '../memory/memory-object.ts';
import type { Vma } from '../memory/vma.ts';
import type { KernelState } from '../state.ts';
import { PAGES_PER_MIB, div } from '../units.ts';
import { MODE_TIERING } from './gate.ts';

/** What a node knows about promotions to it (REF §3.1, §16.3). Pages, and ms since boot; 0 at boot. */
export interface PromotionState {
  /** Start of the rate limit's window. */
  rlStart: number;
  /** `candidates` at that time. */
  rlBase: number;
  /** Time of the last adjustment of the threshold. */
  thStart: number;
  /** `candidates` at that time. */
  thBase: number;
  /** Adjusted latency threshold, ms; 0 for the tunable. */
  hotThreshold: number;
  /** This node's share of `pgpromote_candidate`. */
  candidates: number;
}

export function newPromotionState(): PromotionState {
  return { rlStart: 0, rlBase: 0, thStart: 0, thBase: 0, hotThreshold: 0, candidates: 0 };
}

/** The three tunables of promotion. */
export interface PromotionTunables {
  readonly hotThresholdMs: number;
  readonly promoteRateLimitMBps: number;
  readonly scanPeriodMaxMs: number;
}

/** Time stamps fill the storage of `lastCpupid`: ms modulo 2^21. */
const STAMP_MASK = UNSET_CPUPID;
/** Room that makes promotion unconditional: 1 GiB, or 1/16 of the node if that is more. */
const ROOM_PAGES = 1024 * PAGES_PER_MIB;
const ROOM_SHARE = 16;
const RATE_WINDOW_MS = 1000;
/** Steps of the threshold between 0 and twice the tunable. */
const THRESHOLD_STEPS = 16;

/** Whether a folio on that node holds a time stamp in place of `lastCpupid` (REF §16.2). */
export function usesTimeStamp(state: KernelState, node: number): boolean {
  return state.tieringOn && !state.isTopTier(node);
}

/** The scan marks a folio: one on a slow node remembers when (REF §7.4). */
export function stampMarked(state: KernelState, { table, writeProtected }: Vma, page: number): void {
  const object = table.objectOf(page);
  if (!usesTimeStamp(state, object.node[page]!)) return;
  // A write before the mark has unset the value before the stamp went in (REF §3.6).
  if (table.written) writeProtected[page] = 0;
  object.lastCpupid[object.folioStart(page)] = state.nowMs & STAMP_MASK;
}

/** ms since a stamp was stored, as far as its bits tell. */
export function stampAge(nowMs: number, stamp: number): number {
  return (nowMs - stamp) & STAMP_MASK;
}

/**
 * Whether a folio on a slow node moves to the node of the CPU that faulted on it: always while there is plenty of room,
 * else if the fault came soon after the mark and the rate limit allows it (REF §16.3). Stores a new time stamp.
 */
export function shouldPromote(
  state: KernelState,
  object: MemoryObject,
  start: number,
  target: number,
): boolean {
  const { nowMs, tunables } = state;
  const pages = object.folioPages(start);
  const latencyMs = stampAge(nowMs, object.lastCpupid[start]!);
  object.lastCpupid[start] = nowMs & STAMP_MASK;
  const node = state.promotion[target]!;
  if (hasPlentyOfRoom(state, target)) {
    node.hotThreshold = 0;
    state.count('pgpromote_candidate_nrl', pages);
    state.decisions?.because('plentyOfRoom', { target, freePages: state.memory.free[target]! });
    return true;
  }
  adjustThreshold(node, nowMs, tunables);
  const thresholdMs = node.hotThreshold || tunables.hotThresholdMs;
  state.decisions?.because('notHot', { target, latencyMs, thresholdMs });
  if (latencyMs >= thresholdMs) return false;
  state.count('pgpromote_candidate', pages);
  const passes = passesRateLimit(node, nowMs, pages, tunables);
  const limitPages = tunables.promoteRateLimitMBps * PAGES_PER_MIB;
  state.decisions?.because(passes ? 'hot' : 'rateLimited', { target, latencyMs, thresholdMs, limitPages });
  return passes;
}

function hasPlentyOfRoom({ memory }: KernelState, node: number): boolean {
  return memory.free[node]! > roomForAnyPromotion(memory.managed[node]!, memory.marks[node]!.promo);
}

/**
 * A node with more free pages than this takes every page of slow memory that is touched (REF §16.3, §20.8).
 *
 * @param managed base pages of the node
 * @param promo its promotion watermark, in base pages
 */
export function roomForAnyPromotion(managed: number, promo: number): number {
  return promo + Math.max(ROOM_PAGES, div(managed, ROOM_SHARE));
}

/**
 * Adds candidates to the node's window of one second. The window's base is taken after that, so the first candidate of
 * a window passes unless the limit is 0 (REF §16.3).
 *
 * @returns whether the limit lets these pages pass
 */
export function passesRateLimit(
  node: PromotionState,
  nowMs: number,
  pages: number,
  { promoteRateLimitMBps }: Pick<PromotionTunables, 'promoteRateLimitMBps'>,
): boolean {
  node.candidates += pages;
  if (nowMs - node.rlStart > RATE_WINDOW_MS) {
    node.rlStart = nowMs;
    node.rlBase = node.candidates;
  }
  return node.candidates - node.rlBase < promoteRateLimitMBps * PAGES_PER_MIB;
}

/**
 * At most once per longest scan period: fewer candidates than the limit could take make the threshold longer, more make
 * it shorter, by a sixteenth of its range (REF §16.3, vectors §20.10).
 */
export function adjustThreshold(
  node: PromotionState,
  nowMs: number,
  { hotThresholdMs, promoteRateLimitMBps, scanPeriodMaxMs }: PromotionTunables,
): void {
  if (nowMs - node.thStart <= scanPeriodMaxMs) return;
  const reference = div(promoteRateLimitMBps * PAGES_PER_MIB * scanPeriodMaxMs, 1000);
  const candidates = node.candidates - node.thBase;
  const longest = 2 * hotThresholdMs;
  const unit = div(longest, THRESHOLD_STEPS);
  const threshold = node.hotThreshold || hotThresholdMs;
  node.thStart = nowMs;
  node.thBase = node.candidates;
  if (candidates > div(reference * 11, 10)) node.hotThreshold = Math.max(threshold - unit, unit);
  else if (candidates < div(reference * 9, 10)) node.hotThreshold = Math.min(threshold + unit, longest);
  else node.hotThreshold = threshold;
}

/** `kernel.numa_balancing` is written: the tiering bit, when it comes on, starts all thresholds anew (REF §16.3). */
export function setMode(state: KernelState, mode: number): void {
  const comesOn = !state.tieringOn && (mode & MODE_TIERING) !== 0;
  state.mode = mode;
  if (!comesOn) return;
  for (const node of state.promotion) {
    node.hotThreshold = 0;
    node.thBase = node.candidates;
    node.thStart = state.nowMs;
  }
}

/**
 * A folio has moved. Between the tiers its stamp, or who touched it, means nothing on the other side (REF §3.6); a way up
 * is a promotion (REF §10.2).
 */
export function settleTierChange(
  state: KernelState,
  object: MemoryObject,
  start: number,
  { source, target }: { readonly source: number; readonly target: number },
): void {
  if (!state.tieringOn || state.isTopTier(source) === state.isTopTier(target)) return;
  object.lastCpupid[start] = UNSET_CPUPID;
  if (!state.isTopTier(target)) return;
  const pages = object.folioPages(start);
  state.count('pgpromote_success', pages, object.cgroup);
  object.cgroup.governing('memory').countPromoted(target, pages);
}
