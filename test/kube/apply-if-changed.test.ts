import { expect } from 'chai';

import { isConflict, isNotFound } from '../../src/kube/api-error.ts';
import { applyIfChanged } from '../../src/kube/apply-if-changed.ts';
import { contains, saysTheSame } from '../../src/kube/owned-fields.ts';
import { type Applied, ResourceClient } from '../../src/kube/resource-client.ts';
import { pods } from '../../src/kube/resource-type.ts';
import { Transport } from '../../src/kube/transport.ts';
import { fixedCredentials, pod, type TestPod } from './builders.ts';
import { answerJson, FakeApiServer, refuse } from './fake-api-server.ts';

describe('whether an object says what is desired', () => {
  const rows: [string, unknown, unknown, { contains: boolean; same: boolean }][] = [
    ['equal', { a: { b: [1, 'x'] } }, { a: { b: [1, 'x'] } }, { contains: true, same: true }],
    ['more fields than desired', { a: 1, b: 2 }, { a: 1 }, { contains: true, same: false }],
    ['more fields within list elements', [{ a: 1, b: 2 }], [{ a: 1 }], { contains: true, same: false }],
    ['a missing field', { a: 1 }, { a: 1, b: 2 }, { contains: false, same: false }],
    ['another value', { a: 1 }, { a: 2 }, { contains: false, same: false }],
    ['a longer list', { a: [1, 2] }, { a: [1] }, { contains: false, same: false }],
    ['a list that should be empty', { a: [1] }, { a: [] }, { contains: false, same: false }],
    ['another order', [1, 2], [2, 1], { contains: false, same: false }],
    ['undefined against missing', {}, { a: undefined }, { contains: true, same: true }],
    ['empty against missing', {}, { a: {}, b: [] }, { contains: true, same: true }],
    ['a number against its text', { a: '1' }, { a: 1 }, { contains: false, same: false }],
    ['zero against missing', {}, { a: 0 }, { contains: false, same: false }],
    ['a value against an object', { a: 'x' }, { a: {} }, { contains: false, same: false }],
  ];
  for (const [what, live, desired, expected] of rows) {
    it(`${what}: ${JSON.stringify(live)} for ${JSON.stringify(desired)}`, () => {
      expect({ contains: contains(live, desired), same: saysTheSame(live, desired) }).to.deep.equal(expected);
    });
  }
});

describe('apply if changed', () => {
  let server: FakeApiServer;
  let transport: Transport;
  let client: ResourceClient<TestPod>;
  const cached: TestPod = { ...pod('a', 'u1', 7), spec: { nodeName: 'n1' }, status: { phase: 'Running' } };
  const desired = (fields: object): Applied => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'default' },
    ...fields,
  });

  beforeEach(async () => {
    server = await FakeApiServer.start();
    transport = new Transport({
      credentials: fixedCredentials(server.url),
      connection: { cleartextHttp2: true },
    });
    client = new ResourceClient(transport, pods);
  });
  afterEach(async () => {
    await transport.close();
    await server.stop();
  });

  it('asks the server nothing when the cached object says it all', async () => {
    const outcome = await applyIfChanged(client, { desired: desired({ spec: { nodeName: 'n1' } }), cached });
    expect(outcome).to.deep.equal({ written: false, object: cached });
    expect(server.requests).to.deep.equal([]);
  });

  it('applies as numasim, with force, to the very object of the cache', async () => {
    let sent: unknown;
    server.answerNext(/PATCH/, (_, response, body) => {
      sent = JSON.parse(body);
      answerJson(response, cached);
    });
    const { written } = await applyIfChanged(client, {
      desired: desired({ spec: { nodeName: 'n2' } }),
      cached,
    });
    expect(written).to.equal(true);
    expect(server.requests).to.deep.equal([
      'PATCH /api/v1/namespaces/default/pods/a?fieldManager=numasim&force=true',
    ]);
    expect(server.headers[0]).to.include({ 'content-type': 'application/apply-patch+yaml' });
    expect(sent).to.have.deep.property('metadata', { name: 'a', namespace: 'default', uid: 'u1' });
  });

  it('creates what the cache does not have', async () => {
    server.answerNext(/PATCH/, (_, response) => answerJson(response, cached, 201));
    const { written } = await applyIfChanged(client, { desired: desired({}), cached: undefined });
    expect(written).to.equal(true);
  });

  it('writes the status alone, through its subresource, and removes what is desired no more', async () => {
    let sent: unknown;
    server.answerNext(/PATCH/, (_, response, body) => {
      sent = JSON.parse(body);
      answerJson(response, cached);
    });
    await applyIfChanged(client, {
      desired: desired({ spec: { nodeName: 'other' }, status: {} }),
      cached,
      subresource: 'status',
    });
    expect(server.requests[0]).to.contain('/pods/a/status?');
    expect(sent).to.have.property('status');
    expect(sent).to.not.have.property('spec');
  });

  it('does not compare other fields than the status when it writes the status', async () => {
    const outcome = await applyIfChanged(client, {
      desired: desired({ spec: { nodeName: 'other' }, status: { phase: 'Running' } }),
      cached,
      subresource: 'status',
    });
    expect(outcome.written).to.equal(false);
  });

  it('reads again on a conflict, and writes nothing if it is there by now', async () => {
    server.answerNext(/PATCH/, (_, response) => refuse(response, 409, { reason: 'Conflict' }));
    server.answerNext(/GET/, (_, response) => answerJson(response, { ...cached, spec: { nodeName: 'n2' } }));
    const { written } = await applyIfChanged(client, {
      desired: desired({ spec: { nodeName: 'n2' } }),
      cached,
    });
    expect(written).to.equal(false);
    expect(server.requests.map((request) => request.split(' ')[0])).to.deep.equal(['PATCH', 'GET']);
  });

  it('tries again on a conflict if it is not', async () => {
    server.answerNext(/PATCH/, (_, response) => refuse(response, 409, { reason: 'Conflict' }));
    server.answerNext(/GET/, (_, response) => answerJson(response, cached));
    server.answerNext(/PATCH/, (_, response) => answerJson(response, cached));
    const { written } = await applyIfChanged(client, {
      desired: desired({ spec: { nodeName: 'n2' } }),
      cached,
    });
    expect(written).to.equal(true);
  });

  const failureOf = async (): Promise<unknown> =>
    await applyIfChanged(client, { desired: desired({ spec: { nodeName: 'n2' } }), cached }).then(
      () => expect.fail('did not fail'),
      (error: unknown) => error,
    );

  it('leaves an object alone that is another one of the same name by now', async () => {
    server.answerNext(/PATCH/, (_, response) => refuse(response, 409, { reason: 'Conflict' }));
    server.answerNext(/GET/, (_, response) => answerJson(response, pod('a', 'u2', 9)));
    expect(isConflict(await failureOf())).to.equal(true);
    expect(server.requests).to.have.length(2);
  });

  it('says so when the object is gone', async () => {
    server.answerNext(/PATCH/, (_, response) => refuse(response, 409, { reason: 'Conflict' }));
    server.answerNext(/GET/, (_, response) => refuse(response, 404, { reason: 'NotFound' }));
    expect(isNotFound(await failureOf())).to.equal(true);
  });

  it('leaves the rest to the next reconcile after three conflicts', async () => {
    for (let attempt = 0; attempt < 4; attempt++) {
      server.answerNext(/PATCH/, (_, response) => refuse(response, 409, { reason: 'Conflict' }));
      server.answerNext(/GET/, (_, response) => answerJson(response, cached));
    }
    expect(isConflict(await failureOf())).to.equal(true);
    expect(server.requests.filter((request) => request.startsWith('PATCH'))).to.have.length(3);
  });
});
