/**
 * The differences that are known and explained (docs/cgroups.md lists the same; fact numbers are those of the
 * recordings' README). A cell that differs for none of these reasons is a mistake of the model.
 */
import type { Cell } from './compare.ts';
import type { RecordedDirectory } from './record.ts';

/** Name → the reason, for people. */
export const knownDifferences = {
  'qos-level-lag':
    'The weight of the burstable level is of the kubelet’s last update; when that was, and which of the ended ' +
    'pods it still counted, is in no status (facts 33, 34, 42).',
  'vanishing-directory':
    'The directory was being removed while it was read: listed, but without a single file (fact 41).',
  'left-behind-directory':
    'The container has ended, its directory is empty and about to be removed by the runtime (fact 38).',
} as const satisfies Record<string, string>;

/** The name of the reason why a cell differs, undefined if none is known. */
export function nameDifference(
  cell: Cell,
  recorded: RecordedDirectory | undefined,
): keyof typeof knownDifferences | undefined {
  if (cell.pod === '(node)') {
    return cell.file === 'cpu.weight' && /burstable(?:\.slice)?$/u.test(cell.path)
      ? 'qos-level-lag'
      : undefined;
  }
  if (cell.file !== '' || recorded === undefined || cell.predicted !== 'absent') return undefined;
  if (Object.keys(recorded.files).length === 0) return 'vanishing-directory';
  return recorded.nprocs === 0 ? 'left-behind-directory' : undefined;
}
