import { expect } from 'chai';

import { PRIVATE, SHARED, TaskFaults } from '../../../src/engine/balancing/fault-statistics.ts';
import { NumaGroup, leaveGroup, tryJoinGroup } from '../../../src/engine/balancing/numa-group.ts';
import { packCpupid } from '../../../src/engine/memory/cpupid.ts';
import { endProcess } from '../../../src/engine/process.ts';
import type { Task } from '../../../src/engine/sched/task.ts';
import type { KernelState } from '../../../src/engine/state.ts';
import { bootState, machine, runTicks, startOn } from '../boot.ts';

function give(task: Task, mem: readonly number[], cpu: readonly number[]): void {
  task.faults = new TaskFaults(2);
  task.faults.mem.set(mem);
  task.faults.cpu.set(cpu);
  task.totalFaults = mem.reduce((a, b) => a + b, 0);
}

/** Two threads of one process on CPUs 0 and 1, the second running there. */
function pair(options: { readonly oneProcess: boolean } = { oneProcess: true }) {
  const state = bootState({ machine: machine({ nodes: 2, cpusPerNode: 2 }) });
  const { process } = startOn(state, 0, 0, { threads: 2 });
  const me = process.tasks[0]!;
  const other = options.oneProcess ? process.tasks[1]! : startOn(state, 1, 0).task;
  other.affinity = [1];
  if (options.oneProcess) place(state, other, 1);
  runTicks(state, 1);
  give(me, [1, 2, 3, 4], [5, 6, 7, 8]);
  give(other, [10, 20, 30, 40], [50, 60, 70, 80]);
  const join = (sharedMapping = false, last = packCpupid(1, other.pid)) =>
    tryJoinGroup(state, me, { last, sharedMapping });
  return { state, process, me, other, join };
}

function place(state: KernelState, task: Task, cpu: number): void {
  state.runQueues[task.cpu]!.remove(task);
  task.cpu = cpu;
  state.runQueues[cpu]!.add(task);
}

function withGroup(task: Task, order: number, strangers = 0): NumaGroup {
  const group = new NumaGroup(task.pid, order, 2);
  group.members.add(task);
  for (let i = 0; i < strangers; i++) group.members.add({ pid: 1000 + i } as Task);
  group.mem.set(task.faults!.mem);
  group.cpu.set(task.faults!.cpu);
  group.totalFaults = task.totalFaults;
  return (task.group = group);
}

describe('REF §13.2 creating and joining groups', () => {
  it('a shared fault makes a group of one, with the statistics of the task', () => {
    const { me, join } = pair();
    expect(join()).to.equal(SHARED);
    const group = me.group!;
    expect(group).to.include({ id: me.pid, totalFaults: 10, activeNodes: 1, maxFaultsCpu: 0 });
    expect([...group.members]).to.deep.equal([me]);
    expect(group.mem).to.deep.equal(me.faults!.mem);
    expect(group.cpu).to.deep.equal(me.faults!.cpu);
  });

  it('joins the group of the task that is still on the CPU, and moves the statistics', () => {
    const { me, other, join } = pair();
    const theirs = withGroup(other, 0, 1);
    expect(join()).to.equal(SHARED);
    expect(me.group).to.equal(theirs);
    expect(theirs.members.size).to.equal(3);
    expect([...theirs.mem]).to.deep.equal([11, 22, 33, 44]);
    expect([...theirs.cpu]).to.deep.equal([55, 66, 77, 88]);
    expect(theirs.totalFaults).to.equal(110);
  });

  it('takes its statistics out of the group it leaves', () => {
    const { me, other, join } = pair();
    withGroup(other, 0, 1);
    const mine = withGroup(me, 1);
    join();
    expect(mine.members.size).to.equal(0);
    expect(mine.totalFaults).to.equal(0);
    expect([...mine.mem, ...mine.cpu].every((count) => count === 0)).to.equal(true);
  });

  it('joins nobody when another task runs there now', () => {
    const { me, other, join } = pair();
    withGroup(other, 0, 1);
    join(false, packCpupid(1, other.pid + 1));
    expect(me.group!.id).to.equal(me.pid);
    join(false, packCpupid(3, other.pid));
    expect(me.group!.id).to.equal(me.pid);
  });

  it('joins nobody who has no group', () => {
    const { me, other, join } = pair();
    expect(join()).to.equal(SHARED);
    expect(me.group).not.to.equal(other.group);
  });

  it('the larger group does not join the smaller', () => {
    const { me, other, join } = pair();
    withGroup(other, 0);
    const mine = withGroup(me, 1, 1);
    expect(join()).to.equal(SHARED);
    expect(me.group).to.equal(mine);
  });

  it('of two equal ones, the younger does not join the older, the older does', () => {
    const younger = pair();
    withGroup(younger.other, 0);
    const mine = withGroup(younger.me, 1);
    younger.join();
    expect(younger.me.group).to.equal(mine);

    const older = pair();
    const theirs = withGroup(older.other, 1);
    withGroup(older.me, 0);
    older.join();
    expect(older.me.group).to.equal(theirs);
  });

  it("another process's task on a page that is not truly shared: private, no joining", () => {
    const { me, other, join } = pair({ oneProcess: false });
    withGroup(other, 0, 1);
    expect(join(false)).to.equal(PRIVATE);
    expect(me.group!.id).to.equal(me.pid);
  });

  it('on a truly shared one it joins', () => {
    const { me, other, join } = pair({ oneProcess: false });
    const theirs = withGroup(other, 0, 1);
    expect(join(true)).to.equal(SHARED);
    expect(me.group).to.equal(theirs);
  });
});

describe('REF §13.3 active nodes', () => {
  it('are those with more than a third of the busiest one', () => {
    const group = new NumaGroup(1, 0, 4);
    group.cpu.set([50, 49, 33, 0, 0, 34, 0, 0]);
    group.countActiveNodes([0, 1, 2, 3]);
    expect(group).to.include({ maxFaultsCpu: 99, activeNodes: 2 });
  });
});

describe('REF §13.4 leaving', () => {
  it('takes the statistics along', () => {
    const { me, other, join } = pair();
    const theirs = withGroup(other, 0, 1);
    join();
    leaveGroup(me);
    expect(me.group).to.equal(undefined);
    expect([...theirs.mem]).to.deep.equal([10, 20, 30, 40]);
    expect(theirs.totalFaults).to.equal(100);
    expect(theirs.members.has(me)).to.equal(false);
  });

  it('happens at the end of a process', () => {
    const { state, process, me, other, join } = pair();
    const theirs = withGroup(other, 0, 1);
    join();
    expect(theirs.members.has(me)).to.equal(true);
    endProcess(state, process);
    expect([...theirs.mem]).to.deep.equal([0, 0, 0, 0]);
    expect(theirs.members.has(me) || theirs.members.has(other)).to.equal(false);
  });
});
