/** Free TCP ports on the loopback address, for servers that are told their port and must find it again after a restart. */
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/**
 * Below every system's range of ephemeral ports. A port of that range can be taken by an outgoing connection while its
 * server restarts, and a client that keeps dialling it can even connect to itself.
 */
const firstPort = 10_000;
const lastPort = 32_000;

/** `count` different free ports of 127.0.0.1, between 10000 and 32000. All are held until the last one is found. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = randomInt(firstPort, lastPort);
    const server = held.has(port) ? undefined : await listen(port);
    if (server !== undefined) held.set(port, server);
  }
  await Promise.all([...held.values()].map(close));
  return [...held.keys()];
}

async function listen(port: number): Promise<Server | undefined> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
