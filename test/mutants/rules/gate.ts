import { mutantsOf } from '../mutant.ts';
import type { Mutant } from '../mutant.ts';

const section = '17.3';

/** Mistakes in the per-cgroup switch: where it is asked, its default, the hierarchy, marking (REF §17.3). */
export const GATE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(section, 'balancing/gates/rfc-v1.ts', [
    ['v1-file', 'V1: the file exists', 'hasFile: true', 'hasFile: false'],
    ['v1-tick', 'V1 asks in the tick', 'atTick: ownFlagOpen', 'atTick: () => true'],
    ['v1-scan', 'V1 does not ask in the scan work', 'atScan: () => true', 'atScan: ownFlagOpen'],
    ['v1-fault', 'V1 asks at the fault', 'atFault: ownFlagOpen', 'atFault: () => true'],
  ]),
  ...mutantsOf(section, 'balancing/gates/rfc-v2.ts', [
    ['v2-file', 'V2: the file exists', 'hasFile: true', 'hasFile: false'],
    ['v2-tick', 'V2 does not ask in the tick', 'atTick: () => true', 'atTick: ownFlagOpen'],
    ['v2-scan', 'V2 asks in the scan work', 'atScan: ownFlagOpen', 'atScan: () => true'],
    ['v2-fault', 'V2 asks at the fault', 'atFault: ownFlagOpen', 'atFault: () => true'],
  ]),
  ...mutantsOf(section, 'balancing/gates/all-ancestors.ts', [
    ['all-file', 'AllAncestors: the file exists', 'hasFile: true', 'hasFile: false'],
    ['all-tick', 'AllAncestors does not ask in the tick', 'atTick: () => true', 'atTick: open'],
    ['all-scan', 'AllAncestors asks in the scan work', 'atScan: open', 'atScan: () => true'],
    ['all-fault', 'AllAncestors asks at the fault', 'atFault: open', 'atFault: () => true'],
    [
      'all-parents',
      'AllAncestors: every ancestor',
      '(!effective.parent || allEnabled(effective.parent))',
      'true',
    ],
    ['all-own', 'AllAncestors: the group itself too', 'effective.numaLoadBalance !== 0n && ', ''],
    ['all-root', 'AllAncestors: the root too', '!effective.parent ||', '!effective.parent?.parent ||'],
    ['all-effective', 'AllAncestors: the effective group', "group.governing('cpu')", 'group'],
    ['all-mode', 'AllAncestors: mode 4 only', '(mode & CGROUP_BIT) === 0 || ', ''],
  ]),
  ...mutantsOf(section, 'balancing/gates/mainline.ts', [
    ['off-file', 'mainline has no file', 'hasFile: false', 'hasFile: true'],
    ['off-tick', 'mainline asks nowhere', 'atTick: () => true', 'atTick: () => false'],
    ['off-scan', 'mainline asks nowhere', 'atScan: () => true', 'atScan: () => false'],
    ['off-fault', 'mainline asks nowhere', 'atFault: () => true', 'atFault: () => false'],
    [
      'off-marking',
      'mainline marks top-tier memory with bit 1 only',
      '(mode & NORMAL_BIT) !== 0',
      'mode !== 0',
    ],
  ]),
  ...mutantsOf(section, 'balancing/gates/own-flag.ts', [
    ['mode', 'the flag rules in mode 4 only', '(mode & CGROUP_BIT) === 0 || ', ''],
    ['open', 'a closed gate', "task.cgroup.governing('cpu').numaLoadBalance !== 0n", 'true'],
    ['non-zero', 'any value but 0 is on', '.numaLoadBalance !== 0n', '.numaLoadBalance === 1n'],
    ['effective', 'the nearest group with the cpu controller', "task.cgroup.governing('cpu')", 'task.cgroup'],
    [
      'marking-base',
      'the RFC marks base pages in mode 4',
      'NORMAL_BIT : NORMAL_BIT | CGROUP_BIT',
      'NORMAL_BIT : NORMAL_BIT',
    ],
    ['marking-huge', 'as posted it leaves huge pages', "huge && thpMarking === 'AsPosted'", 'false'],
    ['marking-fixed', 'fixed it marks huge pages', "huge && thpMarking === 'AsPosted'", 'huge'],
  ]),
  ...mutantsOf(section, 'balancing/gate.ts', [
    [
      'variant-v2',
      'V2 has its own gate',
      'return rfcV2Gate(variant.thpMarking);',
      'return rfcV1Gate(variant.thpMarking);',
    ],
    [
      'variant-all',
      'AllAncestors has its own gate',
      'return allAncestorsGate(variant.thpMarking);',
      'return rfcV2Gate(variant.thpMarking);',
    ],
    [
      'variant-off',
      'mainline has its own gate',
      'return mainlineGate;',
      'return rfcV1Gate(variant.thpMarking);',
    ],
  ]),
  ...mutantsOf(section, 'balancing/gates/own-flag.ts', [
    ['default', 'default 0 for every group', '(): bigint => 0n', '(): bigint => 1n'],
  ]),
  ...mutantsOf(section, 'balancing/tick.ts', [
    ['asked-tick', 'the tick asks', "if (!state.gate.atTick(task, state.mode)) return 'gateAtTick';", ''],
    [
      'stamp',
      'V1: the stamp stands still while closed',
      "if (!state.gate.atTick(task, state.mode)) return 'gateAtTick';",
      "if (!state.gate.atTick(task, state.mode)) { task.nodeStamp += task.scanPeriodMs * NS_PER_MS; return 'gateAtTick'; }",
    ],
  ]),
  ...mutantsOf(section, 'balancing/scan.ts', [
    ['asked-scan', 'the scan work asks', ' || !state.gate.atScan(task, state.mode)', ''],
    [
      'before-claim',
      'V2 asks before nextScan is touched',
      "!state.gate.atScan(task, state.mode)) return 'gateAtScan';",
      "!state.gate.atScan(task, state.mode)) { mm.nextScan += 1; return 'gateAtScan'; }",
    ],
  ]),
  ...mutantsOf(section, 'balancing/record-fault.ts', [
    [
      'asked-fault',
      'fault recording asks',
      "state.gate.atFault(task, state.mode) ? undefined : 'gateAtFault'",
      'undefined',
    ],
    [
      'before-statistics',
      'it asks before any statistics',
      'if (ignored) {',
      'task.faults ??= newStatistics(state, task);\n  if (ignored) {',
    ],
  ]),
  ...mutantsOf(section, 'balancing/hint-fault.ts', [
    [
      'page-migration',
      'page migration does not ask',
      'if (target === NO_NODE) return',
      'if (target === NO_NODE || !state.gate.atFault(task, state.mode)) return',
    ],
  ]),
  ...mutantsOf(section, 'balancing/mark.ts', [
    [
      'marking',
      'marking does not ask, only the mode counts',
      'state.gate.marksTopTier(state.mode, huge)',
      '(state.gate.marksTopTier(state.mode, huge) && state.gate.atFault(task, state.mode))',
    ],
  ]),
  ...mutantsOf(section, 'balancing/compare-task.ts', [
    [
      'swap-partner',
      'a swap does not ask the partner’s gate',
      'if (!isAllowed(partner, task.cpu))',
      'if (!isAllowed(partner, task.cpu) || !state.gate.atFault(partner, state.mode))',
    ],
  ]),
];
