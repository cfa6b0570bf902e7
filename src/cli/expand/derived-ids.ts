/** Names and uids that a cluster would draw at random, derived from what they name, so that every run has the same. */
import { createHash } from 'node:crypto';

/** Kubernetes' alphabet for generated names: no vowels, no digits that look like them. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** `length` (at most 32) characters of Kubernetes' alphabet for generated names. */
export function derivedSuffix(from: string, length: number): string {
  const digest = createHash('sha256').update(from).digest();
  return [...digest.subarray(0, length)].map((byte) => alphabet[byte % alphabet.length] ?? '').join('');
}

/** A UUID in form (version 5): the sha256 of `kind/namespace/name`. */
export function derivedUid(kind: string, namespace: string | undefined, name: string): string {
  const hex = createHash('sha256')
    .update(`${kind}/${namespace ?? ''}/${name}`)
    .digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`]
    .concat(hex.slice(20, 32))
    .join('-');
}

/** Hash of a pod template, of 10 characters: part of a Deployment's ReplicaSet's name. */
export function templateHash(template: unknown): string {
  return derivedSuffix(canonicalJson(template), 10);
}

/** JSON with sorted keys: the order of fields in a file changes nothing. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
