/**
 * Chooses how to speak to the API server: HTTP/2 where the server offers it over TLS, as every API server does, so that
 * one connection carries everything (docs/adr/0002-transport.md); else HTTP/1.1, with a connection per watch.
 */
import type { Credentials } from './credentials.ts';
import { Http2Connection, NoHttp2Error } from './http2-connection.ts';
import type { ConnectionOptions, ServerConnection, WireRequest, WireResponse } from './server-connection.ts';

/** Opens nothing yet: the first request does. */
export function openConnection(credentials: Credentials, options: ConnectionOptions = {}): ServerConnection {
  return new NegotiatedConnection(credentials, options);
}

class NegotiatedConnection implements ServerConnection {
  readonly #credentials: Credentials;
  readonly #options: ConnectionOptions;
  readonly #http2: Http2Connection | undefined;
  #http1: Promise<ServerConnection> | undefined;

  constructor(credentials: Credentials, options: ConnectionOptions) {
    this.#credentials = credentials;
    this.#options = options;
    const secure = credentials.server.protocol === 'https:' || options.cleartextHttp2 === true;
    this.#http2 =
      secure && credentials.proxyUrl === undefined ? new Http2Connection(credentials, options) : undefined;
  }

  async send(request: WireRequest): Promise<WireResponse> {
    if (this.#http2 !== undefined && this.#http1 === undefined) {
      try {
        return await this.#http2.send(request);
      } catch (error) {
        if (!(error instanceof NoHttp2Error)) {
          throw error;
        }
      }
    }
    this.#http1 ??= this.#openHttp1();
    return await (await this.#http1).send(request);
  }

  retire(): void {
    this.#http2?.retire();
    this.#http1?.then(
      (connection) => connection.retire(),
      () => undefined,
    );
  }

  async close(): Promise<void> {
    await this.#http2?.close();
    await (await this.#http1)?.close();
  }

  /** undici takes 30 MB of memory to load, for a case that most never meet. */
  async #openHttp1(): Promise<ServerConnection> {
    const { Http1Connection } = await import('./http1-connection.ts');
    return new Http1Connection(this.#credentials, this.#options);
  }
}
