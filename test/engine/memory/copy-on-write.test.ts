import { expect } from 'chai';

import { forkProcess } from '../../../src/engine/fork.ts';
import { UNSET_CPUPID, packCpupid } from '../../../src/engine/memory/cpupid.ts';
import { writeFault } from '../../../src/engine/memory/copy-on-write.ts';
import type { PageTable } from '../../../src/engine/memory/page-table.ts';
import { endProcess } from '../../../src/engine/process.ts';
import type { Process, RegionSpec } from '../../../src/engine/process.ts';
import type { KernelState } from '../../../src/engine/state.ts';
import { checkInvariants } from '../invariants.ts';
import { bootState, startOn } from '../boot.ts';

/** A process on node 1 with 4 MiB on node 0, and a child of it. */
function family(options: Partial<RegionSpec> = {}) {
  const state = bootState();
  const { process, task } = startOn(state, 1, 0, options);
  state.lruBatches.drain();
  const fork = (): Process => forkProcess(state, process, task);
  const write = (who: Process, page: number): string => {
    const outcome = writeFault(state, who.tasks[0]!, who.mm.vmas[0]!, page);
    checkInvariants(state);
    return outcome;
  };
  return { state, parent: process, fork, write };
}

const tableOf = ({ mm }: Process): PageTable => mm.vmas[0]!.table;
const nodeOf = (who: Process, page: number): number => tableOf(who).objectOf(page).node[page]!;
const used = ({ memory }: KernelState): readonly number[] =>
  [...memory.managed].map((all, node) => all - memory.free[node]!);

describe('REF §5.1 copy-on-write', () => {
  it('the writer gets a page of its own on its own node; the other keeps the old one', () => {
    const { state, parent, fork, write } = family();
    const child = fork();
    expect(write(child, 9)).to.equal('copied');
    expect([nodeOf(parent, 9), nodeOf(child, 9), nodeOf(child, 10)]).to.deep.equal([0, 1, 0]);
    expect(used(state)).to.deep.equal([1024, 1]);
    expect(state.root.chargedPages).to.equal(1025);
    expect(state.memory.stat[1]).to.include({ numaHit: 1, localNode: 1 });
  });

  it('by its policy', () => {
    const { parent, fork, write } = family({ policy: { mode: 'Bind', nodes: [0], numaBalancing: false } });
    const child = fork();
    write(child, 9);
    expect([nodeOf(parent, 9), nodeOf(child, 9)]).to.deep.equal([0, 0]);
  });

  it('the last one to map a page goes on with it, as if nobody had touched it (REF §3.6)', () => {
    const { state, parent, fork, write } = family();
    const child = fork();
    write(child, 9);
    const object = tableOf(parent).objectOf(9);
    object.lastCpupid[9] = packCpupid(1, 7);
    expect(write(parent, 9)).to.equal('reused');
    expect([object.lastCpupid[9], tableOf(parent).objectOf(9) === object]).to.deep.equal([
      UNSET_CPUPID,
      true,
    ]);
    expect(tableOf(parent).cow!.has(9)).to.equal(false);
    expect(used(state)).to.deep.equal([1024, 1]);
  });

  it('three generations: a page is freed when the last of those that still map it writes or ends', () => {
    const { state, parent, fork, write } = family();
    const child = fork();
    const grandchild = forkProcess(state, child, child.tasks[0]!);
    expect([write(parent, 3), write(child, 3), write(grandchild, 3)]).to.deep.equal([
      'copied',
      'copied',
      'reused',
    ]);
    expect(used(state)).to.deep.equal([1024, 2]);
    endProcess(state, child);
    checkInvariants(state);
    expect(used(state)).to.deep.equal([1024, 1]);
    endProcess(state, parent);
    checkInvariants(state);
    expect(used(state)).to.deep.equal([1024, 0]);
    endProcess(state, grandchild);
    expect(used(state)).to.deep.equal([0, 0]);
  });

  it('copies of a page take a place each while they live, not one for each fork there ever was', () => {
    const { state, parent, fork, write } = family();
    for (let i = 0; i < 5; i++) {
      const child = fork();
      write(child, 3);
      endProcess(state, child);
      write(parent, 3);
    }
    expect(tableOf(parent).objects).to.have.length(2);
    expect(used(state)).to.deep.equal([1024, 0]);
  });

  it('of a huge page the written base page is copied, the rest stays shared by base entries (REF §7.4)', () => {
    const { state, parent, fork, write } = family({ hugePages: true });
    const child = fork();
    expect(write(child, 700)).to.equal('copied');
    expect([tableOf(child).isHugeEntry(600), tableOf(child).isHugeEntry(9)]).to.deep.equal([false, true]);
    expect(tableOf(parent).isHugeEntry(600)).to.equal(true);
    expect(used(state)).to.deep.equal([1024, 1]);
    endProcess(state, parent);
    checkInvariants(state);
    expect(write(child, 701)).to.equal('reused');
    expect(tableOf(child).cow!.has(1023)).to.equal(false);
  });
});
