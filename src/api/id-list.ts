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
  /**
   * Regular expression of an id from 0 to `maxId`, in the syntax that RE2 and JavaScript share. The bound is part of the
   * grammar because the API server reckons splitting and comparing as far more expensive than matching.
   */
  readonly id: string;
  /** Whether the list may be empty (`""`). */
  readonly mayBeEmpty: boolean;
}

/** The rules of a list of that kind, for a string schema. */
export function idListRules(kind: IdListKind): readonly Rule<string>[] {
  const grammar = grammarOf(kind);
  const pattern = new RegExp(grammar, 'u');
  return [
    {
      cel: `${kind.mayBeEmpty ? "self == '' || " : ''}self.matches('${grammar}')`,
      message: `must list ${kind.what} (0 to ${kind.maxId}) as ids and ranges separated by commas, such as 0-3,8`,
      check: (value) => (kind.mayBeEmpty && value === '') || pattern.test(value),
    },
    {
      cel: "self.findAll('[0-9]{1,4}-[0-9]{1,4}').all(r, int(r.find('^[0-9]+')) <= int(r.find('[0-9]+$')))",
      message: 'must have ranges that ascend, such as 0-3',
      check: (value) => ranges(value).every(([from, to]) => from <= to),
    },
  ];
}

function grammarOf({ id }: IdListKind): string {
  const range = `(${id})(-(${id}))?`;
  return `^${range}(,${range})*$`;
}

/** The ids of a list, ascending and each once. Throws NUMASIM_OBJECT_INVALID when the text is no such list. */
export function parseIdList(value: string, kind: IdListKind): readonly number[] {
  const broken = idListRules(kind).find((rule) => !rule.check(value));
  if (broken !== undefined) {
    throw new NumasimError('NUMASIM_OBJECT_INVALID', `${broken.message}, is "${value}"`);
  }
  const ids = new Set<number>();
  for (const part of value === '' ? [] : value.split(',')) {
    const [from = 0, to = from] = part.split('-').map(Number);
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

/** What looks like a range, whether or not the whole text is a list. */
function ranges(value: string): readonly (readonly [number, number])[] {
  return [...value.matchAll(/([0-9]{1,4})-([0-9]{1,4})/gu)].map(([, from, to]) => [Number(from), Number(to)]);
}
