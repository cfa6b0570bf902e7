import { expect } from 'chai';

import { type EventNote, EventRecorder } from '../../src/kube/event-recorder.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { type Applied, ResourceClient } from '../../src/kube/resource-client.ts';
import { events } from '../../src/kube/resource-type.ts';
import { Transport } from '../../src/kube/transport.ts';
import { fixedCredentials, RecordingLogger } from './builders.ts';
import { answerJson, FakeApiServer, refuse } from './fake-api-server.ts';
import { FakeClock } from './fake-clock.ts';

interface Written {
  readonly request: string;
  readonly body: {
    readonly note?: string;
    readonly series?: { readonly count: number };
    readonly metadata?: { readonly name: string };
  };
}

describe('the event recorder', () => {
  let server: FakeApiServer;
  let transport: Transport;
  let clock: FakeClock;
  let logger: RecordingLogger;
  let recorder: EventRecorder;
  let written: Written[];

  const policy: Applied = {
    apiVersion: 'numasim.dev/v1alpha1',
    kind: 'NumaBalancingPolicy',
    metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
  };
  const overridden: EventNote = {
    regarding: policy,
    type: 'Warning',
    reason: 'Overridden',
    action: 'Reconcile',
    note: 'Policy "all" wins.',
  };
  const answerAll = (times = 20): void => {
    for (let answers = 0; answers < times; answers++) {
      server.answerNext(/events/, ({ method, url }, response, body) => {
        written.push({
          request: `${method} ${url?.split('?')[0]}`,
          body: JSON.parse(body) as Written['body'],
        });
        answerJson(response, {});
      });
    }
  };

  beforeEach(async () => {
    server = await FakeApiServer.start();
    transport = new Transport({
      credentials: fixedCredentials(server.url),
      connection: { cleartextHttp2: true },
    });
    clock = new FakeClock();
    logger = new RecordingLogger();
    written = [];
    recorder = new EventRecorder({
      client: new ResourceClient<KubeObject>(transport, events),
      reportingController: 'numasim.dev/operator',
      reportingInstance: 'numasim-0',
      clock,
      logger,
    });
  });
  afterEach(async () => {
    await transport.close();
    await server.stop();
  });

  it('writes an event beside the object it is about', async () => {
    answerAll();
    recorder.record(overridden);
    await recorder.flush();
    expect(written).to.have.length(1);
    expect(written[0]?.request).to.equal('POST /apis/events.k8s.io/v1/namespaces/shop/events');
    expect(written[0]?.body).to.deep.include({
      reason: 'Overridden',
      note: 'Policy "all" wins.',
      type: 'Warning',
      eventTime: '1970-01-01T00:16:40.000000Z',
      reportingController: 'numasim.dev/operator',
      reportingInstance: 'numasim-0',
      regarding: {
        apiVersion: 'numasim.dev/v1alpha1',
        kind: 'NumaBalancingPolicy',
        name: 'web',
        namespace: 'shop',
        uid: 'u1',
      },
    });
    expect(written[0]?.body).to.not.have.property('series');
  });

  it('writes events of cluster-scoped objects to the namespace default', async () => {
    answerAll();
    recorder.record({ ...overridden, regarding: { ...policy, metadata: { name: 'node-1' } } });
    await recorder.flush();
    expect(written[0]?.request).to.contain('/namespaces/default/');
  });

  it('makes one series of repetitions, written at most every ten seconds', async () => {
    answerAll();
    for (let repetition = 0; repetition < 50; repetition++) {
      recorder.record(overridden);
      await clock.advance(100);
    }
    await clock.advance(10_000);
    await recorder.flush();
    expect(written.map(({ request }) => request.split(' ')[0])).to.deep.equal(['POST', 'PATCH']);
    expect(written[1]?.body.series).to.deep.include({ count: 50 });
    expect(written[1]?.request).to.contain(`/${written[0]?.body.metadata?.name}`);
  });

  it('keeps what differs apart', async () => {
    answerAll();
    recorder.record(overridden);
    recorder.record({ ...overridden, note: 'Policy "other" wins.' });
    recorder.record({ ...overridden, regarding: { ...policy, metadata: { ...policy.metadata, uid: 'u2' } } });
    await recorder.flush();
    expect(new Set(written.map(({ body }) => body.metadata?.name)).size).to.equal(3);
  });

  it('begins a new event after six quiet minutes', async () => {
    answerAll();
    recorder.record(overridden);
    await clock.advance(360_000);
    recorder.record(overridden);
    await recorder.flush();
    expect(written.map(({ request }) => request.split(' ')[0])).to.deep.equal(['POST', 'POST']);
  });

  it('writes the series as a new event when the first has expired', async () => {
    answerAll(1);
    server.answerNext(/PATCH/, (_, response) => refuse(response, 404, { reason: 'NotFound' }));
    answerAll();
    recorder.record(overridden);
    recorder.record(overridden);
    await recorder.flush();
    expect(written.map(({ request }) => request.split(' ')[0])).to.deep.equal(['POST', 'POST']);
    expect(written[1]?.body.series).to.deep.include({ count: 2 });
  });

  it('cuts a note to 1024 bytes without breaking a character', async () => {
    answerAll();
    recorder.record({ ...overridden, note: 'ü'.repeat(2_000) });
    await recorder.flush();
    const note = written[0]?.body.note ?? '';
    expect(Buffer.byteLength(note)).to.be.within(1_000, 1_024);
    expect(note).to.match(/^ü+…$/);
  });

  it('logs what it cannot write and goes on', async () => {
    server.answerNext(/POST/, (_, response) => refuse(response, 403, { reason: 'Forbidden' }));
    answerAll();
    recorder.record(overridden);
    recorder.record({ ...overridden, reason: 'Other' });
    await recorder.flush();
    expect(logger.at('warn')).to.deep.equal(['event not written']);
    expect(written).to.have.length(1);
  });

  it('drops events of a storm instead of keeping them all', async () => {
    await server.stop();
    for (let index = 0; index < 1_000; index++) {
      recorder.record({ ...overridden, note: `note ${index}` });
    }
    expect(logger.at('warn').filter((message) => message.includes('too many'))).to.have.length(1_000 - 256);
    await recorder.flush();
    server = await FakeApiServer.start();
  });
});
