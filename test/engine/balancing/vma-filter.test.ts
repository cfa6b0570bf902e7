import { expect } from 'chai';

import { skipVma } from '../../../src/engine/balancing/vma-filter.ts';
import { pidBit } from '../../../src/engine/memory/cpupid.ts';
import { createMemoryPolicy } from '../../../src/engine/memory/memory-policy.ts';
import { ANONYMOUS } from '../../../src/engine/memory/vma.ts';
import type { VmaFlags, VmaScanState } from '../../../src/engine/memory/vma.ts';
import { bootState, region, start } from '../boot.ts';
import type { StateOptions } from '../boot.ts';

/** A task with one VMA; what it is scanned for the first time at jiffy 1000. */
function mapped(flags: Partial<VmaFlags> = {}, options: StateOptions = {}) {
  const state = bootState(options);
  state.now = 1000 * state.tickNs;
  const process = start(state, { regions: [region('r', 4, { flags: { ...ANONYMOUS, ...flags } })] });
  const task = process.tasks[0]!;
  const vma = process.mm.vmas[0]!;
  const skip = (forced = false) => skipVma(state, task, vma, forced);
  return { state, task, vma, mm: process.mm, skip };
}

/** The same in pass 5, last scanned in pass 4, with all times past. */
function late(options: StateOptions = {}) {
  const one = mapped({}, options);
  one.skip();
  one.mm.scanSeq = 5;
  one.mm.users = 4;
  Object.assign(one.vma.scan!, { previousSeq: 4, nextScan: 0, pidsReset: 1e9 });
  return one;
}

/** The access of a thread in one of the two windows. */
function notePid(scan: VmaScanState, pid: number, window: 'previousPids' | 'currentPids' = 'currentPids') {
  const bit = pidBit(pid);
  const pids: [number, number] = [0, 0];
  pids[bit >>> 5] = 1 << (bit & 31);
  scan[window] = pids;
}

describe('REF §7.3 VMA skip rules', () => {
  it('plain anonymous memory is scanned', () => {
    expect(mapped().skip()).to.equal(undefined);
  });

  for (const [rule, what, flags, reason] of [
    [1, 'a special mapping', { special: true }, 'unsuitable'],
    [2, 'a read-only file', { file: true, writable: false }, 'shared-ro'],
    [3, 'a mapping without rights', { readable: false, writable: false }, 'inaccessible'],
  ] as const) {
    it(`${rule}: ${what}, which gets no balancing state`, () => {
      const { skip, vma } = mapped(flags);
      expect(skip()).to.equal(reason);
      expect(vma.scan).to.equal(undefined);
    });
  }

  it('2: a writable file and read-only anonymous memory are scanned', () => {
    expect(mapped({ file: true }).skip()).to.equal(undefined);
    expect(mapped({ writable: false }).skip()).to.equal(undefined);
  });

  it('2: a file that cannot be read falls under rule 3, or is scanned if it may be executed', () => {
    const unreadable = { file: true, readable: false, writable: false };
    expect(mapped(unreadable).skip()).to.equal('inaccessible');
    expect(mapped({ ...unreadable, executable: true }).skip()).to.equal(undefined);
  });

  for (const right of ['readable', 'writable', 'executable'] as const) {
    it(`3: a mapping that is only ${right} is scanned`, () => {
      const none = { readable: false, writable: false, executable: false };
      expect(mapped({ ...none, [right]: true }).skip()).to.equal(undefined);
    });
  }

  it("1: a policy that does not migrate on fault, the VMA's before the task's", () => {
    const { skip, task, vma, state } = mapped();
    const local = createMemoryPolicy({ mode: 'Local', nodes: [], numaBalancing: false }, 2, state.variant);
    task.policy = local;
    expect(skip()).to.equal('unsuitable');
    vma.policy = createMemoryPolicy({ mode: 'Bind', nodes: [0], numaBalancing: true }, 2, state.variant);
    expect(skip()).to.equal(undefined);
    [task.policy, vma.policy] = [null, local];
    expect(skip()).to.equal('unsuitable');
  });

  it('the state is created with the times and passes of REF §3.4', () => {
    const { skip, vma, mm } = mapped();
    mm.scanSeq = 7;
    skip();
    expect(vma.scan).to.deep.equal({
      nextScan: 1250,
      pidsReset: 2250,
      previousPids: [0, 0],
      currentPids: [0, 0],
      startSeq: 7,
      previousSeq: 6,
    });
  });

  it('the pid windows rotate after 4 scan delays, rounded to jiffies as a whole', () => {
    const { skip, vma } = mapped({}, { tunables: { scanDelayMs: 1 } });
    skip();
    expect(vma.scan).to.include({ nextScan: 1001, pidsReset: 1002 });
  });

  it('4: before its time, but not in the first pass', () => {
    const { skip, mm, state } = mapped();
    expect(skip()).to.equal(undefined);
    mm.scanSeq = 1;
    expect(skip()).to.equal('scan-delay');
    state.now = 1250 * state.tickNs;
    expect(skip()).to.equal(undefined);
  });

  it('4 before 5: before its time a VMA complete in this pass leaves the scan offset alone', () => {
    const { skip, mm, vma } = late();
    Object.assign(vma.scan!, { previousSeq: 5, nextScan: 2000 });
    expect(skip()).to.equal('scan-delay');
    expect(mm.scanOffset).to.equal(0);
  });

  it('5: complete in this pass, forced or not; the scan offset moves behind it', () => {
    for (const forced of [false, true]) {
      const { skip, mm, vma } = late();
      vma.scan!.previousSeq = 5;
      expect(skip(forced)).to.equal('seq-completed');
      expect(mm.scanOffset).to.equal(vma.end);
    }
  });

  it('6: not accessed by this task, unless forced', () => {
    const { skip } = late();
    expect(skip()).to.equal('pid-inactive');
    expect(skip(true)).to.equal(undefined);
  });
});

describe('REF §7.3 pid filter', () => {
  it('off during the first two passes', () => {
    const { skip, vma } = late();
    vma.scan!.currentPids = [0, 0];
    Object.assign(vma.scan!, { startSeq: 4 });
    expect(skip()).to.equal(undefined);
    Object.assign(vma.scan!, { startSeq: 3 });
    expect(skip()).to.equal('pid-inactive');
  });

  for (const window of ['previousPids', 'currentPids'] as const) {
    it(`the pid in ${window} counts as access`, () => {
      const { skip, vma, task } = late();
      const bit = pidBit(task.pid);
      const pids: [number, number] = [0, 0];
      pids[bit >>> 5] = 1 << (bit & 31);
      vma.scan![window] = pids;
      expect(skip()).to.equal(undefined);
      vma.scan![window] = [~pids[0], ~pids[1]];
      expect(skip()).to.equal('pid-inactive');
    });
  }

  it('a scan of it in progress counts as access', () => {
    const { skip, vma, mm } = late();
    mm.scanOffset = vma.start;
    expect(skip()).to.equal('pid-inactive');
    mm.scanOffset = vma.start + 4096;
    expect(skip()).to.equal(undefined);
  });

  it('nobody for as many passes as there are threads counts as access', () => {
    const { skip, mm } = late();
    mm.scanSeq = 8;
    expect(skip()).to.equal('pid-inactive');
    mm.scanSeq = 9;
    expect(skip()).to.equal(undefined);
  });

  it('windows rotate when their time is past, one window per look', () => {
    const { skip, vma, state } = late();
    Object.assign(vma.scan!, { pidsReset: 2250, previousPids: [1, 1], currentPids: [2, 2] });
    state.now = 2250 * state.tickNs;
    skip();
    expect(vma.scan).to.deep.include({ previousPids: [1, 1], currentPids: [2, 2] });
    state.now = 9000 * state.tickNs;
    skip();
    expect(vma.scan).to.deep.include({ pidsReset: 3250, previousPids: [2, 2], currentPids: [0, 0] });
  });

  it('they rotate though the VMA is complete in this pass', () => {
    const { skip, vma, state } = late();
    Object.assign(vma.scan!, { previousSeq: 5, pidsReset: 2250, currentPids: [2, 2] });
    state.now = 2251 * state.tickNs;
    expect(skip()).to.equal('seq-completed');
    expect(vma.scan).to.deep.include({ pidsReset: 3250, previousPids: [2, 2], currentPids: [0, 0] });
  });

  it('they do not rotate in the first pass', () => {
    const { skip, vma, state, mm } = late();
    mm.scanSeq = 0;
    Object.assign(vma.scan!, { pidsReset: 5, previousSeq: -1, startSeq: 0, currentPids: [2, 2] });
    state.now = 9000 * state.tickNs;
    skip();
    expect(vma.scan).to.deep.include({ pidsReset: 5, currentPids: [2, 2] });
  });
});

describe('without a pid filter, as before Linux 6.4', () => {
  const variant = { pidFilter: 'None' } as const;

  it('rules 4 to 6 do not exist, and VMAs have no balancing state', () => {
    const { skip, vma, mm } = mapped({}, { variant });
    for (const pass of [0, 1, 9]) {
      mm.scanSeq = pass;
      expect(skip()).to.equal(undefined);
    }
    expect(vma.scan).to.equal(undefined);
    expect(mm.scanOffset).to.equal(0);
  });

  for (const [rule, flags, reason] of [
    [1, { special: true }, 'unsuitable'],
    [2, { file: true, writable: false }, 'shared-ro'],
    [3, { readable: false, writable: false }, 'inaccessible'],
  ] as const) {
    it(`rule ${rule} does`, () => expect(mapped(flags, { variant }).skip()).to.equal(reason));
  }
});

describe('with the pid filter of Linux 6.4', () => {
  const skipping: StateOptions = { variant: { pidFilter: 'Skip' } };

  it('4: before its time, but not in the first pass', () => {
    const { skip, mm, state } = mapped({}, skipping);
    expect(skip()).to.equal(undefined);
    mm.scanSeq = 1;
    expect(skip()).to.equal('scan-delay');
    state.now = 1250 * state.tickNs;
    expect(skip()).to.equal(undefined);
  });

  it('there is no rule 5: what is complete in this pass is asked for its pids, and the scan offset stays', () => {
    const { skip, mm, vma, task } = late(skipping);
    vma.scan!.previousSeq = 5;
    expect(skip()).to.equal('pid-inactive');
    notePid(vma.scan!, task.pid);
    expect(skip()).to.equal(undefined);
    expect(mm.scanOffset).to.equal(0);
  });

  it('only the first two passes of the address space are free, however new the VMA is', () => {
    const { skip, mm, vma } = late(skipping);
    for (const [pass, reason] of [
      [1, undefined],
      [2, 'pid-inactive'],
    ] as const) {
      mm.scanSeq = pass;
      Object.assign(vma.scan!, { startSeq: pass, previousSeq: pass - 1 });
      expect(skip()).to.equal(reason);
    }
  });

  for (const window of ['previousPids', 'currentPids'] as const) {
    it(`the pid in ${window} counts as access`, () => {
      const { skip, vma, task } = late(skipping);
      notePid(vma.scan!, task.pid, window);
      expect(skip()).to.equal(undefined);
    });
  }

  it('windows rotate, so that an access is forgotten', () => {
    const { skip, vma, task, state } = late(skipping);
    notePid(vma.scan!, task.pid);
    vma.scan!.pidsReset = 2250;
    state.now = 9000 * state.tickNs;
    expect(skip()).to.equal(undefined);
    expect(skip()).to.equal('pid-inactive');
  });

  it('a scan of it in progress does not count as access', () => {
    const { skip, vma, mm } = late(skipping);
    mm.scanOffset = vma.start + 4096;
    expect(skip()).to.equal('pid-inactive');
  });

  it('nor does it count that nobody came for many passes', () => {
    const { skip, mm } = late(skipping);
    mm.scanSeq = 100;
    expect(skip()).to.equal('pid-inactive');
  });
});
