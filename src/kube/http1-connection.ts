/**
 * HTTP/1.1 by undici, for proxies and servers without HTTP/2: each watch and each request under way has a connection of
 * its own, kept for the next.
 */
import { type Dispatcher, Pool, ProxyAgent } from 'undici';

import { NumasimError } from '../errors.ts';
import type { Credentials } from './credentials.ts';
import type { ConnectionOptions, ServerConnection, WireRequest, WireResponse } from './server-connection.ts';

/** One per watch, and some for requests. */
const mostConnections = 32;

/** A connection that is idle for longer is closed. */
const idleMs = 60_000;

/** Connections of a pool. */
export class Http1Connection implements ServerConnection {
  readonly #origin: string;
  readonly #dispatcher: Dispatcher;

  /**
   * @throws NumasimError NUMASIM_KUBECONFIG for a proxy that is not HTTP
   */
  constructor(credentials: Credentials, options: ConnectionOptions) {
    this.#origin = credentials.server.origin;
    this.#dispatcher = openDispatcher(credentials, options);
  }

  async send({ method, path, headers, body, signal, timeoutMs }: WireRequest): Promise<WireResponse> {
    const response = await this.#dispatcher.request({
      origin: this.#origin,
      method,
      path,
      headers,
      body: body ?? null,
      signal: signal ?? null,
      headersTimeout: timeoutMs,
      bodyTimeout: 0,
    });
    return { status: response.statusCode, headers: response.headers, body: response.body };
  }

  retire(): void {
    this.#dispatcher.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

function openDispatcher({ server, tls, proxyUrl }: Credentials, options: ConnectionOptions): Dispatcher {
  if (proxyUrl === undefined) {
    const connect = { ...tls, timeout: options.connectTimeoutMs ?? 10_000, keepAliveInitialDelay: 30_000 };
    return new Pool(server.origin, {
      connections: mostConnections,
      connect,
      keepAliveTimeout: idleMs,
      allowH2: false,
    });
  }
  if (!/^https?:/.test(proxyUrl)) {
    throw new NumasimError(
      'NUMASIM_KUBECONFIG',
      `unsupported proxy-url ${proxyUrl}; use http:// or https://`,
    );
  }
  return new ProxyAgent({ uri: proxyUrl, requestTls: { ...tls }, keepAliveTimeout: idleMs, allowH2: false });
}
