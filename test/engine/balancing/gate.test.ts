import { expect } from 'chai';

import { gateOf } from '../../../src/engine/balancing/gate.ts';
import { makeCgroup } from '../../../src/engine/cgroup-tree.ts';
import { DEFAULT_VARIANT } from '../../../src/engine/machine/variant.ts';
import type { KernelVariant } from '../../../src/engine/machine/variant.ts';
import { bootState, groupOf, start } from '../boot.ts';

/** root(0) ─ A(0) ─ B(1), C a child of B without the cpu controller, D one with it. */
function verdict(rfc: KernelVariant['rfc'], path: string, mode: number): boolean {
  const state = bootState({ variant: { rfc } });
  state.root.subtreeControl.add('cpu');
  makeCgroup(state, '/A').subtreeControl.add('cpu');
  makeCgroup(state, '/A/B').numaLoadBalance = 1n;
  makeCgroup(state, '/A/B/C');
  groupOf(state, '/A/B').subtreeControl.add('cpu');
  makeCgroup(state, '/A/B/D');
  const { tasks } = start(state, {}, groupOf(state, path));
  return state.gate.atFault(tasks[0]!, mode);
}

describe('REF §20.11 gate', () => {
  for (const [path, mode1, posted, intent] of [
    ['/', true, false, false],
    ['/A', true, false, false],
    ['/A/B', true, true, false],
    ['/A/B/C', true, true, false],
    ['/A/B/D', true, false, false],
  ] as const) {
    it(`a task in ${path}`, () => {
      for (const rfc of ['V1', 'V2', 'AllAncestors'] as const) expect(verdict(rfc, path, 1)).to.equal(mode1);
      for (const rfc of ['V1', 'V2'] as const) expect(verdict(rfc, path, 4)).to.equal(posted);
      expect(verdict('AllAncestors', path, 4)).to.equal(intent);
    });
  }

  it('AllAncestors opens when every ancestor, the root included, is on', () => {
    const state = bootState({ variant: { rfc: 'AllAncestors' } });
    state.root.subtreeControl.add('cpu');
    const a = makeCgroup(state, '/A');
    const { tasks } = start(state, {}, a);
    const open = (): boolean => state.gate.atFault(tasks[0]!, 4);
    a.numaLoadBalance = 1n;
    expect(open()).to.equal(false);
    state.root.numaLoadBalance = 1n;
    expect(open()).to.equal(true);
    a.numaLoadBalance = 0n;
    expect(open()).to.equal(false);
  });
});

describe('REF §17.2 the effective group', () => {
  it('of a task is the nearest with the cpu controller, for AllAncestors too', () => {
    const state = bootState({ variant: { rfc: 'AllAncestors' } });
    state.root.subtreeControl.add('cpu');
    const a = makeCgroup(state, '/A');
    const { tasks } = start(state, {}, makeCgroup(state, '/A/without'));
    const open = (): boolean => state.gate.atFault(tasks[0]!, 4);
    state.root.numaLoadBalance = 1n;
    expect(open()).to.equal(false);
    a.numaLoadBalance = 1n;
    expect(open()).to.equal(true);
  });
});

describe('REF §17.3 accepted values', () => {
  for (const rfc of ['V1', 'V2', 'AllAncestors'] as const) {
    it(`${rfc}: any value but 0 is on`, () => {
      const state = bootState({ variant: { rfc } });
      const { tasks } = start(state);
      for (const [value, open] of [
        [0n, false],
        [1n, true],
        [2n, true],
        [2n ** 64n - 1n, true],
      ] as const) {
        state.root.numaLoadBalance = value;
        expect(state.gate.atFault(tasks[0]!, 4)).to.equal(open);
      }
    });
  }
});

describe('REF §17.3 where each proposal asks', () => {
  const closed = (rfc: KernelVariant['rfc']) => {
    const state = bootState({ variant: { rfc } });
    const task = start(state).tasks[0]!;
    return {
      tick: state.gate.atTick(task, 4),
      scan: state.gate.atScan(task, 4),
      fault: state.gate.atFault(task, 4),
      file: state.gate.hasFile,
    };
  };

  it('V1 in the tick and at the fault', () => {
    expect(closed('V1')).to.deep.equal({ tick: false, scan: true, fault: false, file: true });
  });
  it('V2 in the scan work and at the fault', () => {
    expect(closed('V2')).to.deep.equal({ tick: true, scan: false, fault: false, file: true });
  });
  it('AllAncestors where V2 does', () => {
    expect(closed('AllAncestors')).to.deep.equal({ tick: true, scan: false, fault: false, file: true });
  });
  it('the unpatched kernel nowhere, and it has no file', () => {
    expect(closed('Off')).to.deep.equal({ tick: true, scan: true, fault: true, file: false });
  });
});

describe('REF §17.4 what a mode marks on top-tier nodes', () => {
  for (const [mode, rfc, thpMarking, base, huge] of [
    [1, 'V1', 'AsPosted', true, true],
    [2, 'V1', 'AsPosted', false, false],
    [3, 'V1', 'AsPosted', true, true],
    [4, 'Off', 'AsPosted', false, false],
    [4, 'V1', 'AsPosted', true, false],
    [4, 'V2', 'AsPosted', true, false],
    [4, 'AllAncestors', 'AsPosted', true, false],
    [4, 'V1', 'Fixed', true, true],
  ] as const) {
    it(`mode ${mode}, ${rfc}, ${thpMarking}: base pages ${base}, huge pages ${huge}`, () => {
      const gate = gateOf({ ...DEFAULT_VARIANT, rfc, thpMarking });
      expect(gate.marksTopTier(mode, false)).to.equal(base);
      expect(gate.marksTopTier(mode, true)).to.equal(huge);
    });
  }
});
