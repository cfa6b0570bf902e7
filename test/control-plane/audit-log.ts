/** The API server's audit log: who did what. Used to count the writes of the operator. */
import { existsSync, readFileSync } from 'node:fs';

/** One answered request, as kube-apiserver logs it at level Metadata; the fields that are used. */
export interface AuditEvent {
  readonly auditID: string;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or `deletecollection`. */
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  /** RFC 3339 with microseconds. */
  readonly requestReceivedTimestamp: string;
}

const writeVerbs = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Every event of the log, oldest answer first. A line that is still being written is left out. */
export function readAuditLog(file: string): readonly AuditEvent[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent);
}

/** Those events in which `username` asked for a change, also when it was refused. Reviews store nothing. */
export function writesBy(username: string, events: readonly AuditEvent[]): readonly AuditEvent[] {
  return events.filter(
    ({ verb, user, objectRef }) =>
      user.username === username && writeVerbs.has(verb) && objectRef?.resource.endsWith('reviews') !== true,
  );
}
