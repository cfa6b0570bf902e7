/**
 * Ends a connection whose peer has vanished without closing it (a dropped NAT entry, a frozen host). HTTP/2 PINGs go
 * out at a fixed interval and a living peer must answer each, so a connection that received nothing during several
 * intervals is dead, however quiet its watches are. undici sends the PINGs but waits for their answers for ever.
 */
import type { Socket } from 'node:net';

import type { Clock, Timer } from './clock.ts';

/** When silence means death. */
export interface SilenceLimit {
  /** Milliseconds between two PINGs. */
  readonly pingIntervalMs: number;
  /** So many intervals in a row without a byte end the connection. */
  readonly silentIntervals: number;
}

/** Watches `socket` until it closes; destroys it when it stays silent for too long. */
export function endWhenSilent(socket: Socket, limit: SilenceLimit, clock: Clock): void {
  let seenBytes = socket.bytesRead;
  let silentIntervals = 0;
  let timer: Timer | undefined;

  // Counts intervals instead of time: after a long pause of our own process one late check must not kill a
  // connection whose answers wait unread in the kernel.
  const check = (): void => {
    silentIntervals = socket.bytesRead === seenBytes ? silentIntervals + 1 : 0;
    seenBytes = socket.bytesRead;
    if (silentIntervals >= limit.silentIntervals) {
      const silentMs = limit.pingIntervalMs * limit.silentIntervals;
      socket.destroy(new Error(`no answer to a PING for ${silentMs} ms`));
      return;
    }
    timer = clock.after(limit.pingIntervalMs, check);
  };
  timer = clock.after(limit.pingIntervalMs, check);
  socket.once('close', () => timer?.cancel());
}
