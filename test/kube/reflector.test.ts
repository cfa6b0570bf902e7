import { expect } from 'chai';

import type { BackoffOptions } from '../../src/kube/backoff.ts';
import { Reflector, type ReflectorOptions } from '../../src/kube/reflector.ts';
import { ResourceClient } from '../../src/kube/resource-client.ts';
import { pods } from '../../src/kube/resource-type.ts';
import { Transport } from '../../src/kube/transport.ts';
import { CountingClock, eventually, fixedCredentials, RecordingLogger, type TestPod } from './builders.ts';
import { FakeApiServer, line, refuse } from './fake-api-server.ts';

const quick: BackoffOptions = { baseMs: 5, maxMs: 50 };

describe('the reflector', () => {
  let server: FakeApiServer;
  let transport: Transport;
  let abort: AbortController;
  let running: Promise<void>;
  let logger: RecordingLogger;
  let clock: CountingClock;
  /** `type name` of each difference, in order. */
  let seen: string[];

  const start = (options: Partial<ReflectorOptions<TestPod>> = {}): Reflector<TestPod> => {
    const client = new ResourceClient<TestPod>(transport, pods);
    const reflector = new Reflector({ client, logger, clock, backoff: quick, ...options });
    reflector.onChange(({ type, object }) => seen.push(`${type} ${object.metadata.name}`));
    running = reflector.run(abort.signal);
    return reflector;
  };

  const names = (reflector: Reflector<TestPod>): string[] =>
    [...reflector.store.values()].map(({ metadata: { name } }) => name).sort();

  const lists = (): string[] => server.requests.filter((request) => !request.includes('watch=true'));
  const watching = async (count = 1): Promise<void> => {
    await eventually('a watch', () => server.watches.size === count);
  };

  beforeEach(async () => {
    server = await FakeApiServer.start();
    transport = new Transport({
      credentials: fixedCredentials(server.url),
      connection: { cleartextHttp2: true },
    });
    abort = new AbortController();
    logger = new RecordingLogger();
    clock = new CountingClock();
    seen = [];
  });

  afterEach(async () => {
    abort.abort();
    await running;
    expect(clock.pendingTimers, 'timers left behind').to.equal(0);
    await transport.close();
    await server.stop();
  });

  describe('list', () => {
    it('reads all pages as of one version, then watches from there', async () => {
      for (let index = 0; index < 25; index++) {
        server.create(`pod-${index}`);
      }
      const reflector = start({ pageSize: 10 });
      expect(reflector.hasSynced).to.equal(false);
      await reflector.whenSynced();
      expect(reflector.store.size).to.equal(25);
      expect(lists()).to.deep.equal([
        'GET /api/v1/pods?limit=10',
        'GET /api/v1/pods?limit=10&continue=125%2F10',
        'GET /api/v1/pods?limit=10&continue=125%2F20',
      ]);
      await watching();
      expect(server.requests.at(-1)).to.contain('watch=true&allowWatchBookmarks=true&resourceVersion=125');
    });

    it('starts again from the first page when the server forgot the moment of the list', async () => {
      server.create('a');
      server.create('b');
      server.answerNext(/continue/, (_, response) => refuse(response, 410, { reason: 'Expired' }));
      const reflector = start({ pageSize: 1 });
      await reflector.whenSynced();
      expect(names(reflector)).to.deep.equal(['a', 'b']);
    });

    it('names the kind of objects that came in a list', async () => {
      server.create('a');
      const reflector = start();
      await reflector.whenSynced();
      expect(reflector.store.get('default/a')).to.include({ apiVersion: 'v1', kind: 'Pod' });
    });

    it('keeps trying while the server refuses', async () => {
      for (let attempt = 0; attempt < 3; attempt++) {
        server.answerNext(/pods/, (_, response) => refuse(response, 500, {}));
      }
      const reflector = start();
      await reflector.whenSynced();
      expect(logger.at('warn')).to.have.length(3);
    });

    it('asks for the selected objects only', async () => {
      const reflector = start({ selection: { namespace: 'n', labelSelector: 'a=b', fieldSelector: 'c=d' } });
      await reflector.whenSynced();
      await watching();
      for (const request of server.requests) {
        expect(request)
          .to.contain('/api/v1/namespaces/n/pods?')
          .and.to.contain('labelSelector=a%3Db&fieldSelector=c%3Dd');
      }
    });
  });

  describe('watch', () => {
    it('follows changes, tells of each once, and knows the object before', async () => {
      server.create('a', { status: { phase: 'Pending' } });
      const reflector = start();
      const phases: unknown[] = [];
      reflector.onChange((change) => {
        if (change.type === 'updated') {
          phases.push([change.previous.status?.phase, change.object.status?.phase]);
        }
      });
      await watching();
      server.update('a', { status: { phase: 'Running' } });
      server.create('b');
      server.delete('a');
      await eventually('the deletion', () => seen.length === 4);
      expect(seen).to.deep.equal(['added a', 'updated a', 'added b', 'deleted a']);
      expect(phases).to.deep.equal([['Pending', 'Running']]);
      expect(names(reflector)).to.deep.equal(['b']);
    });

    it('asks the server to end it after 290 to 580 seconds', async () => {
      start({ random: () => 0.5 });
      await watching();
      expect(server.requests.at(-1)).to.contain('timeoutSeconds=435');
    });

    it('goes on from the version of the last bookmark, without a new list', async () => {
      start();
      await watching();
      server.bookmark();
      server.bookmark();
      await new Promise((resolve) => setTimeout(resolve, 20));
      server.cutConnections();
      await eventually(
        'the second watch',
        () => server.requests.filter((r) => r.includes('watch')).length === 2,
      );
      expect(server.requests.at(-1)).to.contain('resourceVersion=102');
      expect(lists()).to.have.length(1);
    });

    it('misses nothing that happened while the connection was cut', async () => {
      const reflector = start();
      await watching();
      server.cutConnections();
      server.create('while-away');
      await eventually('the missed object', () => reflector.store.size === 1);
      expect(seen).to.deep.equal(['added while-away']);
    });

    it('takes events however they are cut into chunks', async () => {
      start();
      await watching();
      const bytes = Buffer.from(
        line('ADDED', {
          metadata: { name: 'größe-✓', namespace: 'default', uid: 'u', resourceVersion: '200' },
        }),
      );
      for (const byte of bytes) {
        server.send(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await eventually('the event', () => seen.length === 1);
      expect(seen).to.deep.equal(['added größe-✓']);
    });

    it('goes on from the last whole event after a cut in the middle of one', async () => {
      start();
      await watching();
      server.create('whole');
      await eventually('the whole event', () => seen.length === 1);
      server.send('{"type":"ADDED","object":{"meta');
      for (const watch of server.watches) {
        watch.end();
      }
      await eventually(
        'the second watch',
        () => server.requests.filter((r) => r.includes('watch')).length === 2,
      );
      await watching();
      server.create('next');
      await eventually('the next event', () => seen.length === 2);
      expect(seen).to.deep.equal(['added whole', 'added next']);
      expect(lists()).to.have.length(1);
    });

    it('lists again when it receives what is no event', async () => {
      start();
      await watching();
      server.send('<html>nonsense</html>\n');
      await eventually('a second list', () => lists().length === 2);
    });

    it('gives up a watch that is silent for too long', async () => {
      start({ inactivityMs: 50 });
      await eventually(
        'several watches',
        () => server.requests.filter((r) => r.includes('watch')).length >= 3,
      );
      expect(logger.at('warn').length).to.be.greaterThan(0);
      expect(lists()).to.have.length(1);
    });

    it('waits before it opens a watch again that the server ends at once', async () => {
      start({ backoff: { baseMs: 40, maxMs: 1_000 }, random: () => 0 });
      for (let attempt = 0; attempt < 50; attempt++) {
        server.answerNext(/watch/, (_, response) => response.end());
      }
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(server.requests.filter((r) => r.includes('watch')).length).to.be.within(2, 6);
    });
  });

  describe('a server that forgot the version (410)', () => {
    const world = (): void => {
      server.create('stays');
      server.create('goes');
      server.create('changes');
      server.create('recreated');
    };
    const changeWhileAway = (): void => {
      server.delete('goes');
      server.update('changes', { status: { phase: 'Running' } });
      server.delete('recreated');
      server.create('recreated');
      server.create('new');
    };
    const differences = [
      'deleted goes',
      'updated changes',
      'deleted recreated',
      'added recreated',
      'added new',
    ];

    it('is listed anew on an HTTP 410, and only differences are told', async () => {
      world();
      const reflector = start({ backoff: { baseMs: 100, maxMs: 100 } });
      await watching();
      seen = [];
      server.cutConnections();
      changeWhileAway();
      server.compact();
      await eventually('the second list', () => lists().length === 2 && seen.length >= 5);
      expect(seen).to.have.members(differences);
      expect(names(reflector)).to.deep.equal(['changes', 'new', 'recreated', 'stays']);
      await watching();
    });

    it('is listed anew on an ERROR event with code 410', async () => {
      start();
      await watching();
      server.send(line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }));
      await eventually('the second list', () => lists().length === 2);
      expect(logger.at('warn')).to.deep.equal([]);
    });

    it('has the whole new world in the store before the first difference is told', async () => {
      world();
      const reflector = start({ backoff: { baseMs: 100, maxMs: 100 } });
      await watching();
      const worlds: string[] = [];
      reflector.onChange(() => worlds.push(names(reflector).join()));
      server.cutConnections();
      changeWhileAway();
      server.compact();
      await eventually('the differences', () => worlds.length === 5);
      expect(new Set(worlds)).to.deep.equal(new Set(['changes,new,recreated,stays']));
    });
  });

  it('resumes, without a list, after an ERROR event that is no 410', async () => {
    start();
    await watching();
    server.send(line('ERROR', { kind: 'Status', code: 500, message: 'etcd is away' }));
    await eventually(
      'the second watch',
      () => server.requests.filter((r) => r.includes('watch')).length === 2,
    );
    expect(lists()).to.have.length(1);
  });

  it('goes on with the other handlers when one throws', async () => {
    const reflector = start();
    reflector.onChange(() => {
      throw new Error('bad handler');
    });
    const after: string[] = [];
    reflector.onChange(({ key }) => after.push(key));
    await watching();
    server.create('a');
    server.create('b');
    await eventually('both', () => after.length === 2);
    expect(logger.at('error')).to.deep.equal(['a change handler failed', 'a change handler failed']);
  });

  it('keeps an object whole that the transform cannot take, and finds nothing where an indexer throws', async () => {
    server.create('a');
    const broken = (): never => {
      throw new Error('broken');
    };
    const reflector = start({ transform: broken, indexers: { broken } });
    await reflector.whenSynced();
    expect(reflector.store.size).to.equal(1);
    expect(reflector.store.byIndex('broken', '')).to.deep.equal([]);
  });

  it('keeps no managedFields', async () => {
    const created = server.create('a');
    server.update('a', { metadata: { ...created.metadata, managedFields: [{}] } });
    const reflector = start();
    await reflector.whenSynced();
    expect(reflector.store.get('default/a')?.metadata).to.not.have.property('managedFields');
  });

  it('moves its last activity with every sign of life', async () => {
    const reflector = start();
    await watching();
    const before = reflector.lastActivityMs;
    await new Promise((resolve) => setTimeout(resolve, 10));
    server.bookmark();
    await eventually('activity', () => reflector.lastActivityMs > before);
  });

  describe('ends with its signal and leaves neither watch nor timer', () => {
    it('while it watches', async () => {
      start();
      await watching();
      abort.abort();
      await running;
      await watching(0);
    });

    it('while it lists', async () => {
      server.answerNext(/pods/, () => undefined);
      start();
      await eventually('the list', () => server.requests.length === 1);
      abort.abort();
      await running;
      expect(server.requests).to.have.length(1);
    });

    it('while it waits after a failure', async () => {
      server.answerNext(/pods/, (_, response) => refuse(response, 500, {}));
      start({ backoff: { baseMs: 60_000, maxMs: 60_000 } });
      await eventually('the failure', () => logger.at('warn').length === 1);
      abort.abort();
      await running;
    });
  });
});
