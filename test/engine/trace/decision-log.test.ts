import { expect } from 'chai';

import { NUMA_BALANCING } from '../../../src/engine/kernel.ts';
import type { Kernel } from '../../../src/engine/kernel.ts';
import { ANONYMOUS } from '../../../src/engine/memory/vma.ts';
import type { MemoryPolicySpec } from '../../../src/engine/memory/memory-policy.ts';
import { describeDecision, ruleOf } from '../../../src/engine/trace/decision.ts';
import type { Decision } from '../../../src/engine/trace/decision.ts';
import type { DecisionFilter } from '../../../src/engine/trace/decision-log.ts';
import { SECOND, boot, machine, mkdir, pidOf, processSpec, region, sweep, thread } from '../boot.ts';

/** 16 MiB on node 0, swept by one thread on node 1. */
function remote(kernel: Kernel, cgroup = '/', policy?: MemoryPolicySpec): number {
  return pidOf(
    kernel.spawn(
      processSpec({
        cgroup,
        regions: [region('heap', 16, { firstTouchNode: 0, policy })],
        threads: [thread({ affinity: [1], accesses: [sweep('heap')] })],
      }),
    ),
  );
}

function decisionsOf(kernel: Kernel, seconds: number, filter?: DecisionFilter): readonly Decision[] {
  const decisions: Decision[] = [];
  const stop = kernel.trace((decision) => decisions.push(decision), filter);
  kernel.run(kernel.now + seconds * SECOND);
  stop();
  return decisions;
}

const rules = (decisions: readonly Decision[], about: Decision['about']): readonly string[] => [
  ...new Set(
    decisions.filter((each) => each.about === about).map(({ outcome, rule }) => `${outcome} ${rule}`),
  ),
];

describe('the decision log', () => {
  it('says of every page why it moved, or why it could not', () => {
    const kernel = boot();
    const pid = remote(kernel);
    kernel.calls.holdPages(pid, 'heap', [7, 8]);
    const decisions = decisionsOf(kernel, 3);
    const { numa_hint_faults, numa_pages_migrated } = kernel.counters();
    const pages = decisions.filter(({ about }) => about === 'page');
    expect(pages).to.have.length(numa_hint_faults);
    expect(pages.filter(({ outcome }) => outcome === 'moved')).to.have.length(numa_pages_migrated);
    expect(rules(decisions, 'page')).to.deep.equal(['moved early', 'failed offLru']);
  });

  it('says that a full node takes nothing, with its numbers', () => {
    const kernel = boot({ machine: machine({ nodes: 2, mib: 64 }) });
    kernel.spawn(processSpec({ regions: [region('full', 60, { firstTouchNode: 1 })] }));
    remote(kernel);
    const page = decisionsOf(kernel, 3, { about: ['page'] }).at(-1);
    expect([page?.outcome, page?.rule]).to.deep.equal(['failed', 'noRoom']);
    expect(page?.numbers.freePages).to.be.at.most((page?.numbers.highPages ?? 0) + 1);
  });

  it('says of interleaved memory that the task may move and the page may not', () => {
    const kernel = boot();
    remote(kernel, '/', { mode: 'Interleave', nodes: [0, 1], numaBalancing: true });
    expect(rules(decisionsOf(kernel, 3), 'page')).to.deep.equal(['stayed taskOnly']);
  });

  it("says that an old kernel does not weigh where a group's memory is", () => {
    for (const [pseudoInterleaving, rule] of [
      [true, 'stayed unbalanced'],
      [false, 'moved notSpread'],
    ] as const) {
      const kernel = boot({
        machine: machine({ nodes: 2, cpusPerNode: 2 }),
        variant: { pseudoInterleaving },
      });
      const accesses = [sweep('shared', { pattern: 'Uniform', touchesPerSecond: 1000, writePercent: 50 })];
      kernel.spawn(
        processSpec({
          regions: [region('shared', 4, { firstTouchNode: 0, flags: { ...ANONYMOUS, shared: true } })],
          threads: [2, 3, 0].map((cpu) => thread({ affinity: [cpu], accesses })),
        }),
      );
      const said = rules(decisionsOf(kernel, 40, { about: ['page'] }), 'page');
      expect(said.filter((each) => / (mostlyHere|(un)?balanced|notSpread)$/u.test(each))).to.deep.equal([
        rule,
      ]);
    }
  });

  it('says that a closed switch keeps a thread from scanning', () => {
    const kernel = boot({ mode: 4 });
    mkdir(kernel, '/off');
    remote(kernel, '/off');
    const decisions = decisionsOf(kernel, 2);
    expect(rules(decisions, 'scan')).to.deep.equal(['none gateAtTick']);
    expect(rules(decisions, 'page')).to.deep.equal([]);
  });

  it('says that a fault of a switched-off cgroup does not count', () => {
    const kernel = boot();
    mkdir(kernel, '/g');
    remote(kernel, '/g');
    while (kernel.counters().numa_hint_faults === 0) kernel.run(kernel.now + kernel.tickNs);
    kernel.write(NUMA_BALANCING, '4');
    expect(rules(decisionsOf(kernel, 1), 'task')).to.deep.equal(['stayed gateAtFault']);
  });

  it('says what a scan marks of a mapping, and what it leaves alone', () => {
    const kernel = boot();
    kernel.spawn(
      processSpec({
        regions: [region('near', 2, { firstTouchNode: 1 }), region('far', 2, { firstTouchNode: 0 })],
        threads: [thread({ affinity: [1], accesses: [sweep('near'), sweep('far')] })],
      }),
    );
    const mappings = decisionsOf(kernel, 3, { about: ['mapping'] });
    const marks = (name: string): unknown =>
      mappings
        .filter((each) => each.about === 'mapping' && each.region === name)
        .map(({ numbers }) => [numbers.marks, numbers.leftOnOwnNode]);
    expect(marks('near')).to.deep.equal([[0, 512]]);
    expect(marks('far')).to.deep.equal([[512, 0]]);
  });

  it('says of a thread whether it went to the node it prefers, and which partner was passed by', () => {
    const kernel = boot();
    const spec = (node: number) =>
      processSpec({
        regions: [region('heap', 4, { firstTouchNode: node })],
        threads: [thread({ affinity: [node], accesses: [sweep('heap')] }), thread({ affinity: [node] })],
      });
    const pid = pidOf(kernel.spawn(spec(0)));
    expect(rules(decisionsOf(kernel, 8), 'task')).to.deep.equal(['stayed noPreferred', 'stayed atPreferred']);
    kernel.calls.setAffinity(pid, [1]);
    for (const node of [0, 1]) kernel.spawn(spec(node));
    kernel.calls.setAffinity(pid, [0, 1]);
    const displaced = decisionsOf(kernel, 30, { pid, about: ['task'] });
    expect(rules(displaced, 'task')).to.include.members(['passed by partnerAffinity', 'stayed nothingFound']);
  });

  it('changes nothing that is decided', () => {
    const [quiet, traced] = [boot(), boot()];
    for (const kernel of [quiet, traced]) remote(kernel);
    quiet.run(3 * SECOND);
    decisionsOf(traced, 3);
    expect(traced.digest()).to.equal(quiet.digest());
  });

  it('tells only what was asked for, until it is stopped', () => {
    const kernel = boot();
    const pid = remote(kernel);
    const other = remote(kernel);
    const decisions = decisionsOf(kernel, 6, { pid, about: ['page'] });
    expect(new Set(decisions.map((each) => `${each.about} ${each.pid}`))).to.deep.equal(
      new Set([`page ${pid}`]),
    );
    expect(other).not.to.equal(pid);
    const before = decisions.length;
    kernel.run(20 * SECOND);
    expect(decisions).to.have.length(before);
  });

  it('has a line for each, with the section of the reference and the numbers', () => {
    const kernel = boot();
    remote(kernel);
    const decisions = decisionsOf(kernel, 3);
    for (const decision of decisions) {
      expect(describeDecision(decision)).to.include(`(REF §${ruleOf(decision).ref})`);
    }
    const line = decisions.find(({ rule }) => rule === 'early');
    expect(line && describeDecision(line)).to.match(
      /^\d\.\d{6} work\/1 heap page \d+: moved: early in life .* \(REF §9\.2 step 4\): pageNode 0, here 1, preferredNode -1, scanSeq \d/u,
    );
  });
});
