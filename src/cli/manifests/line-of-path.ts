/** Where a field stands in a YAML document, from its path as error messages write it. */
import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';

/**
 * Offset in the text of the field at `path` (`spec.containers[0].name`), or of the nearest one above it that exists:
 * a missing field is reported at the object it is missing in. `from` is where the path starts.
 */
export function offsetOfPath(document: Document, from: Node | null, path: string): number {
  let node = resolveAlias(document, from);
  let offset = startOf(from);
  let rest = path;
  while (rest !== '') {
    const step = takeStep(node, rest);
    if (step === undefined) break;
    ({ offset, rest } = step);
    node = resolveAlias(document, step.value);
  }
  return offset;
}

interface Step {
  readonly value: unknown;
  readonly offset: number;
  readonly rest: string;
}

function takeStep(node: unknown, path: string): Step | undefined {
  if (isMap(node)) return intoMap(node, path);
  const [, index, after] = /^\[(\d+)\]\.?(.*)$/su.exec(path) ?? [];
  if (!isSeq(node) || index === undefined) return undefined;
  const value = node.items[Number(index)];
  return value === undefined ? undefined : { value, offset: startOf(value), rest: after ?? '' };
}

/** Keys may hold dots (`app.kubernetes.io/name`), so the path is matched against the keys there are, longest first. */
function intoMap(map: YAMLMap, path: string): Step | undefined {
  const candidates = map.items
    .map((pair) => ({ pair, key: keyOf(pair) }))
    .filter(({ key }) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`))
    .sort((a, b) => b.key.length - a.key.length);
  const [best] = candidates;
  if (best === undefined) return undefined;
  const rest = path.slice(best.key.length).replace(/^\./u, '');
  return { value: best.pair.value, offset: startOf(best.pair.key), rest };
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

function resolveAlias(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function startOf(node: unknown): number {
  if (isPair(node)) return startOf(node.key);
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}
