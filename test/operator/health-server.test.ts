import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect } from 'chai';

import { NumasimError } from '../../src/errors.ts';
import { serveHealth } from '../../src/operator/health-server.ts';
import type { HealthServer, Probes } from '../../src/operator/health-server.ts';

const well: Probes = { healthz: () => undefined, readyz: () => undefined };

describe('the health server', () => {
  let server: HealthServer | undefined;

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function ask(path: string): Promise<readonly [number, string]> {
    const response = await fetch(`http://127.0.0.1:${server?.port ?? 0}${path}`);
    return [response.status, await response.text()];
  }

  async function refusal(address: string): Promise<unknown> {
    try {
      server = await serveHealth(address, well);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  it('answers 200 ok to both probes when all is well', async () => {
    server = await serveHealth('127.0.0.1:0', well);
    expect(await ask('/healthz')).to.deep.equal([200, 'ok\n']);
    expect(await ask('/readyz')).to.deep.equal([200, 'ok\n']);
  });

  it('answers 503 with what is wrong, each probe for itself', async () => {
    server = await serveHealth('127.0.0.1:0', { ...well, readyz: () => 'caches have not synced' });
    expect(await ask('/readyz')).to.deep.equal([503, 'caches have not synced\n']);
    expect(await ask('/healthz')).to.deep.equal([200, 'ok\n']);
  });

  it('answers 404 to everything else', async () => {
    server = await serveHealth('127.0.0.1:0', well);
    expect(await ask('/metrics')).to.deep.equal([404, 'not found\n']);
    expect(await ask('/toString')).to.deep.equal([404, 'not found\n']);
  });

  it('takes a probe with a query', async () => {
    server = await serveHealth('127.0.0.1:0', well);
    expect(await ask('/readyz?verbose')).to.deep.equal([200, 'ok\n']);
  });

  it('listens on all addresses without a host', async () => {
    server = await serveHealth(':0', well);
    expect(await ask('/healthz')).to.deep.equal([200, 'ok\n']);
  });

  it('listens on an IPv6 address in brackets', async function () {
    const outcome = await refusal('[::1]:0');
    if (outcome instanceof NumasimError && /EADDRNOTAVAIL|EAFNOSUPPORT/.test(outcome.message)) this.skip();
    expect(outcome).to.equal(undefined);
  });

  for (const address of ['8081', 'host', ':', ':65536', ':http', '']) {
    it(`refuses the address "${address}"`, async () => {
      const error = await refusal(address);
      expect(error).to.be.instanceOf(NumasimError);
      expect(error).to.include({ code: 'NUMASIM_USAGE' });
      expect((error as Error).message).to.contain('--health-address');
    });
  }

  it('says so when the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const error = await refusal(`127.0.0.1:${port}`);
    other.close();
    expect((error as Error).message)
      .to.contain(`127.0.0.1:${port}`)
      .and.contain('EADDRINUSE');
  });

  it('closes at once, with a client still connected', async () => {
    server = await serveHealth('127.0.0.1:0', well);
    await ask('/healthz');
    const startedMs = performance.now();
    await server.close();
    expect(performance.now() - startedMs).to.be.lessThan(1000);
    server = undefined;
  });
});
