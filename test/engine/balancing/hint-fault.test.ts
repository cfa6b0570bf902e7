import { expect } from 'chai';

import { hintFault } from '../../../src/engine/balancing/hint-fault.ts';
import { makeCgroup } from '../../../src/engine/cgroup-tree.ts';
import { counterValues } from '../../../src/engine/counters.ts';
import { UNSET_CPUPID, packCpupid, pidBit } from '../../../src/engine/memory/cpupid.ts';
import { createMemoryPolicy } from '../../../src/engine/memory/memory-policy.ts';
import type { MemoryPolicySpec } from '../../../src/engine/memory/memory-policy.ts';
import type { Vma } from '../../../src/engine/memory/vma.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import type { KernelState } from '../../../src/engine/state.ts';
import { bootState, drainBatches, machine, startOn } from '../boot.ts';
import type { StateOptions } from '../boot.ts';

interface Set {
  readonly state: KernelState;
  readonly task: Task;
  readonly vma: Vma;
}

/** A task on node 1 with 4 MiB on node 0, every page marked. */
function armed(
  options: StateOptions & { readonly policy?: MemoryPolicySpec; readonly shared?: boolean } = {},
): Set {
  const { policy, shared = false, ...rest } = options;
  const state = bootState(rest);
  const { task, vma } = startOn(state, 1, 0);
  if (policy) vma.policy = createMemoryPolicy(policy, state.topology.nodeCount, state.variant);
  if (shared) Object.assign(vma, { flags: { ...vma.flags, shared: true } });
  drainBatches(vma);
  state.now = 2e9;
  for (let page = 0; page < vma.pages; page++) vma.arm(page);
  return { state, task, vma };
}

const fault = ({ state, task, vma }: Set, page = 0, write = false): number =>
  hintFault(state, task, vma, page, write);

const local = ({ vma }: Set, page: number): void => {
  vma.object.node[page] = 1;
  vma.object.residentPerNode[0]!--;
  vma.object.residentPerNode[1]!++;
};

describe('REF §8 a hint fault', () => {
  it('on a remote page: counts, moves, unmarks, records the new node', () => {
    const one = armed();
    fault(one);
    expect(counterValues(one.state.events)).to.include({
      numa_hint_faults: 1,
      numa_hint_faults_local: 0,
      numa_pages_migrated: 1,
      pgmigrate_success: 1,
      pgmigrate_fail: 0,
    });
    expect(one.vma.armed.has(0)).to.equal(false);
    expect(one.vma.object.node[0]).to.equal(1);
    expect(one.task.faults!.memBuffer).to.deep.equal(Float64Array.of(0, 0, 0, 1));
    expect(one.task.faults!.cpuBuffer).to.deep.equal(Float64Array.of(0, 0, 0, 1));
    expect(one.task.pagesMigrated).to.equal(1);
  });

  it('a page that is pulled over counts as remote in locality, with its memory on the new node', () => {
    const one = armed();
    fault(one);
    expect(one.task.locality).to.deep.equal([1, 0, 0]);
  });

  it('on a local page: counts as local, moves nothing and leaves lastCpupid alone', () => {
    const one = armed();
    local(one, 0);
    one.vma.object.lastCpupid[0] = packCpupid(0, 77);
    fault(one);
    expect(counterValues(one.state.events)).to.include({
      numa_hint_faults: 1,
      numa_hint_faults_local: 1,
      numa_pages_migrated: 0,
    });
    expect(one.vma.object.lastCpupid[0]).to.equal(packCpupid(0, 77));
    expect(one.task.locality).to.deep.equal([0, 1, 0]);
  });

  it('a remote page leaves the task and the CPU in lastCpupid', () => {
    const one = armed();
    fault(one);
    expect(one.vma.object.lastCpupid[0]).to.equal(packCpupid(1, one.task.pid));
  });

  it('is charged to the cgroup of the folio, not of the task', () => {
    const one = armed();
    one.state.root.subtreeControl.add('memory');
    const other = makeCgroup(one.state, '/other');
    one.vma.object.cgroup = other;
    fault(one);
    expect(counterValues(other.events)).to.include({ numa_hint_faults: 1, numa_pages_migrated: 1 });
    expect(counterValues(one.state.root.events)).to.include({ numa_hint_faults: 0, numa_pages_migrated: 0 });
  });

  it("notes the task's pid in the VMA's window", () => {
    const one = armed();
    one.vma.scan = {
      nextScan: 0,
      pidsReset: 0,
      previousPids: [0, 0],
      currentPids: [0, 0],
      startSeq: 0,
      previousSeq: 0,
    };
    fault(one);
    const bit = pidBit(one.task.pid);
    const pids: [number, number] = [0, 0];
    pids[bit >>> 5] = 1 << (bit & 31);
    expect(one.vma.scan.currentPids).to.deep.equal(pids);
  });

  it('classifies by lastCpupid before this fault', () => {
    const one = armed();
    one.vma.object.lastCpupid[0] = packCpupid(1, one.task.pid + 1);
    fault(one);
    expect(one.task.faults!.memBuffer).to.deep.equal(Float64Array.of(0, 0, 1, 0));
  });

  it('a page seen by the same pid, or by nobody, is private', () => {
    const one = armed();
    one.vma.object.lastCpupid[0] = packCpupid(1, one.task.pid);
    fault(one, 0);
    fault(one, 1);
    expect(one.task.faults!.memBuffer).to.deep.equal(Float64Array.of(0, 0, 0, 2));
  });

  it('of a read-only mapping forms no group', () => {
    const one = armed();
    Object.assign(one.vma, { flags: { ...one.vma.flags, writable: false } });
    one.vma.object.lastCpupid[0] = packCpupid(1, one.task.pid + 1);
    fault(one, 0);
    expect(one.task.group).to.equal(undefined);
    Object.assign(one.vma, { flags: { ...one.vma.flags, writable: true } });
    one.vma.object.lastCpupid[1] = packCpupid(1, one.task.pid + 1);
    fault(one, 1);
    expect(one.task.group?.id).to.equal(one.task.pid);
  });

  it('costs a fault, and a move where there was one', () => {
    const one = armed();
    local(one, 1);
    expect(fault(one, 0)).to.equal(one.state.costs.hintFaultNs + one.state.costs.migratePageNs);
    expect(fault(one, 1)).to.equal(one.state.costs.hintFaultNs);
  });

  it('happens, counts and moves the page in mode 0 too, but is not recorded', () => {
    const one = armed({ mode: 0 });
    fault(one);
    expect(counterValues(one.state.events)).to.include({ numa_hint_faults: 1, numa_pages_migrated: 1 });
    expect(one.task).to.include({ faults: undefined, pagesMigrated: 0 });
  });

  it('happens, counts and moves the page behind a closed gate, but is not recorded', () => {
    for (const rfc of ['V1', 'V2', 'AllAncestors'] as const) {
      const one = armed({ mode: 4, variant: { rfc, interleave: false } });
      fault(one);
      expect(counterValues(one.state.events)).to.include({ numa_hint_faults: 1, numa_pages_migrated: 1 });
      expect(one.task).to.include({ faults: undefined, pagesMigrated: 0 });
    }
  });
});

describe('REF §3.6 lastCpupid after a move', () => {
  it('a private page that is written is unset again', () => {
    const one = armed();
    fault(one, 0, true);
    expect(one.vma.object.lastCpupid[0]).to.equal(UNSET_CPUPID);
  });

  it('a page that is only read keeps its value', () => {
    const one = armed();
    fault(one, 0, false);
    expect(one.vma.object.lastCpupid[0]).to.equal(packCpupid(1, one.task.pid));
  });

  it('so does one that is read by the fault and written by nobody until the next', () => {
    const one = armed();
    fault(one, 0, false);
    one.vma.arm(0);
    fault(one, 0, false);
    expect(one.vma.object.lastCpupid[0]).to.equal(packCpupid(1, one.task.pid));
  });

  it('a page of a region that somebody writes is unset by its next fault at the latest', () => {
    const one = armed();
    fault(one, 0, false);
    one.vma.table.written = true;
    one.vma.arm(0);
    fault(one, 0, false);
    expect(one.vma.object.lastCpupid[0]).to.equal(UNSET_CPUPID);
  });

  it('a page of a shared mapping keeps its value, written or not', () => {
    const one = armed({ shared: true });
    fault(one, 0, true);
    expect(one.vma.object.lastCpupid[0]).to.equal(packCpupid(1, one.task.pid));
  });

  it('a failed move keeps it too', () => {
    const one = armed();
    one.vma.object.batched[0] = 1;
    fault(one, 0, true);
    expect(one.vma.object.lastCpupid[0]).to.equal(packCpupid(1, one.task.pid));
  });
});

describe('REF §10 failed moves', () => {
  const failed = (one: Set): void => {
    fault(one);
    expect(counterValues(one.state.events)).to.include({
      numa_hint_faults: 1,
      numa_pages_migrated: 0,
      pgmigrate_success: 0,
      pgmigrate_fail: 0,
    });
    expect(one.task.locality).to.deep.equal([1, 0, 1]);
    expect(one.task.faults!.memBuffer).to.deep.equal(Float64Array.of(0, 1, 0, 0));
    expect(one.vma.armed.has(0)).to.equal(false);
    expect(one.vma.object.node[0]).to.equal(0);
  };

  it('a page in an LRU batch stays and counts as failed, not in pgmigrate_fail', () => {
    const one = armed();
    one.vma.object.batched[0] = 1;
    failed(one);
  });

  it('so does one whose target is nearly full', () => {
    const one = armed();
    one.state.memory.free[1] = one.state.memory.marks[1]!.high + 1;
    failed(one);
  });

  it('one page more than that is enough', () => {
    const one = armed();
    one.state.memory.free[1] = one.state.memory.marks[1]!.high + 2;
    fault(one, 0);
    fault(one, 1);
    expect(one.task.locality).to.deep.equal([2, 0, 1]);
  });

  it('a move takes a page of the target and gives one back, and counts as an allocation', () => {
    const one = armed();
    const free = [...one.state.memory.free];
    const hits = one.state.memory.stat[1]!.numaHit;
    fault(one);
    expect([...one.state.memory.free]).to.deep.equal([free[0]! + 1, free[1]! - 1]);
    expect(one.state.memory.stat[1]!).to.include({ numaHit: hits + 1, localNode: hits + 1, otherNode: 0 });
    expect([...one.vma.object.residentPerNode]).to.deep.equal([1023, 1]);
  });
});

describe('REF §9.1 misplaced pages by policy', () => {
  const bind = (nodes: readonly number[]): MemoryPolicySpec => ({ mode: 'Bind', nodes, numaBalancing: true });

  it('BIND with the flag pulls to the task within its nodes', () => {
    const one = armed({ policy: bind([0, 1]) });
    fault(one);
    expect(one.vma.object.node[0]).to.equal(1);
  });

  it('BIND {0} with the flag: the task is outside, nothing moves, lastCpupid is not touched', () => {
    const one = armed({ policy: bind([0]) });
    fault(one);
    expect(one.vma.object.node[0]).to.equal(0);
    expect(one.vma.object.lastCpupid[0]).to.equal(UNSET_CPUPID);
  });

  it('BIND with the flag: a local fault updates lastCpupid, unlike under the default policy', () => {
    const one = armed({ policy: bind([0, 1]) });
    local(one, 0);
    fault(one);
    expect(one.vma.object.lastCpupid[0]).to.equal(packCpupid(1, one.task.pid));
    expect(one.task.locality).to.deep.equal([0, 1, 0]);
  });

  it('pages of a policy that lost the flag are unmarked and stay', () => {
    const one = armed({ policy: { mode: 'Bind', nodes: [0, 1], numaBalancing: false } });
    fault(one);
    expect(one.vma.object.node[0]).to.equal(0);
    expect(one.vma.armed.has(0)).to.equal(false);
  });
});

describe('REF §17.7 interleave with the flag', () => {
  const policy: MemoryPolicySpec = { mode: 'Interleave', nodes: [0, 1], numaBalancing: true };

  it('records a private fault where the page is, and moves nothing', () => {
    const one = armed({ policy });
    one.vma.object.lastCpupid[0] = UNSET_CPUPID;
    fault(one);
    fault(one, 1);
    expect(one.state.events[4]).to.equal(0);
    expect(one.task.faults!.memBuffer).to.deep.equal(Float64Array.of(0, 2, 0, 0));
    expect(one.task.locality).to.deep.equal([2, 0, 0]);
    expect(one.vma.object.lastCpupid[0]).to.equal(UNSET_CPUPID);
  });

  for (const [what, variant, target, moves] of [
    ['as posted, node 1 is taken for "task only"', { sentinel: 'AsPosted' }, 1, false],
    ['as posted, other nodes are not', { sentinel: 'AsPosted' }, 2, true],
    ['as intended, node 1 is a node', { sentinel: 'Intended' }, 1, true],
    ['without the interleave patch too', { sentinel: 'AsPosted', interleave: false }, 1, true],
    ['and on V2', { sentinel: 'AsPosted', rfc: 'V2' }, 1, true],
  ] as const) {
    it(`D1: ${what}`, () => {
      const state = bootState({ machine: machine({ nodes: 3 }), variant });
      const { task, vma } = startOn(state, target, 0);
      drainBatches(vma);
      vma.arm(0);
      hintFault(state, task, vma, 0, false);
      expect(vma.object.node[0]).to.equal(moves ? target : 0);
      expect(task.locality).to.deep.equal([1, 0, 0]);
      expect(vma.object.lastCpupid[0]).to.equal(packCpupid(target, task.pid));
    });
  }
});
