/** A set of CPUs in the kernel's list format (`cpuset.cpus`): `0-3,8`. */
import { z } from 'zod';

import { formatIdList, idListRules, parseIdList } from './id-list.ts';
import type { IdListKind } from './id-list.ts';
import { withRules } from './rule.ts';

/** The greatest CPU id numasim simulates: Linux is built for at most 8192 CPUs. */
export const maxCpuId = 8191;

const someCpus: IdListKind = {
  what: 'CPUs',
  maxId: maxCpuId,
  id: '0|[1-9][0-9]{0,2}|[1-7][0-9]{3}|80[0-9]{2}|81[0-8][0-9]|819[01]',
  mayBeEmpty: false,
};
const maybeCpus: IdListKind = { ...someCpus, mayBeEmpty: true };

/** Schema of a list of at least one CPU. */
export function cpuList(description: string): z.ZodString {
  return withRules(z.string().min(1).max(128), description, idListRules(someCpus));
}

/** Schema of a list of CPUs that may be empty (`""`). */
export function cpuListOrEmpty(description: string): z.ZodString {
  return withRules(z.string().max(128), description, idListRules(maybeCpus));
}

/** CPU ids, ascending; none for `""`. Throws NUMASIM_OBJECT_INVALID when the text is no CPU list. */
export function parseCpuList(value: string): readonly number[] {
  return parseIdList(value, maybeCpus);
}

/** CPU ids as a list: `[0, 1, 3]` → `0-1,3`. */
export const formatCpuList: (ids: Iterable<number>) => string = formatIdList;
