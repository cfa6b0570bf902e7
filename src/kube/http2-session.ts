/**
 * Establishes one HTTP/2 session and watches that its peer lives.
 */
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

import { type Clock, systemClock, type Timer } from './clock.ts';
import type { Credentials } from './credentials.ts';
import type { ConnectionOptions } from './server-connection.ts';

/** Thrown when the server does not want HTTP/2. */
export class NoHttp2Error extends Error {
  override readonly name = 'NoHttp2Error';
}

/** Flow-control windows: large enough that a page of a list is not sent in small portions over a slow line. */
const streamWindowBytes = 1024 * 1024;
const connectionWindowBytes = 4 * 1024 * 1024;

/**
 * Connects.
 *
 * @throws NoHttp2Error if the server chose another protocol; whatever the network reports
 */
export async function openHttp2Session(
  credentials: Credentials,
  options: ConnectionOptions,
): Promise<ClientHttp2Session> {
  const socket = await openSocket(credentials, options);
  const session = connectHttp2(credentials.server.origin, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: streamWindowBytes },
  });
  // Each request learns of an error by itself; without a listener the process would end.
  session.on('error', () => undefined);
  session.once('connect', () => session.setLocalWindowSize(connectionWindowBytes));
  keepWatch(session, options);
  return session;
}

async function openSocket(credentials: Credentials, options: ConnectionOptions): Promise<Socket> {
  const { connectTimeoutMs = 10_000, clock = systemClock, cleartextHttp2 } = options;
  const socket = cleartextHttp2 === true ? plainSocket(credentials) : tlsSocket(credentials);
  const timer = clock.after(connectTimeoutMs, () =>
    socket.destroy(new Error(`no connection to ${credentials.server.host} within ${connectTimeoutMs} ms`)),
  );
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(cleartextHttp2 === true ? 'connect' : 'secureConnect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed before it was established')));
    });
  } finally {
    timer.cancel();
  }
  if ('alpnProtocol' in socket && socket.alpnProtocol !== 'h2') {
    socket.destroy();
    throw new NoHttp2Error(`${credentials.server.host} does not offer HTTP/2`);
  }
  socket.setNoDelay(true);
  return socket;
}

function tlsSocket({ server, tls }: Credentials): TLSSocket {
  const host = server.hostname.replace(/^\[|\]$/g, '');
  return connectTls({
    host,
    port: Number(server.port === '' ? 443 : server.port),
    ALPNProtocols: ['h2', 'http/1.1'],
    // A name in the ClientHello must not be an address (RFC 6066 §3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...tls,
  });
}

function plainSocket({ server }: Credentials): Socket {
  return connectTcp({ host: server.hostname, port: Number(server.port) });
}

/**
 * Sends a PING at a fixed interval and ends the session when several in a row have no answer: its peer has vanished
 * without closing (a dropped NAT entry, a frozen host), which quiet watches would never notice.
 */
function keepWatch(session: ClientHttp2Session, options: ConnectionOptions): void {
  const { pingIntervalMs = 5_000, unansweredPings = 3, clock = systemClock } = options;
  let unanswered = 0;
  let timer = nextPing(clock);

  function nextPing(at: Clock): Timer {
    return at.after(pingIntervalMs, () => {
      // A destroyed session says 'close' a turn later; until then a PING throws.
      if (session.destroyed) return;
      // Counts PINGs instead of time: after a long pause of our own process, one late look must not end a
      // session whose answers wait unread in the kernel.
      if (unanswered >= unansweredPings) {
        session.destroy(
          new Error(`no answer to ${unanswered} PINGs within ${unanswered * pingIntervalMs} ms`),
        );
        return;
      }
      unanswered += 1;
      session.ping((error) => (unanswered = error === null ? 0 : unanswered));
      timer = nextPing(at);
    });
  }

  session.once('close', () => timer.cancel());
}
