/** Objects of one kind as `kubectl get` prints them, from the columns of its CRD. */
import type { KindDefinition, NumasimObject, PrinterColumn } from '../../api/kinds.ts';
import { valueAtJsonPath } from './json-path.ts';
import { textTable } from './text-table.ts';
import type { TextColumn } from './text-table.ts';

/** The table; columns of `-o wide` and the age, which says nothing here, are left out. */
export function objectTable(
  { scope, columns }: KindDefinition,
  objects: readonly NumasimObject[],
  width: number,
): string {
  const namespace: TextColumn = {
    header: 'Namespace',
    cells: objects.map(({ metadata }) => metadata.namespace ?? ''),
  };
  const name: TextColumn = { header: 'Name', cells: objects.map(({ metadata }) => metadata.name ?? '') };
  const shown = columns.filter(({ type, priority = 0 }) => priority === 0 && type !== 'date');
  return textTable(
    [
      ...(scope === 'Namespaced' ? [namespace] : []),
      name,
      ...shown.map((column) => textColumn(column, objects)),
    ],
    width,
  );
}

function textColumn({ name, type, jsonPath }: PrinterColumn, objects: readonly NumasimObject[]): TextColumn {
  const cells = objects.map((object) => {
    const value = valueAtJsonPath(object, jsonPath);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  });
  return { header: name, cells, isNumber: type === 'integer' };
}
