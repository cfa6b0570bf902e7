import { expect } from 'chai';
import { constants, createSecureServer, type Http2ServerResponse } from 'node:http2';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { ApiError, ApiUnreachableError, isNotFound } from '../../src/kube/api-error.ts';
import { systemClock } from '../../src/kube/clock.ts';
import type { Credentials, TlsSettings } from '../../src/kube/credentials.ts';
import { Transport, type TransportOptions } from '../../src/kube/transport.ts';
import { type Certificates, makeCertificates } from '../control-plane/certificates.ts';
import { eventually, fixedCredentials, RecordingLogger } from './builders.ts';
import { answerJson, FakeApiServer, refuse } from './fake-api-server.ts';
import { FakeClock } from './fake-clock.ts';

const get = { method: 'GET', path: '/api/v1/pods' } as const;

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => expect.fail('did not fail'),
    (error: unknown) => error,
  );
}

for (const http2 of [true, false]) {
  describe(`the transport over ${http2 ? 'HTTP/2' : 'HTTP/1.1'}`, () => {
    let server: FakeApiServer;
    let transport: Transport;
    let url: URL;

    const open = (options: Partial<TransportOptions> = {}): Transport =>
      new Transport({
        credentials: fixedCredentials(url),
        random: () => 0,
        ...options,
        connection: { cleartextHttp2: http2, ...options.connection },
      });

    beforeEach(async () => {
      server = await FakeApiServer.start({ http2 });
      ({ url } = server);
      transport = open();
    });

    afterEach(async () => {
      await transport.close();
      await server.stop();
    });

    it('sends who it is and gets JSON back, compressed or not', async () => {
      transport = open({
        credentials: fixedCredentials(server.url, { authorization: 'Bearer t' }),
        userAgent: 'numasim/1.2.3',
      });
      server.answerNext(/GET/, (_, response) => {
        response.setHeader('content-encoding', 'gzip');
        response.end(gzipSync('{"compressed":true}'));
      });
      expect(await transport.request(get)).to.deep.equal({ compressed: true });
      expect(await transport.request(get)).to.have.property('kind', 'PodList');
      expect(server.headers[0]).to.include({
        authorization: 'Bearer t',
        'user-agent': 'numasim/1.2.3',
        accept: 'application/json',
      });
    });

    it('escapes query values and leaves out undefined ones', async () => {
      await transport.request({ ...get, query: { labelSelector: 'a=b,c', limit: 5, continue: undefined } });
      expect(server.requests).to.deep.equal(['GET /api/v1/pods?labelSelector=a%3Db%2Cc&limit=5']);
    });

    it('keeps the path of a server address in front of the request path', async () => {
      transport = open({ credentials: fixedCredentials(new URL('/k8s/clusters/c1/', server.url)) });
      await transport.request(get);
      expect(server.requests).to.deep.equal(['GET /k8s/clusters/c1/api/v1/pods']);
    });

    it('turns a Status into a typed error', async () => {
      const details = { kind: 'pods', name: 'x', causes: [{ field: 'spec', reason: 'FieldValueInvalid' }] };
      server.answerNext(/GET/, (_, response) =>
        refuse(response, 404, { reason: 'NotFound', message: 'pods "x" not found', details }),
      );
      const error = await failureOf(transport.request(get));
      expect(error).to.be.instanceOf(ApiError);
      expect(isNotFound(error)).to.equal(true);
      expect(error).to.deep.include({
        code: 'NUMASIM_API_REFUSED',
        status: 404,
        reason: 'NotFound',
        details,
      });
      expect((error as Error).message).to.equal('GET /api/v1/pods: NotFound: pods "x" not found');
    });

    it('says what a proxy answered that speaks no Kubernetes', async () => {
      server.answerNext(/GET/, (_, response) => {
        response.statusCode = 502;
        response.end('<h1>Bad Gateway</h1>');
      });
      const error = await failureOf(transport.request(get));
      expect(error).to.include({ status: 502, reason: '' });
      expect((error as Error).message).to.contain('Bad Gateway');
    });

    for (const method of ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const) {
      it(`waits as long as Retry-After says before it repeats a ${method}`, async () => {
        const clock = new FakeClock();
        const logger = new RecordingLogger();
        transport = open({ clock, logger, connection: { clock: systemClock } });
        server.answerNext(/./, (_, response) => refuse(response, 429, {}, { 'retry-after': '7' }));
        server.answerNext(/./, (_, response) => refuse(response, 503, {}, { 'retry-after': '2' }));
        server.answerNext(/./, (_, response) => answerJson(response, { ok: true }));
        const answer = transport.request({ method, path: '/api/v1/pods', body: { a: 1 } });
        await eventually('the first refusal', () => logger.lines.length === 1);
        await clock.advance(6_999);
        expect(server.requests).to.have.length(1);
        await clock.advance(1);
        await eventually('the second refusal', () => logger.lines.length === 2);
        await clock.advance(2_000);
        expect(await answer).to.deep.equal({ ok: true });
      });
    }

    it('does not repeat a 500 that asks for nothing', async () => {
      server.answerNext(/POST/, (_, response) => refuse(response, 500, { reason: 'InternalError' }));
      expect(await failureOf(transport.request({ method: 'POST', path: '/x', body: {} }))).to.include({
        status: 500,
      });
      expect(server.requests).to.have.length(1);
    });

    it('gives up after ten refusals with Retry-After', async () => {
      for (let refusal = 0; refusal < 20; refusal++) {
        server.answerNext(/GET/, (_, response) => refuse(response, 429, {}, { 'retry-after': '0' }));
      }
      expect(await failureOf(transport.request(get))).to.include({ status: 429, retryAfterMs: 0 });
      expect(server.requests).to.have.length(11);
    });

    it('reads its credentials anew once when they are refused', async () => {
      const tokens = ['old', 'new'];
      const current = (): Credentials => ({
        server: server.url,
        tls: {},
        headers: { authorization: `Bearer ${tokens[0] ?? ''}` },
      });
      transport = open({
        credentials: {
          current: async () => await Promise.resolve(current()),
          invalidate: () => tokens.shift(),
        },
      });
      server.answerNext(/GET/, (_, response) => refuse(response, 401, { reason: 'Unauthorized' }));
      await transport.request(get);
      expect(server.headers.map(({ authorization }) => authorization)).to.deep.equal([
        'Bearer old',
        'Bearer new',
      ]);
    });

    it('repeats what may be repeated when the connection is cut, and nothing else', async () => {
      const cut = (): void => server.cutConnections();
      server.answerNext(/GET/, cut);
      expect(await transport.request(get)).to.have.property('kind', 'PodList');
      server.answerNext(/POST/, cut);
      const error = await failureOf(transport.request({ method: 'POST', path: '/x', body: {} }));
      expect(error).to.be.instanceOf(ApiUnreachableError);
      expect(server.requests.filter((request) => request.startsWith('POST'))).to.have.length(1);
    });

    it('does not take a truncated answer for a whole one', async () => {
      for (let answers = 0; answers < 4; answers++) {
        server.answerNext(/GET/, (_, response) => response.end('{"items":[{"a":'));
      }
      const error = await failureOf(transport.request(get));
      expect(error).to.be.instanceOf(ApiUnreachableError).and.to.include({ code: 'NUMASIM_API_UNREACHABLE' });
    });

    it('gives up on an answer that does not come', async () => {
      transport = open({ timeoutMs: 100 });
      server.answerNext(/POST/, () => undefined);
      const error = await failureOf(transport.request({ method: 'POST', path: '/x', body: {} }));
      expect(error).to.be.instanceOf(ApiUnreachableError);
    });

    it('says that no server listens', async () => {
      await server.stop();
      const error = await failureOf(transport.request(get));
      expect(error).to.be.instanceOf(ApiUnreachableError);
      expect((error as Error).message).to.contain('ECONNREFUSED');
    });

    it('ends a request, and the wait before its repetition, with the signal', async () => {
      const abort = new AbortController();
      server.answerNext(/GET/, (_, response) => refuse(response, 429, {}, { 'retry-after': '60' }));
      const answer = failureOf(transport.request({ ...get, signal: abort.signal }));
      await eventually('the refusal', () => server.requests.length === 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      abort.abort(new Error('enough'));
      expect(await answer).to.have.property('message', 'enough');
    });

    it('asks for an uncompressed stream, and reads one that is compressed member by member all the same', async () => {
      server.answerNext(/GET/, (_, response) => {
        response.setHeader('content-encoding', 'gzip');
        response.write(gzipSync('one '));
        response.write(gzipSync('two'));
        response.end();
      });
      let text = '';
      for await (const chunk of await transport.stream(get)) {
        text += chunk.toString();
      }
      expect(text).to.equal('one two');
      expect(server.headers[0]).to.include({ 'accept-encoding': 'identity' });
    });

    it('tells its observer each answer, for metrics', async () => {
      const seen: unknown[] = [];
      transport = open({ observer: { onResponse: (method, status) => seen.push([method, status]) } });
      await transport.request(get);
      server.answerNext(/GET/, (_, response) => refuse(response, 403, {}));
      await failureOf(transport.request(get));
      expect(seen).to.deep.equal([
        ['GET', 200],
        ['GET', 403],
      ]);
    });
  });
}

describe('the connections of the transport', () => {
  let server: FakeApiServer;
  let transport: Transport;

  beforeEach(async () => {
    server = await FakeApiServer.start();
    transport = new Transport({
      credentials: fixedCredentials(server.url),
      connection: { cleartextHttp2: true, pingIntervalMs: 50, unansweredPings: 3 },
    });
  });

  afterEach(async () => {
    await transport.close();
    await server.stop();
  });

  it('carry eighty requests at once and ten watches on one connection', async () => {
    const watches = Array.from(
      { length: 10 },
      async () => await transport.stream({ ...get, query: { watch: true } }),
    );
    await Promise.all(watches);
    await Promise.all(Array.from({ length: 80 }, async () => await transport.request(get)));
    expect(server.connections).to.equal(1);
  });

  it('stay open while an idle watch has nothing to say', async () => {
    const stream = await transport.stream({ ...get, query: { watch: true } });
    await new Promise((resolve) => setTimeout(resolve, 400));
    server.send('still here');
    const [chunk] = await firstOf(stream);
    expect(String(chunk)).to.equal('still here');
    expect(server.connections).to.equal(1);
  });

  it('are given up when the other end is silent, so that the next request takes a new one', async () => {
    const stream = await transport.stream({ ...get, query: { watch: true } });
    server.freezeConnections();
    const startedMs = Date.now();
    expect(await failureOf(firstOf(stream))).to.be.instanceOf(ApiUnreachableError);
    expect(Date.now() - startedMs).to.be.lessThan(1_000);
    expect(await transport.request(get)).to.have.property('kind', 'PodList');
    expect(server.connections).to.equal(2);
  });

  it('are replaced when the server asks to leave, while watches on the old one go on', async () => {
    const stream = await transport.stream({ ...get, query: { watch: true } });
    server.askToLeave();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all(Array.from({ length: 20 }, async () => await transport.request(get)));
    expect(server.connections).to.equal(2);
    server.send('still here');
    expect(String((await firstOf(stream))[0])).to.equal('still here');
  });

  it('repeat a POST that the server refused before it acted on it', async () => {
    server.answerNext(/POST/, (_, response) => {
      (response as unknown as Http2ServerResponse).stream.close(constants.NGHTTP2_REFUSED_STREAM);
    });
    server.answerNext(/POST/, (_, response) => answerJson(response, { ok: true }));
    const answer = await transport.request({ method: 'POST', path: '/x', body: {} });
    expect(answer).to.deep.equal({ ok: true });
  });

  it('tell the server that a request was given up, also in the very turn in which it was sent', async () => {
    // A connection that is open already sends at once.
    await transport.request(get);
    const streams: { readonly closed: boolean }[] = [];
    for (let attempt = 0; attempt < 10; attempt++) {
      server.answerNext(/watch/, (_, response) =>
        streams.push((response as unknown as Http2ServerResponse).stream),
      );
      const abort = new AbortController();
      const watch = failureOf(transport.stream({ ...get, query: { watch: true }, signal: abort.signal }));
      for (let turns = 0; turns < attempt; turns++) {
        await Promise.resolve();
      }
      abort.abort();
      expect(await watch).to.have.property('name', 'AbortError');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(streams.filter(({ closed }) => !closed)).to.deep.equal([]);
    expect(server.connections).to.equal(1);
  });

  it('end with close, leaving none behind', async () => {
    const stream = await transport.stream({ ...get, query: { watch: true } });
    await transport.close();
    expect(await failureOf(firstOf(stream))).to.be.instanceOf(ApiUnreachableError);
    await eventually('no connection', () => server.openConnections === 0);
  });
});

describe('the transport over TLS', () => {
  let directory: string;
  let certificates: Certificates;
  let transport: Transport;
  let server: Server | ReturnType<typeof createSecureServer>;
  let protocols: (string | undefined)[];

  const start = async (serve: 'h2' | 'http/1.1', tls: TlsSettings): Promise<void> => {
    const key = readFileSync(certificates.servingKeyFile);
    const cert = readFileSync(certificates.servingCertFile);
    const answer = (request: { httpVersion: string }, response: { end(text: string): void }): void => {
      protocols.push(request.httpVersion);
      response.end('{}');
    };
    server = serve === 'h2' ? createSecureServer({ key, cert }, answer) : createServer({ key, cert }, answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    transport = new Transport({
      credentials: {
        current: async () => await Promise.resolve({ server: url, tls, headers: {} }),
        invalidate: () => undefined,
      },
    });
  };
  const ca = (): TlsSettings => ({ ca: readFileSync(certificates.caFile) });

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'numasim-tls-'));
    certificates = await makeCertificates(directory);
  });
  after(() => rmSync(directory, { recursive: true }));
  beforeEach(() => {
    protocols = [];
  });
  afterEach(async () => {
    await transport.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('speaks HTTP/2 when the server offers it', async () => {
    await start('h2', ca());
    await transport.request(get);
    expect(protocols).to.deep.equal(['2.0']);
  });

  it('speaks HTTP/1.1 to a server or proxy that does not', async () => {
    await start('http/1.1', ca());
    await transport.request(get);
    await transport.request(get);
    expect(protocols).to.deep.equal(['1.1', '1.1']);
  });

  for (const serve of ['h2', 'http/1.1'] as const) {
    it(`refuses a certificate of an unknown authority (${serve})`, async () => {
      await start(serve, {});
      const error = await failureOf(transport.request(get));
      expect(error).to.be.instanceOf(ApiUnreachableError);
      expect((error as Error).message).to.match(/certificate/i);
      expect(protocols).to.deep.equal([]);
    });
  }

  it('takes any certificate when told so', async () => {
    await start('h2', { rejectUnauthorized: false });
    await transport.request(get);
    expect(protocols).to.deep.equal(['2.0']);
  });
});

async function firstOf(stream: AsyncIterable<Buffer>): Promise<Buffer[]> {
  for await (const chunk of stream) {
    return [chunk];
  }
  return [];
}
