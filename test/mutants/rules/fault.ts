import { mutantsOf } from '../mutant.ts';
import type { Mutant } from '../mutant.ts';

/** Mistakes in what a hint fault decides, moves and records (REF §9, §10.1, §11.2). */
export const FAULT_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('9.1', 'balancing/misplaced.ts', [
    ['mof', 'a policy without MOF', "if (!policy.migrateOnFault) return stays(state, 'policyStays');", ''],
    [
      'local',
      'a local page returns before the filter',
      "policy.mode === 'Default' ? current === here :",
      "policy.mode === 'Default' ? false :",
    ],
    ['outside', 'here is not in the node set', '!policy.nodes.includes(here)) {', 'false) {'],
  ]),
  ...mutantsOf('9.2', 'balancing/two-stage-filter.ts', [
    ['0-off', 'step 0', 'state.memory.managed[target] === 0', 'false'],
    [
      '2-store',
      'step 2: stores who touched it',
      'object.lastCpupid[page] = packCpupid(task.cpu, task.pid);',
      '',
    ],
    [
      '2-swap',
      'step 2: judges the value before',
      'return decide(state, task, old,',
      'return decide(state, task, object.lastCpupid[page]!,',
    ],
    ['3-off', 'step 3', '!isCpuValid(state, old)', 'false'],
    ['3-slow-only', 'step 3: slow memory only', '!state.isTopTier(source) && !isCpuValid', '!isCpuValid'],
    ['4-preferred', 'step 4: no preferred node', 'task.preferredNode === NO_NODE || ', ''],
    ['4-early', 'step 4: early life', ' || task.scanSeq <= EARLY_SEQ', ''],
    ['4-strict', 'step 4: up to pass 4', 'task.scanSeq <= EARLY_SEQ', 'task.scanSeq < EARLY_SEQ'],
    ['4-unset', 'step 4: unset', '(unset || mine)', 'mine'],
    ['4-mine', 'step 4: own pid', '(unset || mine)', 'unset'],
    ['4-any', 'step 4: not for other pids', ' && (unset || mine)', ''],
    ['5-off', 'step 5', 'return VERDICTS.otherNode;', ';'],
    ['5-unset', 'step 5: not for unset', 'if (!unset && state', 'if (state'],
    ['6-off', 'step 6', 'if (mine) return VERDICTS.private;', ''],
    ['7-off', 'step 7', 'return VERDICTS.ungrouped', 'return VERDICTS.otherNode'],
    [
      '8-switch',
      'steps 8 and 9: not before 3.15',
      'if (!state.variant.pseudoInterleaving) return VERDICTS.notSpread;',
      '',
    ],
    ['8-switch-yes', 'before 3.15: yes', 'notSpread: yes(5)', 'notSpread: no(5)'],
    ['8-off', 'step 8', 'cpuHere > ACTIVE_FRACTION * cpuThere', 'false'],
    ['8-strict', 'step 8: more than three times', 'cpuHere > ACTIVE_FRACTION', 'cpuHere >= ACTIVE_FRACTION'],
    ['9-band', 'step 9: dead band', '3 * cpuHere', '4 * cpuHere'],
    ['9-strict', 'step 9: strictly more', 'group.memFaults(source) > 4', 'group.memFaults(source) >= 4'],
    [
      '9-nodes',
      'step 9: memory of the other node',
      'group.memFaults(source) > 4',
      'group.memFaults(target) > 4',
    ],
    ['9-never', 'step 9: no', 'more ? VERDICTS.balanced : VERDICTS.unbalanced', 'VERDICTS.balanced'],
  ]),
  ...mutantsOf('10.1', 'balancing/migrate-page.ts', [
    ['3-room', 'check 3: target nearly full', '!state.memory.hasRoomForMigration(target, pages)', 'false'],
    ['4-batch', 'check 4: in an LRU batch', 'object.batched[start] === 1', 'false'],
  ]),
  ...mutantsOf('10.1', 'memory/node-memory.ts', [
    [
      '3-strict',
      'check 3: more than high + pages',
      '> this.marks[node]!.high + pages',
      '>= this.marks[node]!.high + pages',
    ],
    [
      '3-watermark',
      'check 3: the high watermark',
      'this.marks[node]!.high + pages',
      'this.marks[node]!.low + pages',
    ],
  ]),
  ...mutantsOf('11.2', 'balancing/record-fault.ts', [
    ['switch', 'global switch off', "if (!state.balancingOn) return 'modeOff';", ''],
    ['unset', 'unset is private', 'fault.last === UNSET_CPUPID || ', ''],
    ['pid', 'own pid is private', ' || pidMatches(task.pid, fault.last)', ''],
    [
      'no-group',
      'NO_GROUP',
      'fault.writable ? tryJoinGroup(state, task, fault) : SHARED',
      'tryJoinGroup(state, task, fault)',
    ],
    ['shared-only', 'local for the group: shared faults', 'type === SHARED &&\n', ''],
    [
      'active-nodes',
      'local for the group: more than one active node',
      'group.activeNodes > 1',
      'group.activeNodes > 0',
    ],
    ['active-run', 'local for the group: run node', 'group.isActive(runNode) &&', ''],
    ['active-mem', 'local for the group: memory node', '&&\n    group.isActive(memNode)', ''],
    [
      'retry',
      'strictly after the retry time',
      'state.jiffies > task.migrateRetry',
      'state.jiffies >= task.migrateRetry',
    ],
    ['moved', 'pagesMigrated', 'task.pagesMigrated += fault.pages', 'task.pagesMigrated += 0'],
    ['failed', 'locality[2]', 'task.locality[FAILED] += fault.pages', 'task.locality[FAILED] += 0'],
    [
      'run-node',
      'run node before the task moves',
      'faults.cpuBuffer[2 * runNode + type]',
      'faults.cpuBuffer[2 * state.nodeOfTask(task) + type]',
    ],
    ['locality', 'local or remote', 'local ? LOCAL : REMOTE', 'REMOTE'],
  ]),
];
