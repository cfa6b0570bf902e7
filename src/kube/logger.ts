/**
 * The part of winston's logger that src/kube uses. The operator hands its own in; tests hand in one that records.
 */

/** Fields that go with a line; they end up as JSON keys, so they must hold no secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one structured line per call. */
export interface Logger {
  debug(message: string, fields?: LogFields): unknown;
  info(message: string, fields?: LogFields): unknown;
  warn(message: string, fields?: LogFields): unknown;
  error(message: string, fields?: LogFields): unknown;
}

/** A logger for callers that want no lines. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** What to write into a log field for something that was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
