/** A set of NUMA nodes in the kernel's list format (`cpuset.mems`): `0-1,3`. */
import { z } from 'zod';

import { formatIdList, idListRules, parseIdList } from './id-list.ts';
import type { IdListKind } from './id-list.ts';
import { withRules } from './rule.ts';

/** The greatest NUMA node id numasim simulates. */
export const maxNodeId = 63;

const kind: IdListKind = {
  what: 'NUMA nodes',
  maxId: maxNodeId,
  id: '[0-9]|[1-5][0-9]|6[0-3]',
  mayBeEmpty: false,
};

/** Schema of a list of at least one node. */
export function nodeList(description: string): z.ZodString {
  return withRules(z.string().min(1).max(32), description, idListRules(kind));
}

/** Node ids, ascending. Throws NUMASIM_OBJECT_INVALID when the text is no node list. */
export function parseNodeList(value: string): readonly number[] {
  return parseIdList(value, kind);
}

/** Node ids as a list: `[0, 1, 3]` → `0-1,3`. */
export const formatNodeList: (ids: Iterable<number>) => string = formatIdList;
