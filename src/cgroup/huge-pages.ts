/** Huge pages: resource names of the API (`hugepages-2Mi`) and names of the kernel's files (`hugetlb.2MB.max`). */
import type { Amounts } from './amounts.ts';

const prefix = 'hugepages-';

/** The kubelet's "no limit" for levels that must not limit huge pages, as the file shows it: 2^62. */
export const unboundedHugetlb = '4611686018427387904';

const units: Readonly<Record<string, string>> = { Ki: 'KB', Mi: 'MB', Gi: 'GB' };

/** The kernel's name of a huge page resource's size (`hugepages-2Mi` → `2MB`), undefined for other resources. */
export function hugePageSize(resource: string): string | undefined {
  const match = /^hugepages-(?<count>[0-9]+)(?<unit>Ki|Mi|Gi)$/u.exec(resource)?.groups;
  const unit = units[match?.unit ?? ''];
  return match === undefined || unit === undefined ? undefined : `${match.count ?? ''}${unit}`;
}

/** Whether a resource is some size of huge page. */
export function isHugePage(resource: string): boolean {
  return resource.startsWith(prefix);
}

/** The `hugetlb.<size>.max` files of one directory: `value` for each size. */
export function hugetlbFiles(
  sizes: Iterable<string>,
  value: (size: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries([...sizes].map((size) => [`hugetlb.${size}.max`, value(size)]));
}

/** Bytes of huge pages of a size in a list of amounts; 0 when the list has none. */
export function hugePageAmount(list: Amounts, size: string): number {
  for (const [name, bytes] of list) if (hugePageSize(name) === size) return bytes;
  return 0;
}

/** Bytes of each size of huge page in a node's capacity, by the kernel's name of the size. */
export function hugePageCapacity(capacity: Amounts): Readonly<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const [name, bytes] of capacity) {
    const size = hugePageSize(name);
    if (size !== undefined) result[size] = bytes;
  }
  return result;
}
