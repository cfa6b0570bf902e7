/**
 * The kernel's list format for sets of ids, as in `cpuset.cpus` and `cpuset.mems`: ids and ascending ranges separated
 * by commas, `0-3,8`. Used by cpu-list.ts and node-list.ts.
 */
import { NumasimError } from '../errors.ts';
import type { Rule } from './rule.ts';

/** What is listed, and how far ids go. */
export interface IdListKind {
  /** Plural, for messages: `CPUs`, `NUMA nodes`. */
  readonly what: string;
  readonly maxId: number;
  /** Whether the list may be empty (`""`). */
  readonly mayBeEmpty: boolean;
}

const range = '(0|[1-9][0-9]{0,3})(-(0|[1-9][0-9]{0,3}))?';
const grammar = `^${range}(,${range})*$`;
const pattern = new RegExp(grammar, 'u');

/** The rules of a list of that kind, for a string schema. */
export function idListRules(kind: IdListKind): readonly Rule<string>[] {
  const empty = kind.mayBeEmpty ? `self == '' || ` : '';
  const isEmpty = (value: string): boolean => kind.mayBeEmpty && value === '';
  return [
    {
      cel: `${empty}self.matches('${grammar}')`,
      message: `must list ${kind.what} as ids and ranges separated by commas, such as 0-3,8`,
      check: (value) => isEmpty(value) || pattern.test(value),
    },
    {
      // Only what matches the grammar can be split into numbers; the rule above reports the rest.
      cel:
        `!self.matches('${grammar}') || self.split(',').all(r, ` +
        `int(r.split('-')[0]) <= int(r.split('-')[r.split('-').size() - 1]) && ` +
        `int(r.split('-')[r.split('-').size() - 1]) <= ${kind.maxId})`,
      message: `must have ranges that ascend and ids from 0 to ${kind.maxId}`,
      check: (value) =>
        !pattern.test(value) || ranges(value).every(([from, to]) => from <= to && to <= kind.maxId),
    },
  ];
}

/** The ids of a list, ascending and each once. Throws NUMASIM_OBJECT_INVALID when the text is no such list. */
export function parseIdList(value: string, kind: IdListKind): readonly number[] {
  const broken = idListRules(kind).find((rule) => !rule.check(value));
  if (broken !== undefined) {
    throw new NumasimError('NUMASIM_OBJECT_INVALID', `${broken.message}, is "${value}"`);
  }
  if (value === '') return [];
  const ids = new Set<number>();
  for (const [from, to] of ranges(value)) {
    for (let id = from; id <= to; id++) ids.add(id);
  }
  return [...ids].sort((a, b) => a - b);
}

/** Ids in the shortest list that names them, ascending: `[0, 1, 2, 5]` → `0-2,5`; no ids → `""`. */
export function formatIdList(ids: Iterable<number>): string {
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < sorted.length; i++) {
    const [first, last] = [sorted[start], sorted[i]];
    if (first === undefined || last === undefined || sorted[i + 1] === last + 1) continue;
    parts.push(first === last ? `${first}` : `${first}-${last}`);
    start = i + 1;
  }
  return parts.join(',');
}

function ranges(value: string): readonly (readonly [number, number])[] {
  return value.split(',').map((part) => {
    const [from = '', to = from] = part.split('-');
    return [Number(from), Number(to)] as const;
  });
}
