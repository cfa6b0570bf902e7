/**
 * Sends requests to the API server: authentication, one pooled connection, `Retry-After` on every verb, time limits,
 * typed errors. Everything else in src/kube talks to the server through this class.
 */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';

import type { Dispatcher } from 'undici';

import { ApiError, ApiUnreachableError, type Status } from './api-error.ts';
import { exponentialMs, jittered } from './backoff.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { type ConnectionOptions, openConnectionPool } from './connection-pool.ts';
import type { Credentials, CredentialSource, TlsSettings } from './credentials.ts';
import { describeError, type Logger, silentLogger } from './logger.ts';
import { retryAfterMs } from './retry-after.ts';

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

/** So often an idempotent request is repeated because the connection failed. */
const mostConnectionRetries = 2;
const connectionRetry = { baseMs: 100, maxMs: 1_000 };

/** A 429 without `Retry-After`. */
const unstatedRetryAfterMs = 1_000;

type Response = Dispatcher.ResponseData;

const unzip = promisify(gunzip);

/** Sends requests to one API server as one user. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #timeoutMs: number;
  #pool: { readonly tls: TlsSettings; readonly origin: string; readonly dispatcher: Dispatcher } | undefined;

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
      const response = await this.#send(request, 'gzip', this.#timeoutMs);
      return parseJson(await readBody(response));
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
      const response = await this.#send(request, 'identity', 0);
      return chunksOf(decoded(response), request);
    });
  }

  /** Ends all connections, and with them every request and stream under way. */
  async close(): Promise<void> {
    await this.#pool?.dispatcher.destroy();
    this.#pool = undefined;
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
    const idempotent = request.idempotent ?? request.method === 'GET';
    if (failure instanceof ApiUnreachableError && idempotent && attempt <= mostConnectionRetries) {
      return jittered(exponentialMs(attempt, connectionRetry), this.#random());
    }
    return undefined;
  }

  /** Resolves with a successful response whose body is still to be read. */
  async #send(request: ApiRequest, encoding: string, bodyTimeoutMs: number): Promise<Response> {
    const credentials = await this.#options.credentials.current();
    const startedMs = this.#clock.now();
    let status: number | 'error' = 'error';
    try {
      const response = await this.#poolFor(credentials).request({
        method: request.method,
        origin: credentials.server.origin,
        path: fullPath(credentials.server, request),
        headers: this.#headers(request, credentials, encoding),
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal: request.signal ?? null,
        headersTimeout: this.#timeoutMs,
        bodyTimeout: bodyTimeoutMs,
      });
      status = response.statusCode;
      if (status < 200 || status > 299) {
        throw await this.#refusal(request, response);
      }
      return response;
    } finally {
      this.#options.observer?.onResponse(request.method, status, this.#clock.now() - startedMs);
    }
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

  async #refusal(request: ApiRequest, response: Response): Promise<ApiError> {
    const { statusCode, headers } = response;
    const asked = retryAfterMs(headers['retry-after'], this.#clock.now());
    const waitMs = asked ?? (statusCode === 429 ? unstatedRetryAfterMs : undefined);
    return new ApiError(whereOf(request), statusCode, parseStatus(await readBody(response)), waitMs);
  }

  /** A renewed client certificate or CA needs a new connection; what runs on the old one may end there. */
  #poolFor(credentials: Credentials): Dispatcher {
    const { tls, server } = credentials;
    const pool = this.#pool;
    if (pool?.origin === server.origin && sameTls(pool.tls, tls)) {
      return pool.dispatcher;
    }
    pool?.dispatcher.close().catch((error: unknown) => {
      this.#logger.debug('closing old connections', { error: describeError(error) });
    });
    const dispatcher = openConnectionPool(credentials, {
      clock: this.#clock,
      ...this.#options.connection,
    });
    this.#pool = { tls, origin: server.origin, dispatcher };
    return dispatcher;
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

async function readBody({ body, headers }: Response): Promise<string> {
  const bytes = Buffer.from(await body.arrayBuffer());
  const plain = headers['content-encoding'] === 'gzip' ? await unzip(bytes) : bytes;
  return plain.toString('utf8');
}

/** A watch that is compressed although we asked for none: gunzip also takes one gzip member per event. */
function decoded({ body, headers }: Response): Readable {
  if (headers['content-encoding'] !== 'gzip') {
    return body;
  }
  const gunzipped = createGunzip();
  // The error reaches whoever iterates over the result.
  pipeline(body, gunzipped, () => undefined);
  return gunzipped;
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
