/**
 * The TLS connections to the API server: one HTTP/2 connection carries every request and every watch
 * (docs/adr/0002-transport.md). Where the server or a proxy speaks only HTTP/1.1, each watch needs its own.
 */
import type { Socket } from 'node:net';

import { buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';

import { NumasimError } from '../errors.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import { sentBeforeAbort } from './sent-before-abort.ts';
import { endWhenSilent, type SilenceLimit } from './silent-connection.ts';

/** Settings of the connections. */
export interface ConnectionOptions extends Partial<SilenceLimit> {
  /** Longest time to establish a connection, milliseconds. */
  readonly connectTimeoutMs?: number;
  /** HTTP/2 without TLS, for tests: no API server speaks it. */
  readonly cleartextHttp2?: boolean;
  readonly clock?: Clock;
}

/** client-go counts a connection as dead after 30 s + 15 s; a watch that hangs that long is too late for us. */
const silence: SilenceLimit = { pingIntervalMs: 5_000, silentIntervals: 3 };

/** Only HTTP/1.1 ever opens more than one or two: one per watch and one per request under way. */
const mostConnections = 16;

/** Streams per HTTP/2 connection, as many as kube-apiserver allows. */
const mostStreams = 100;

/** Flow-control windows: large enough that a page of a list is not sent in small portions over a slow line. */
const streamWindowBytes = 1024 * 1024;
const connectionWindowBytes = 4 * 1024 * 1024;

/** An idle connection is kept this long; watches keep theirs anyway. */
const idleMs = 60_000;

/**
 * Opens the pool for one server and one set of TLS settings. No connection is made before the first request.
 *
 * @throws NumasimError NUMASIM_KUBECONFIG for a proxy that is not HTTP
 */
export function openConnectionPool(credentials: Credentials, options: ConnectionOptions = {}): Dispatcher {
  if (credentials.proxyUrl !== undefined) {
    return openProxy(credentials, credentials.proxyUrl);
  }
  const limit = {
    pingIntervalMs: options.pingIntervalMs ?? silence.pingIntervalMs,
    silentIntervals: options.silentIntervals ?? silence.silentIntervals,
  };
  const cleartext = options.cleartextHttp2 === true ? { useH2c: true } : {};
  const pool = new Pool(credentials.server.origin, {
    connections: mostConnections,
    connect: connectorOf(credentials, options, limit),
    keepAliveTimeout: idleMs,
    h2Options: {
      pingInterval: limit.pingIntervalMs,
      maxConcurrentStreams: mostStreams,
      connectionWindowSize: connectionWindowBytes,
    },
    initialWindowSize: streamWindowBytes,
    ...cleartext,
  });
  return pool.compose(sentBeforeAbort);
}

function connectorOf(
  { tls }: Credentials,
  options: ConnectionOptions,
  limit: SilenceLimit,
): buildConnector.connector {
  const connect = buildConnector({
    ...tls,
    allowH2: true,
    // Some proxies choose by the client's order.
    preferH2: true,
    ...(options.cleartextHttp2 === true ? { useH2c: true } : {}),
    timeout: options.connectTimeoutMs ?? 10_000,
    keepAliveInitialDelay: 30_000,
  });
  return (target, callback) => {
    connect(target, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      if (speaksHttp2(socket)) {
        endWhenSilent(socket, limit, options.clock ?? systemClock);
      }
      callback(null, socket);
    });
  };
}

function speaksHttp2(socket: Socket): boolean {
  return 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
}

function openProxy({ tls }: Credentials, proxyUrl: string): Dispatcher {
  if (!/^https?:/.test(proxyUrl)) {
    throw new NumasimError(
      'NUMASIM_KUBECONFIG',
      `unsupported proxy-url ${proxyUrl}; use http:// or https://`,
    );
  }
  return new ProxyAgent({ uri: proxyUrl, requestTls: { ...tls }, keepAliveTimeout: idleMs });
}
