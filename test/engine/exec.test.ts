import { expect } from 'chai';

import { execProcess } from '../../src/engine/exec.ts';
import { NumaGroup } from '../../src/engine/balancing/numa-group.ts';
import { boot, bootState, pidOf, processSpec, region, runTicks, startOn, thread } from './boot.ts';
import { checkInvariants } from './invariants.ts';

describe('REF §5.2 exec of a running process', () => {
  it('leaves an address space that was never scanned, without mappings', () => {
    const state = bootState();
    const { process } = startOn(state, 1, 0, { threads: 2 });
    runTicks(state, 500);
    expect(process.mm.nextScan).to.be.greaterThan(0);
    execProcess(state, process);
    expect(process.mm).to.include({ nextScan: 0, scanSeq: 0, scanOffset: 0, users: 1 });
    expect([process.mm.vmas, process.tasks.length]).to.deep.equal([[], 1]);
    expect([...state.memory.free]).to.deep.equal([...state.memory.managed]);
    checkInvariants(state);
    runTicks(state, 500);
  });

  it('zeroes the statistics but keeps them allocated, leaves the group and keeps the preferred node', () => {
    const state = bootState();
    const { process, task } = startOn(state, 1, 0, { mib: 1 });
    runTicks(state, 1500);
    expect(task.faults).not.to.equal(undefined);
    const group = new NumaGroup(task.pid, 0, 2);
    group.members.add(task);
    group.mem.set(task.faults!.mem);
    group.cpu.set(task.faults!.cpu);
    group.totalFaults = task.totalFaults;
    Object.assign(task, { group, preferredNode: 1 });
    execProcess(state, process);
    expect(task).to.include({ totalFaults: 0, preferredNode: 1, group: undefined });
    expect([...task.faults!.mem, ...task.faults!.cpuBuffer]).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0]);
    expect([group.members.size, group.totalFaults, ...group.mem]).to.deep.equal([0, 0, 0, 0, 0, 0]);
  });

  it('the program that follows maps and touches memory of its own', () => {
    const kernel = boot();
    const pid = pidOf(
      kernel.spawn(processSpec({ regions: [region('a', 1)], threads: [thread({ affinity: [1] })] })),
    );
    kernel.calls.exec(pid);
    kernel.calls.map(pid, { name: 'a', pages: 10 });
    kernel.calls.touch(pid, 'a', [0, 10]);
    expect(kernel.processes()[0]!.regions).to.deep.equal([{ name: 'a', pagesPerNode: [0, 10] }]);
  });
});
