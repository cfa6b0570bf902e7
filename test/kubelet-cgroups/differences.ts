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
    'The container or pod has ended, its directory is empty and about to be removed (facts 38, 41, 42).',
  'changed-meanwhile':
    'A container started or ended between the two readings of the status around the dump (facts 38, 39).',
} as const satisfies Record<string, string>;

/** What is known about an observation beside its cells. */
export interface Circumstances {
  /** The container states read before and after the dump are not the same. */
  readonly changedMeanwhile: boolean;
  /** Whether a directory is of something that had ended: the pod, or a container that the status names. */
  readonly isOfEnded: (path: string) => boolean;
}

/** The name of the reason why a cell differs, undefined if none is known. */
export function nameDifference(
  cell: Cell,
  recorded: RecordedDirectory | undefined,
  { changedMeanwhile, isOfEnded }: Circumstances,
): keyof typeof knownDifferences | undefined {
  if (cell.pod === '(node)') return isLevelWeight(cell) ? 'qos-level-lag' : undefined;
  if (cell.file !== '') return undefined;
  if (recorded !== undefined && isOfEnded(cell.path)) {
    if (Object.keys(recorded.files).length === 0) return 'vanishing-directory';
    if (recorded.nprocs === 0) return 'left-behind-directory';
  }
  return changedMeanwhile ? 'changed-meanwhile' : undefined;
}

function isLevelWeight({ file, path }: Cell): boolean {
  return file === 'cpu.weight' && /burstable(?:\.slice)?$/u.test(path);
}
