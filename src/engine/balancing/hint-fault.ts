import { UNSET_CPUPID, pidBit } from '../memory/cpupid.ts';
import type { MemoryObject } from '../memory/memory-object.ts';
import { isMappedByMany } from '../memory/shared-folio.ts';
import type { Vma } from '../memory/vma.ts';
import { hintFaultCostNs } from '../cost/fault-contention.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { HUGE_PAGES, NO_NODE, PAGE_BYTES } from '../units.ts';
import { migrateFolio } from './migrate-page.ts';
import type { MappedFolio } from './migrate-page.ts';
import { misplaced } from './misplaced.ts';
import { recordFault } from './record-fault.ts';
import type { HandledFault } from './record-fault.ts';
import { usesTimeStamp } from './tiering.ts';

/**
 * A user access to a marked page (REF §8). The order of its steps is part of the behaviour.
 *
 * @param write whether the access writes, which decides about the minor fault after a move (REF §3.6)
 * @returns ns of the task's CPU time that the fault took
 */
export function hintFault(state: KernelState, task: Task, vma: Vma, page: number, write: boolean): number {
  const object = vma.table.objectOf(page);
  const folio = { vma, object, start: object.folioStart(page), pages: object.folioPages(page) };
  const before = object.node[page]!;
  const here = state.nodeOfTask(task);
  settleWriteProtection(vma, object, page);
  const last = usesTimeStamp(state, before) ? UNSET_CPUPID : object.lastCpupid[folio.start]!;
  notePid(vma, task.pid);
  state.count('numa_hint_faults', 1, object.cgroup);
  if (before === here) state.count('numa_hint_faults_local', 1, object.cgroup);

  const outcome = moveIfMisplaced(state, task, folio);
  state.decisions?.page(state.now, task, {
    region: vma.name,
    page: folio.start,
    pages: folio.pages,
    outcome: outcome === 'Migrated' ? 'moved' : outcome === 'Failed' ? 'failed' : 'stayed',
  });
  if (outcome !== 'Migrated') unmarkFolio(folio, page);
  if (write) resetAfterWrite(vma, object, page);
  recordFault(state, task, {
    last,
    node: object.node[page]!,
    pages: folio.pages,
    wasLocal: before === here,
    outcome,
    writable: vma.flags.writable,
    sharedMapping: vma.flags.shared && isMappedByMany(object, folio.start),
  });
  const { hintFaultNs, hintFaultContention } = state.costs;
  const faultNs = hintFaultCostNs(hintFaultNs, task.mm.users, hintFaultContention);
  const moveNs = outcome === 'Migrated' ? moveCostNs(state, folio, before) : 0;
  task.usage.faultNs += faultNs;
  task.usage.moveNs += moveNs;
  return faultNs + moveNs;
}

function moveIfMisplaced(state: KernelState, task: Task, folio: MappedFolio): HandledFault['outcome'] {
  const target = misplaced(state, task, folio);
  if (target === NO_NODE) return 'Stayed';
  return migrateFolio(state, task, folio, target) ? 'Migrated' : 'Failed';
}

/** Unmarks every marked entry of the folio within the same VMA and the same 2 MiB table. */
function unmarkFolio({ vma, start, pages }: MappedFolio, page: number): void {
  if (pages === 1) {
    vma.disarm(page);
    return;
  }
  const offset = vma.table.start / PAGE_BYTES;
  const tableStart = Math.floor((page + offset) / HUGE_PAGES) * HUGE_PAGES - offset;
  const low = Math.max(start, tableStart, vma.low);
  vma.table.disarmRange(low, Math.min(start + pages, tableStart + HUGE_PAGES, vma.high));
}

/** The move itself, and what it waits for the bandwidth between the two nodes. */
function moveCostNs({ costs, now, copies }: KernelState, folio: MappedFolio, from: number): number {
  const { object, start, pages } = folio;
  const [moveNs, limitMBps] =
    pages > 1 ? [costs.migrateHugePageNs, costs.copyHugeMBps] : [costs.migratePageNs, costs.copyBaseMBps];
  const to = object.node[start]!;
  return moveNs + copies.waitNs(now, [from, to], pages * PAGE_BYTES, limitMBps);
}

/** The task's bit in the VMA's current access window, which the pid filter reads (REF §7.3). */
function notePid(vma: Vma, pid: number): void {
  if (!vma.scan) return;
  const bit = pidBit(pid);
  vma.scan.currentPids[bit >>> 5]! |= 1 << (bit & 31);
}

/** The first write to a moved private page takes a minor fault that unsets `lastCpupid` (REF §3.6). */
function resetAfterWrite(vma: Vma, object: MemoryObject, page: number): void {
  if (vma.writeProtected[page] === 0) return;
  vma.writeProtected[page] = 0;
  object.lastCpupid[page] = UNSET_CPUPID;
}

/**
 * Writes between faults are not simulated one by one. A moved page whose first touch was a read has been written by
 * now if anybody writes to the region at all (docs/fidelity.md: W1).
 */
function settleWriteProtection(vma: Vma, object: MemoryObject, page: number): void {
  if (vma.table.written) resetAfterWrite(vma, object, page);
}
