/**
 * HTTP/2 by node:http2: one session carries every request and every watch. A new one is opened when the server asks to
 * leave (GOAWAY) or the session is lost; what runs on a session that was asked to leave may end there.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';

import { systemClock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import { openHttp2Session } from './http2-session.ts';
import {
  type ConnectionOptions,
  type ServerConnection,
  UnprocessedError,
  type WireRequest,
  type WireResponse,
} from './server-connection.ts';

export { NoHttp2Error } from './http2-session.ts';

/** The sessions with one server; at most one takes new requests. */
export class Http2Connection implements ServerConnection {
  readonly #credentials: Credentials;
  readonly #options: ConnectionOptions;
  readonly #sessions = new Set<ClientHttp2Session>();
  #current: Promise<ClientHttp2Session> | undefined;
  #closed = false;

  constructor(credentials: Credentials, options: ConnectionOptions) {
    this.#credentials = credentials;
    this.#options = options;
  }

  async send(request: WireRequest): Promise<WireResponse> {
    const session = await this.#session();
    request.signal?.throwIfAborted();
    if (session.closed || session.destroyed) {
      throw new UnprocessedError('the connection was closed before the request was sent');
    }
    const { method, path, headers, body } = request;
    const stream = session.request(
      { ':method': method, ':path': path, ...headers },
      { endStream: body === undefined },
    );
    if (body !== undefined) {
      stream.end(body);
    }
    return await responseOf(stream, request, this.#options);
  }

  retire(): void {
    this.#closed = true;
    for (const session of this.#sessions) {
      session.close();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#current?.catch(() => undefined);
    const ends = [...this.#sessions].map(
      async (session) =>
        await new Promise<void>((resolve) => {
          session.once('close', resolve);
          session.destroy(new Error('the connection was closed'));
        }),
    );
    await Promise.all(ends);
  }

  /** The session for new requests; those that come while it is being opened share it. */
  async #session(): Promise<ClientHttp2Session> {
    if (this.#closed) {
      throw new UnprocessedError('the connection was closed');
    }
    if (this.#current === undefined) {
      const opening = this.#open();
      this.#current = opening;
      const forget = (): void => {
        if (this.#current === opening) {
          this.#current = undefined;
        }
      };
      opening.then((session) => {
        session.once('goaway', forget);
        session.once('close', forget);
      }, forget);
    }
    return await this.#current;
  }

  async #open(): Promise<ClientHttp2Session> {
    const session = await openHttp2Session(this.#credentials, this.#options);
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    if (this.#closed) {
      session.close();
    }
    return session;
  }
}

/** Waits for the headers of the answer; abort and time limit end the stream. */
async function responseOf(
  stream: ClientHttp2Stream,
  { signal, timeoutMs }: WireRequest,
  { clock = systemClock }: ConnectionOptions,
): Promise<WireResponse> {
  const onAbort = (): void => {
    cancel(stream, reasonOf(signal));
  };
  const timer = clock.after(timeoutMs, () => cancel(stream, new Error(`no answer within ${timeoutMs} ms`)));
  signal?.addEventListener('abort', onAbort, { once: true });
  stream.once('close', () => signal?.removeEventListener('abort', onAbort));
  let failure: Error | undefined;
  stream.on('error', (error: Error) => (failure ??= error));
  try {
    return await new Promise((resolve, reject) => {
      stream.once('response', (headers) => {
        resolve({ status: headers[':status'] ?? 0, headers, body: stream });
      });
      stream.once('close', () => reject(asError(stream, failure)));
    });
  } finally {
    timer.cancel();
  }
}

function asError(stream: ClientHttp2Stream, failure: Error | undefined): Error {
  if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) {
    return new UnprocessedError('the server refused the stream before it acted on it');
  }
  return failure ?? new Error('the connection was closed before an answer came');
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('the request was given up');
}

/**
 * Ends the stream for the server, and with an error for its reader. The code matters: Node loses the reset of a stream
 * that is closed without one and destroyed in the turn of the event loop in which it was opened. The server then serves
 * the watch to its end, as a stream of nobody whose errors end the process (docs/adr/0002-transport.md).
 */
function cancel(stream: ClientHttp2Stream, reason: Error): void {
  stream.close(constants.NGHTTP2_CANCEL);
  stream.destroy(reason);
}
