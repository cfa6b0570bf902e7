import { expect } from 'chai';
import fc from 'fast-check';

import { WorkQueue } from '../../src/kube/work-queue.ts';
import { FakeClock, settle } from './fake-clock.ts';

describe('the work queue', () => {
  it('hands out a key once, however often it was added before', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    queue.add('b');
    queue.add('a');
    expect(await queue.take()).to.equal('a');
    expect(await queue.take()).to.equal('b');
    expect(queue.depth).to.equal(0);
  });

  it('gives a key that was added while it was worked on to a worker afterwards, not before', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    await queue.take();
    queue.add('a');
    expect(queue.depth).to.equal(0);
    queue.done('a');
    expect(queue.depth).to.equal(1);
    expect(await queue.take()).to.equal('a');
  });

  it('wakes a worker that waits', async () => {
    const queue = new WorkQueue();
    const taken = queue.take();
    queue.add('a');
    expect(await taken).to.equal('a');
  });

  it('waits twice as long after each failure of a key, up to the maximum, and from the base after forget', async () => {
    const clock = new FakeClock();
    const queue = new WorkQueue({
      clock,
      backoff: { baseMs: 5, maxMs: 30 },
      rate: { perSecond: 1e6, burst: 100 },
    });
    const waited: number[] = [];
    const fail = async (): Promise<void> => {
      queue.retry('a');
      const fromMs = clock.now();
      while (queue.depth === 0) {
        await clock.advance(1);
      }
      waited.push(clock.now() - fromMs);
      queue.done((await queue.take()) ?? '');
    };
    for (let failure = 0; failure < 5; failure++) {
      await fail();
    }
    queue.forget('a');
    await fail();
    expect(waited).to.deep.equal([5, 10, 20, 30, 30, 5]);
  });

  it('limits the retries of all keys together, once the burst is used', async () => {
    const clock = new FakeClock();
    const queue = new WorkQueue({
      clock,
      backoff: { baseMs: 1, maxMs: 1 },
      rate: { perSecond: 10, burst: 3 },
    });
    for (let key = 0; key < 8; key++) {
      queue.retry(String(key));
    }
    await clock.advance(1);
    expect(queue.depth).to.equal(3);
    await clock.advance(200);
    expect(queue.depth).to.equal(5);
    await clock.advance(300);
    expect(queue.depth).to.equal(8);
  });

  it('keeps the earliest of several delayed wishes for a key', async () => {
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock });
    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 900);
    await clock.advance(100);
    expect(queue.depth).to.equal(1);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('drains on close: hands out what is ready, forgets what is delayed, then ends its workers', async () => {
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock });
    queue.add('a');
    queue.addAfter('later', 100);
    queue.close();
    queue.add('too late');
    expect(await queue.take()).to.equal('a');
    const waiting = queue.take();
    let idle = false;
    void queue.idle().then(() => (idle = true));
    await settle();
    expect(idle).to.equal(false);
    queue.done('a');
    await settle();
    expect(idle).to.equal(true);
    expect(await waiting).to.equal(undefined);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('ends its workers at once on stop', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    queue.stop();
    expect(await queue.take()).to.equal(undefined);
  });

  it('tells its observer how long keys waited and were worked on', async () => {
    const clock = new FakeClock();
    const seen: (string | number)[] = [];
    const queue = new WorkQueue({
      clock,
      observer: {
        onAdd: (depth) => seen.push('add', depth),
        onTake: (depth, waitedMs) => seen.push('take', depth, waitedMs),
        onDone: (workedMs) => seen.push('done', workedMs),
      },
    });
    queue.add('a');
    await clock.advance(7);
    await queue.take();
    await clock.advance(11);
    queue.done('a');
    expect(seen).to.deep.equal(['add', 1, 'take', 0, 7, 'done', 11]);
  });

  it('never works on a key twice at once and loses no wish, whatever the order of operations', async () => {
    const operation = fc.oneof(
      { weight: 4, arbitrary: fc.record({ op: fc.constant('add'), key: fc.nat(4) }) },
      { weight: 2, arbitrary: fc.record({ op: fc.constant('after'), key: fc.nat(4) }) },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('retry'), key: fc.nat(4) }) },
      { weight: 4, arbitrary: fc.record({ op: fc.constant('take'), key: fc.constant(0) }) },
      { weight: 3, arbitrary: fc.record({ op: fc.constant('done'), key: fc.nat(4) }) },
      { weight: 2, arbitrary: fc.record({ op: fc.constant('advance'), key: fc.nat(50) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
        const clock = new FakeClock();
        const queue = new WorkQueue({ clock });
        const active = new Set<string>();
        /** Keys with a wish that no later take has answered yet. */
        const wished = new Set<string>();
        const onTaken = (key: string | undefined): void => {
          if (key !== undefined) {
            expect(active.has(key), `${key} is worked on twice`).to.equal(false);
            active.add(key);
            wished.delete(key);
          }
        };
        for (const { op, key } of operations) {
          const name = String(key);
          switch (op) {
            case 'add':
              wished.add(name);
              queue.add(name);
              break;
            case 'after':
              wished.add(name);
              queue.addAfter(name, key * 7 + 1);
              break;
            case 'retry':
              wished.add(name);
              queue.retry(name);
              break;
            case 'take':
              void queue.take().then(onTaken);
              break;
            case 'done':
              active.delete(name);
              queue.done(name);
              break;
            default:
              await clock.advance(key);
          }
          await settle();
        }
        // Everything becomes due; enough workers come; every wish must be answered.
        for (let round = 0; round < 40; round++) {
          for (const key of [...active]) {
            active.delete(key);
            queue.done(key);
          }
          await clock.advance(1_000);
          void queue.take().then(onTaken);
          await settle();
        }
        expect([...wished]).to.deep.equal([]);
      }),
      { numRuns: 150 },
    );
  });
});
