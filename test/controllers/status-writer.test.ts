import { expect } from 'chai';

import { StatusWriter, without } from '../../src/controllers/status-writer.ts';
import { ApiError } from '../../src/kube/api-error.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import type { Applied, ResourceClient } from '../../src/kube/resource-client.ts';

type Status = Readonly<Record<string, unknown>>;
type Thing = Applied & { readonly status?: Status };

const { signal } = new AbortController();
const periodMs = 30_000;

/** A server that holds one object, whose status can be applied. */
class OneObject {
  object: Thing;
  writes: Status[] = [];
  refuses = false;

  constructor(status?: Status) {
    const metadata = { name: 'thing', uid: 'u1', resourceVersion: '10' };
    this.object = { apiVersion: 'v1', kind: 'Thing', metadata, ...(status ? { status } : {}) };
  }

  get client(): ResourceClient<KubeObject & { readonly status?: unknown }> {
    const apply = async (applied: Thing): Promise<Thing> => {
      await Promise.resolve();
      if (this.refuses) throw new ApiError('PATCH thing', 503, { message: 'try later' });
      return this.become(applied.status ?? {});
    };
    return { apply } as unknown as ResourceClient<KubeObject & { readonly status?: unknown }>;
  }

  become(status: Status): Thing {
    const resourceVersion = String(Number(this.object.metadata.resourceVersion) + 1);
    this.object = { ...this.object, metadata: { ...this.object.metadata, resourceVersion }, status };
    this.writes.push(status);
    return this.object;
  }
}

describe('a status writer', () => {
  let nowMs: number;

  beforeEach(() => {
    nowMs = 1_000_000;
  });

  function writerTo(server: OneObject): StatusWriter<KubeObject & { readonly status?: unknown }> {
    const relevant = (status: Status): unknown => without(status, ['clock']);
    const urgent = ({ flag }: Status): unknown => flag;
    return new StatusWriter(server.client, { relevant, urgent }, () => nowMs);
  }

  it('writes the first status at once', async () => {
    const server = new OneObject();
    const outcome = await writerTo(server).write(server.object, { flag: 0, count: 1 }, { periodMs, signal });
    expect(outcome).to.deep.equal({ written: true, dueInMs: undefined });
    expect(server.writes).to.deep.equal([{ flag: 0, count: 1 }]);
  });

  it('writes nothing when nothing changed, nor when the clock alone did', async () => {
    const server = new OneObject({ flag: 0, count: 1, clock: 1 });
    const writer = writerTo(server);
    for (const clock of [1, 2]) {
      const outcome = await writer.write(server.object, { flag: 0, count: 1, clock }, { periodMs, signal });
      expect(outcome).to.deep.equal({ written: false, dueInMs: undefined });
    }
    expect(server.writes).to.deep.equal([]);
  });

  it('writes numbers once per period, and says when they are due', async () => {
    const server = new OneObject();
    const writer = writerTo(server);
    await writer.write(server.object, { count: 1 }, { periodMs, signal });
    nowMs += 10_000;
    expect(await writer.write(server.object, { count: 2 }, { periodMs, signal })).to.deep.equal({
      written: false,
      dueInMs: 20_000,
    });
    expect(writer.waitMs('thing', periodMs)).to.equal(20_000);
    nowMs += 20_000;
    await writer.write(server.object, { count: 3 }, { periodMs, signal });
    expect(server.writes).to.deep.equal([{ count: 1 }, { count: 3 }]);
  });

  it('writes an urgent change at once, with all numbers', async () => {
    const server = new OneObject();
    const writer = writerTo(server);
    await writer.write(server.object, { flag: 0, count: 1 }, { periodMs, signal });
    nowMs += 1000;
    await writer.write(server.object, { flag: 1, count: 2 }, { periodMs, signal });
    expect(server.writes.at(-1)).to.deep.equal({ flag: 1, count: 2 });
  });

  it('holds urgent changes that chase each other for a quarter of a second', async () => {
    const server = new OneObject();
    const writer = writerTo(server);
    await writer.write(server.object, { flag: 0 }, { periodMs, signal });
    nowMs += 100;
    const { dueInMs } = await writer.write(server.object, { flag: 1 }, { periodMs, signal });
    expect(dueInMs).to.equal(150);
    nowMs += 150;
    await writer.write(server.object, { flag: 2 }, { periodMs, signal });
    expect(server.writes).to.deep.equal([{ flag: 0 }, { flag: 2 }]);
  });

  it('knows what it wrote before the cache does', async () => {
    const server = new OneObject();
    const stale = server.object;
    const writer = writerTo(server);
    await writer.write(stale, { flag: 1 }, { periodMs, signal });
    nowMs += 1000;
    expect(writer.current(stale)).to.deep.equal({ flag: 1 });
    expect((await writer.write(stale, { flag: 1 }, { periodMs, signal })).written).to.equal(false);
  });

  it('puts right what somebody else wrote', async () => {
    const server = new OneObject();
    const writer = writerTo(server);
    await writer.write(server.object, { flag: 1 }, { periodMs, signal });
    nowMs += 1000;
    server.become({ flag: 7 });
    expect(writer.current(server.object)).to.deep.equal({ flag: 7 });
    await writer.write(server.object, { flag: 1 }, { periodMs, signal });
    expect(server.object.status).to.deep.equal({ flag: 1 });
  });

  it('knows nothing of an object that has the name of an earlier one', async () => {
    const server = new OneObject();
    const writer = writerTo(server);
    await writer.write(server.object, { flag: 1 }, { periodMs, signal });
    const other = { ...server.object, metadata: { ...server.object.metadata, uid: 'u2' }, status: {} };
    expect(writer.current(other)).to.deep.equal({});
  });

  it('computes what is costly only for a write', async () => {
    const server = new OneObject();
    const writer = writerTo(server);
    let computed = 0;
    const complete = (status: Status): Status => ({ ...status, clock: ++computed });
    await writer.write(server.object, { count: 1 }, { periodMs, signal, complete });
    await writer.write(server.object, { count: 2 }, { periodMs, signal, complete });
    expect(server.writes).to.deep.equal([{ count: 1, clock: 1 }]);
    expect(computed).to.equal(1);
  });

  it('after a refusal, has written nothing: the next attempt is not held back', async () => {
    const server = new OneObject();
    const writer = writerTo(server);
    server.refuses = true;
    let refused: unknown;
    await writer.write(server.object, { flag: 1 }, { periodMs, signal }).catch((error: unknown) => {
      refused = error;
    });
    expect(refused).to.be.instanceOf(ApiError);
    server.refuses = false;
    expect((await writer.write(server.object, { flag: 1 }, { periodMs, signal })).written).to.equal(true);
  });
});
