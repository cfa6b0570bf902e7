/**
 * Sends requests to the API server: authentication, one pooled connection, `Retry-After` on every verb, time limits,
 * typed errors. Everything else in src/kube talks to the server through this class.
 */
import type { Readable } from 'node:stream';

import { ApiError, ApiUnreachableError, type Status } from './api-error.ts';
import { exponentialMs, jittered } from './backoff.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import type { Credentials, CredentialSource, TlsSettings } from './credentials.ts';
import { describeError, type Logger, silentLogger } from './logger.ts';
import { openConnection } from './open-connection.ts';
import { retryAfterMs } from './retry-after.ts';
import {
  type ConnectionOptions,
  type ServerConnection,
  UnprocessedError,
  type WireResponse,
} from './server-connection.ts';
import { readText, uncompressed } from './response-body.ts';

/** One request. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path from the root of the API: `/api/v1/pods`. */
  readonly path: string;
  /** Parameters that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Media type of the body; `application/json` without it. */
  readonly contentType?: string;
  /** Ends the request and every wait between its retries; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Sending it twice does the same as once; GET always, server-side apply too. Cut connections are retried then. */
  readonly idempotent?: boolean;
}

/** Told about each answer, for metrics. */
export interface TransportObserver {
  /** @param status HTTP status, or 'error' if no answer came */
  onResponse(method: string, status: number | 'error', durationMs: number): void;
}

/** What a transport needs. */
export interface TransportOptions {
  readonly credentials: CredentialSource;
  /** `numasim/<version>`. */
  readonly userAgent?: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** A number in [0, 1). */
  readonly random?: () => number;
  readonly observer?: TransportObserver;
  readonly connection?: ConnectionOptions;
  /** Longest silence before and within an answer, milliseconds (30 000). A watch has its own limit within. */
  readonly timeoutMs?: number;
}

/** So often a request is repeated because the server asked for it; as client-go. */
const mostThrottledRetries = 10;

/** So often a request is repeated because the connection failed, if it is idempotent or was not acted on. */
const mostConnectionRetries = 3;
const connectionRetry = { baseMs: 50, maxMs: 1_000 };

/** A 429 without `Retry-After`. */
const unstatedRetryAfterMs = 1_000;

/** Sends requests to one API server as one user. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #timeoutMs: number;
  #open:
    { readonly tls: TlsSettings; readonly origin: string; readonly connection: ServerConnection } | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
  }

  /**
   * Sends a request and parses the JSON answer; undefined for an empty one.
   *
   * @throws ApiError if the server refused; ApiUnreachableError if no complete answer came
   */
  async request(request: ApiRequest): Promise<unknown> {
    return await this.#retrying(request, async () => {
      const response = await this.#send(request, 'gzip');
      return parseJson(await this.#text(response));
    });
  }

  /**
   * Sends a request and gives the body as it arrives, for as long as the caller iterates. There is no time limit
   * within the body.
   *
   * @throws ApiError and ApiUnreachableError as `request`; the iteration throws ApiUnreachableError when it is cut
   */
  async stream(request: ApiRequest): Promise<AsyncIterable<Buffer>> {
    return await this.#retrying(request, async () => {
      // An API server may compress each event of a watch on its own; it then arrives late or in fragments.
      const response = await this.#send(request, 'identity');
      return chunksOf(uncompressed(response), request);
    });
  }

  /** Ends all connections, and with them every request and stream under way. */
  async close(): Promise<void> {
    await this.#open?.connection.close();
    this.#open = undefined;
  }

  async #retrying<T>(request: ApiRequest, exchange: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      request.signal?.throwIfAborted();
      try {
        return await exchange();
      } catch (error) {
        request.signal?.throwIfAborted();
        const failure = asApiFailure(error, request);
        const waitMs = this.#waitBeforeRetry(request, failure, attempt);
        if (waitMs === undefined) {
          throw failure;
        }
        this.#logger.debug('retrying a request', { attempt, waitMs, error: describeError(failure) });
        await sleep(this.#clock, waitMs, request.signal);
      }
    }
  }

  /** undefined: do not retry. */
  #waitBeforeRetry(request: ApiRequest, failure: unknown, attempt: number): number | undefined {
    if (failure instanceof ApiError) {
      if (failure.status === 401 && attempt === 1) {
        this.#options.credentials.invalidate();
        return 0;
      }
      return attempt <= mostThrottledRetries ? failure.retryAfterMs : undefined;
    }
    if (!(failure instanceof ApiUnreachableError) || attempt > mostConnectionRetries) {
      return undefined;
    }
    const idempotent = request.idempotent ?? request.method === 'GET';
    if (idempotent || failure.cause instanceof UnprocessedError) {
      return jittered(exponentialMs(attempt, connectionRetry), this.#random());
    }
    return undefined;
  }

  /** Resolves with a successful response whose body is still to be read. */
  async #send(request: ApiRequest, encoding: string): Promise<WireResponse> {
    const credentials = await this.#options.credentials.current();
    const startedMs = this.#clock.now();
    let status: number | 'error' = 'error';
    try {
      const response = await this.#connectionFor(credentials).send({
        method: request.method,
        path: fullPath(credentials.server, request),
        headers: this.#headers(request, credentials, encoding),
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        signal: request.signal,
        timeoutMs: this.#timeoutMs,
      });
      ({ status } = response);
      if (status < 200 || status > 299) {
        throw await this.#refusal(request, response);
      }
      return response;
    } finally {
      this.#options.observer?.onResponse(request.method, status, this.#clock.now() - startedMs);
    }
  }

  async #text(response: WireResponse): Promise<string> {
    return await readText(response, this.#timeoutMs, this.#clock);
  }

  #headers(request: ApiRequest, credentials: Credentials, encoding: string): Record<string, string> {
    return {
      ...credentials.headers,
      accept: 'application/json',
      'accept-encoding': encoding,
      'user-agent': this.#options.userAgent ?? 'numasim',
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
    };
  }

  async #refusal(request: ApiRequest, response: WireResponse): Promise<ApiError> {
    const { status, headers } = response;
    const asked = retryAfterMs(headers['retry-after'], this.#clock.now());
    const waitMs = asked ?? (status === 429 ? unstatedRetryAfterMs : undefined);
    return new ApiError(whereOf(request), status, parseStatus(await this.#text(response)), waitMs);
  }

  /** A renewed client certificate or CA needs a new connection; what runs on the old one may end there. */
  #connectionFor(credentials: Credentials): ServerConnection {
    const { tls, server } = credentials;
    if (this.#open?.origin === server.origin && sameTls(this.#open.tls, tls)) {
      return this.#open.connection;
    }
    this.#open?.connection.retire();
    const connection = openConnection(credentials, { clock: this.#clock, ...this.#options.connection });
    this.#open = { tls, origin: server.origin, connection };
    return connection;
  }

  #random(): number {
    return (this.#options.random ?? Math.random)();
  }
}

function fullPath(server: URL, { path, query }: ApiRequest): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) {
      parameters.set(name, String(value));
    }
  }
  const prefix = server.pathname.replace(/\/$/, '');
  return parameters.size === 0 ? `${prefix}${path}` : `${prefix}${path}?${parameters.toString()}`;
}

function whereOf({ method, path }: ApiRequest): string {
  return `${method} ${path}`;
}

function sameTls(one: TlsSettings, other: TlsSettings): boolean {
  const text = (settings: TlsSettings): string =>
    JSON.stringify(Object.entries(settings).map(([name, value]) => [name, String(value)]));
  return text(one) === text(other);
}

async function* chunksOf(body: Readable, request: ApiRequest): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of body) {
      yield chunk as Buffer;
    }
  } catch (error) {
    request.signal?.throwIfAborted();
    throw asApiFailure(error, request);
  }
}

function asApiFailure(error: unknown, request: ApiRequest): unknown {
  if (!(error instanceof Error) || 'remedy' in error) {
    return error;
  }
  const code = 'code' in error ? String(error.code) : error.name;
  const text = error.message === '' ? code : error.message;
  return new ApiUnreachableError(whereOf(request), text, { cause: error });
}

function parseJson(text: string): unknown {
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/** Proxies answer with pages of their own; their text is better than nothing. */
function parseStatus(text: string): Status {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return text === '' ? {} : { message: text.trim().slice(0, 200) };
  }
}
