import { expect } from 'chai';

import { ANONYMOUS } from '../../../src/engine/memory/vma.ts';
import { addThread, exitThread } from '../../../src/engine/process.ts';
import { KernelError } from '../../../src/engine/kernel-error.ts';
import {
  SECOND,
  boot,
  bootState,
  pidOf,
  processSpec,
  region,
  runTicks,
  start,
  startOn,
  sweep,
  thread,
} from '../boot.ts';
import { checkInvariants } from '../invariants.ts';

describe('REF §5.3 exit of a thread', () => {
  it('its contributions leave its group, and the address space has a user less', () => {
    const state = bootState();
    const write = sweep('heap', { writePercent: 100, touchesPerSecond: 20_000, pattern: 'Uniform' });
    const flags = { ...ANONYMOUS, shared: true };
    const process = start(state, {
      regions: [region('heap', 4, { flags })],
      threads: [0, 1].map((cpu) => thread({ affinity: [cpu], accesses: [write] })),
    });
    runTicks(state, 5000);
    const { mm, tasks } = process;
    const [first, second] = tasks;
    const { group } = second!;
    expect(group?.members.size).to.equal(2);
    exitThread(state, process, second!);
    expect([mm.users, tasks.length, state.tasks.has(second!.pid)]).to.deep.equal([1, 1, false]);
    expect([second!.group, first!.group === group, group!.members.size]).to.deep.equal([undefined, true, 1]);
    expect([...group!.mem]).to.deep.equal([...first!.faults!.mem]);
    checkInvariants(state);
  });

  it('with one thread left the scan leaves local pages alone again (REF §7.4 f)', () => {
    const kernel = boot();
    const spec = {
      regions: [region('heap', 1)],
      threads: [thread({ affinity: [0], accesses: [sweep('heap')] }), thread({ affinity: [0] })],
    };
    const pid = pidOf(kernel.spawn(processSpec(spec)));
    kernel.run(1.5 * SECOND);
    kernel.calls.exitThread(pid + 1);
    const before = kernel.counters().numa_pte_updates;
    kernel.run(9 * SECOND);
    expect(kernel.counters().numa_pte_updates).to.equal(before);
  });

  it('the main thread may go first; the last one ends the process', () => {
    const kernel = boot();
    const spec = { regions: [region('heap', 1)], threads: [thread(), thread()] };
    const pid = pidOf(kernel.spawn(processSpec(spec)));
    kernel.calls.exitThread(pid);
    expect(kernel.processes()[0]!.threads.map((each) => each.pid)).to.deep.equal([pid + 1]);
    kernel.calls.exitThread(pid + 1);
    expect(kernel.processes()).to.deep.equal([]);
    expect(kernel.nodes().every(({ managedPages, freePages }) => managedPages === freePages)).to.equal(true);
    expect(() => kernel.calls.exitThread(pid)).to.throw(KernelError, 'ESRCH');
  });

  it('a thread started later draws from a stream of its own, not from that of one that has ended', () => {
    const state = bootState();
    const { process } = startOn(state, 0, 0, { threads: 3 });
    exitThread(state, process, process.tasks[1]!);
    expect(addThread(state, process, {}).streamName).to.equal('work/3');
  });
});
