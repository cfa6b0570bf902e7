import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { NumasimError } from '../errors.ts';

/** A question to the operator: undefined when all is well, else what is not. */
export type Probe = () => string | undefined;

/** What the probes ask. */
export interface Probes {
  /** Liveness: should the process be restarted? */
  readonly healthz: Probe;
  /** Readiness: does it do its work? */
  readonly readyz: Probe;
}

/** A running health server. */
export interface HealthServer {
  /** The port it listens on, also when it was asked for any. */
  readonly port: number;
  readonly close: () => Promise<void>;
}

/**
 * Serves `/healthz` and `/readyz`: 200 `ok`, or 503 with what is wrong.
 *
 * @param address `host:port` or `:port`; port 0 takes a free one
 * @throws NumasimError NUMASIM_USAGE when the address cannot be used
 */
export async function serveHealth(address: string, probes: Probes): Promise<HealthServer> {
  const { host, port } = parseAddress(address);
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    const probe = { '/healthz': probes.healthz, '/readyz': probes.readyz }[path ?? ''];
    const problem = probe?.();
    response.writeHead(probe === undefined ? 404 : problem === undefined ? 200 : 503, {
      'content-type': 'text/plain',
    });
    response.end(`${probe === undefined ? 'not found' : (problem ?? 'ok')}\n`);
  });
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = Promise.withResolvers<undefined>();
      server.close(() => {
        closed.resolve(undefined);
      });
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

function parseAddress(address: string): { readonly host: string | undefined; readonly port: number } {
  const match = /^(?<host>.*):(?<port>\d{1,5})$/.exec(address);
  const port = Number(match?.groups?.port);
  if (!match || port > 65_535) {
    throw new NumasimError('NUMASIM_USAGE', 'must be host:port or :port', `--health-address ${address}`);
  }
  const host = (match.groups?.host ?? '').replace(/^\[(.*)\]$/u, '$1');
  return { host: host === '' ? undefined : host, port };
}

async function listen(server: Server, host: string | undefined, port: number): Promise<void> {
  const listening = Promise.withResolvers<undefined>();
  server.once('error', (cause) => {
    listening.reject(
      new NumasimError(
        'NUMASIM_USAGE',
        `cannot listen: ${cause.message}`,
        `--health-address ${host ?? ''}:${port}`,
        {
          cause,
        },
      ),
    );
  });
  server.listen(port, host, () => {
    listening.resolve(undefined);
  });
  await listening.promise;
}
