import { mutantsOf } from '../mutant.ts';
import type { Mutant } from '../mutant.ts';

/** Mistakes in the adaptation of the scan period (REF §12.4). */
export const ADAPTATION_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('12.4', 'balancing/scan-period.ts', [
    ['slow-remote', 'slow branch: L + shared, not L + R', 'local + shared === 0', 'local + remote === 0'],
    ['slow-failed', 'slow branch: a failed migration', ' || failed > 0', ''],
    ['slow-idle', 'slow branch: nothing local or shared', 'local + shared === 0 || ', ''],
    [
      'slow-max',
      'slow branch: the cached maximum',
      'Math.min(bounds.cachedMax, 2 * periodMs)',
      'Math.min(bounds.max, 2 * periodMs)',
    ],
    ['slow-cap', 'slow branch: capped', 'Math.min(bounds.cachedMax, 2 * periodMs)', '2 * periodMs'],
    ['slow-double', 'slow branch: doubles', '2 * periodMs', '3 * periodMs'],
    ['slot', 'slot: rounded up', 'Math.ceil(periodMs / PERIOD_SLOTS)', 'Math.floor(periodMs / PERIOD_SLOTS)'],
    [
      'lr',
      'local ratio: of all faults',
      'div(PERIOD_SLOTS * local, local + remote)',
      'div(PERIOD_SLOTS * local, window.private + shared)',
    ],
    [
      'ps',
      'private ratio: of private and shared',
      'div(PERIOD_SLOTS * window.private, window.private + shared)',
      'div(PERIOD_SLOTS * window.private, local + remote)',
    ],
    [
      'ps-threshold',
      'private branch: from 7',
      'privateRatio >= PERIOD_THRESHOLD',
      'privateRatio > PERIOD_THRESHOLD',
    ],
    ['ps-off', 'private branch', 'privateRatio >= PERIOD_THRESHOLD', 'false'],
    [
      'ps-least',
      'private branch: at least one slot',
      'Math.max(1, privateRatio - PERIOD_THRESHOLD)',
      'privateRatio - PERIOD_THRESHOLD',
    ],
    [
      'ps-first',
      'private branch before the local one',
      'if (privateRatio >= PERIOD_THRESHOLD)',
      'if (privateRatio >= PERIOD_THRESHOLD && localRatio < PERIOD_THRESHOLD)',
    ],
    [
      'lr-threshold',
      'local branch: from 7',
      'localRatio >= PERIOD_THRESHOLD',
      'localRatio > PERIOD_THRESHOLD',
    ],
    ['lr-off', 'local branch', 'localRatio >= PERIOD_THRESHOLD', 'false'],
    [
      'lr-least',
      'local branch: at least one slot',
      'Math.max(1, localRatio - PERIOD_THRESHOLD)',
      'localRatio - PERIOD_THRESHOLD',
    ],
    ['fast-sign', 'fast branch: shorter', 'return -(PERIOD_THRESHOLD', 'return (PERIOD_THRESHOLD'],
    [
      'fast-max',
      'fast branch: the larger ratio',
      'Math.max(localRatio, privateRatio)',
      'Math.min(localRatio, privateRatio)',
    ],
    ['fast-local', 'fast branch: both ratios', 'Math.max(localRatio, privateRatio)', 'localRatio'],
    ['clamp', 'clamp', 'clamp(periodMs + slots * slot, bounds.min, bounds.max)', 'periodMs + slots * slot'],
    [
      'clamp-max',
      'clamp: the present maximum',
      'slots * slot, bounds.min, bounds.max)',
      'slots * slot, bounds.min, bounds.cachedMax)',
    ],
    [
      'clamp-min',
      'clamp: the minimum',
      'slots * slot, bounds.min, bounds.max)',
      'slots * slot, 0, bounds.max)',
    ],
  ]),
  ...mutantsOf('12.4', 'balancing/placement.ts', [
    [
      'next-scan',
      'slow branch: moves nextScan',
      'task.mm.nextScan = state.jiffies + state.msToJiffies(result.periodMs);',
      '',
    ],
    ['next-scan-fast', 'only the slow branch moves nextScan', 'if (result.slowed) {', 'if (true) {'],
    [
      'sticky',
      'sticky failures: the slow branch keeps the window',
      'if (state.variant.stickyMigrationFailure) return;',
      '',
    ],
    [
      'not-sticky',
      'the slow branch clears the window',
      'if (state.variant.stickyMigrationFailure) return;',
      'return;',
    ],
    ['clear-remote', 'clears locality[0]', 'task.locality[REMOTE] = 0;', ''],
    ['clear-local', 'clears locality[1]', 'task.locality[LOCAL] = 0;', ''],
    ['clear-failed', 'clears locality[2]', 'task.locality[FAILED] = 0;', ''],
    [
      'types',
      'shared and private of the window',
      'shared: typeTotal[SHARED]!, private: typeTotal[PRIVATE]!',
      'shared: typeTotal[PRIVATE]!, private: typeTotal[SHARED]!',
    ],
    [
      'live-max',
      'the present maximum counts the decayed group',
      'max: taskScanMax(task, state.tunables)',
      'max: task.scanPeriodMaxMs',
    ],
  ]),
];
