/**
 * What the transport needs of HTTP: send one request, get status, headers and a body that arrives piece by piece. Two
 * implementations: HTTP/2 (http2-connection.ts), the normal case, and HTTP/1.1 (http1-connection.ts).
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

import type { Clock } from './clock.ts';

/** One request on the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Ends the request, also while the body arrives. */
  readonly signal: AbortSignal | undefined;
  /** Longest time until the headers of the answer, milliseconds. */
  readonly timeoutMs: number;
}

/** An answer. Whoever gets it must read or destroy the body. */
export interface WireResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/** Connections to one server. */
export interface ServerConnection {
  /**
   * @throws the signal's reason when aborted, `UnprocessedError` if the server certainly did not act on the request, or
   *   whatever else went wrong on the way
   */
  send(request: WireRequest): Promise<WireResponse>;
  /** Lets what is under way end, and takes nothing new. */
  retire(): void;
  /** Ends everything at once. */
  close(): Promise<void>;
}

/** Settings of the connections. */
export interface ConnectionOptions {
  /** Longest time to establish a connection, milliseconds (10 000). */
  readonly connectTimeoutMs?: number;
  /** Milliseconds between two PINGs (5 000). */
  readonly pingIntervalMs?: number;
  /** So many PINGs in a row without an answer end a connection (3). */
  readonly unansweredPings?: number;
  /** HTTP/2 without TLS, for tests: no API server speaks it. */
  readonly cleartextHttp2?: boolean;
  readonly clock?: Clock;
}

/** Thrown when the server did not act on a request: sending it again is safe, whatever it asks for. */
export class UnprocessedError extends Error {
  override readonly name = 'UnprocessedError';
}
