/** Predicted and recorded directories, compared both ways, one cell per path and per value. */
import type { CgroupDirectory } from '../../src/cgroup/cgroup-directory.ts';
import type { RecordedDirectory } from './record.ts';

/** One comparison. */
export interface Cell {
  /** The recording's file. */
  readonly record: string;
  /** `namespace/name`, or `(node)` for kubepods and the QoS levels. */
  readonly pod: string;
  /** The observation's label, or the state's. */
  readonly observation: string;
  readonly path: string;
  /** The file whose content is compared; empty for the directory itself, then the values are `present` and `absent`. */
  readonly file: string;
  readonly predicted: string | null;
  readonly recorded: string | null;
  readonly equal: boolean;
  /** Why they differ, where that is known and named in docs/cgroups.md. */
  readonly difference?: string;
}

/** What is compared and how. */
export interface Comparison {
  readonly record: string;
  readonly pod: string;
  readonly observation: string;
  readonly predicted: readonly CgroupDirectory[];
  readonly recorded: readonly RecordedDirectory[];
  /** Files that have one value in all of a recording's directories, and so are left out of them. */
  readonly constants: Readonly<Record<string, string>>;
}

/** All cells of a comparison: predicted directories first, then those that nobody predicted. */
export function compare(comparison: Comparison): readonly Cell[] {
  const { predicted, recorded } = comparison;
  const byPath = new Map(recorded.map((directory) => [directory.path, directory]));
  const known = new Set(predicted.map(({ path }) => path));
  return [
    ...predicted.flatMap((directory) => directoryCells(comparison, directory, byPath.get(directory.path))),
    ...recorded
      .filter(({ path }) => !known.has(path))
      .map(({ path }) => cell(comparison, path, '', 'absent', 'present')),
  ];
}

function directoryCells(
  comparison: Comparison,
  predicted: CgroupDirectory,
  recorded: RecordedDirectory | undefined,
): readonly Cell[] {
  const { path, values } = predicted;
  if (recorded === undefined) return [cell(comparison, path, '', 'present', 'absent')];
  const values_ = Object.entries(values).map(([file, value]) =>
    cell(comparison, path, file, value, recorded.files[file] ?? comparison.constants[file] ?? null),
  );
  return [cell(comparison, path, '', 'present', 'present'), ...values_];
}

function cell(
  { record, pod, observation }: Comparison,
  path: string,
  file: string,
  predicted: string,
  recorded: string | null,
): Cell {
  return { record, pod, observation, path, file, predicted, recorded, equal: predicted === recorded };
}
