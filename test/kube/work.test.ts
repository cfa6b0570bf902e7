import { expect } from 'chai';

import { TerminalError } from '../../src/errors.ts';
import { ApiError } from '../../src/kube/api-error.ts';
import { type Reconcile, work, type WorkOptions } from '../../src/kube/work.ts';
import { WorkQueue } from '../../src/kube/work-queue.ts';
import { RecordingLogger } from './builders.ts';
import { FakeClock, settle } from './fake-clock.ts';

describe('the workers of a queue', () => {
  let clock: FakeClock;
  let queue: WorkQueue;
  let logger: RecordingLogger;
  let abort: AbortController;
  let done: Promise<void>;

  const start = (reconcile: Reconcile, options: Partial<WorkOptions> = {}): void => {
    done = work(queue, reconcile, { controller: 'test', logger, signal: abort.signal, ...options });
  };

  beforeEach(() => {
    clock = new FakeClock();
    queue = new WorkQueue({ clock });
    logger = new RecordingLogger();
    abort = new AbortController();
  });
  afterEach(async () => {
    abort.abort();
    await done;
    expect(clock.pendingTimers).to.equal(0);
  });

  it('reconcile again after the wished time', async () => {
    const at: number[] = [];
    start(async () => {
      at.push(clock.now());
      return await Promise.resolve({ requeueAfterMs: 500 });
    });
    queue.add('a');
    await settle();
    await clock.advance(1_200);
    expect(at.map((ms) => ms - (at[0] ?? 0))).to.deep.equal([0, 500, 1_000]);
  });

  it('reconcile a failed key again, later each time, until it succeeds', async () => {
    let failures = 0;
    start(async () => {
      failures += 1;
      if (failures < 4) {
        throw new Error('not yet');
      }
      await Promise.resolve(undefined);
    });
    queue.add('a');
    await settle();
    await clock.advance(1_000);
    expect(failures).to.equal(4);
    expect(logger.at('warn')).to.have.length(3);
    expect(queue.failuresOf('a')).to.equal(0);
  });

  it('do not repeat what failed for good, until the key is added again', async () => {
    let runs = 0;
    start(async () => {
      runs += 1;
      return await Promise.reject(new TerminalError('NUMASIM_OBJECT_INVALID', 'never'));
    });
    queue.add('a');
    await settle();
    await clock.advance(2_000_000);
    expect(runs).to.equal(1);
    queue.add('a');
    await settle();
    expect(runs).to.equal(2);
    expect(logger.at('error')).to.have.length(2);
  });

  it('stay away as long as the API server asked', async () => {
    const at: number[] = [];
    start(async () => {
      at.push(clock.now());
      return await Promise.reject(new ApiError('GET /x', 429, {}, 3_000));
    });
    queue.add('a');
    await settle();
    await clock.advance(3_000);
    expect(at.map((ms) => ms - (at[0] ?? 0))).to.deep.equal([0, 3_000]);
  });

  it('work on as many keys at once as there are workers, never twice on one', async () => {
    const active = new Set<string>();
    let most = 0;
    start(
      async (key) => {
        expect(active.has(key)).to.equal(false);
        active.add(key);
        most = Math.max(most, active.size);
        queue.add(key);
        await settle();
        active.delete(key);
        return undefined;
      },
      { workers: 3 },
    );
    for (const key of ['a', 'b', 'c', 'd']) {
      queue.add(key);
    }
    for (let round = 0; round < 20; round++) {
      await settle();
    }
    expect(most).to.equal(3);
  });

  it('drain the queue when it is closed', async () => {
    const worked: string[] = [];
    queue.add('a');
    queue.add('b');
    start(async (key) => {
      await settle();
      worked.push(key);
      return { requeueAfterMs: 1 };
    });
    queue.close();
    await done;
    expect(worked).to.deep.equal(['a', 'b']);
  });

  it('end with the signal after the keys under way', async () => {
    const worked: string[] = [];
    queue.add('a');
    queue.add('b');
    start(async (key) => {
      await settle();
      worked.push(key);
      return undefined;
    });
    await Promise.resolve();
    abort.abort();
    await done;
    expect(worked).to.deep.equal(['a']);
  });

  it('tell the outcome of each reconcile, for metrics', async () => {
    const outcomes: string[] = [];
    const results: Record<string, () => Promise<{ requeueAfterMs: number } | undefined>> = {
      fine: async () => await Promise.resolve(undefined),
      again: async () => await Promise.resolve({ requeueAfterMs: 1e6 }),
      fails: async () => await Promise.reject(new Error('x')),
      never: async () => await Promise.reject(new TerminalError('NUMASIM_OBJECT_INVALID', 'x')),
    };
    start(async (key) => await results[key]!(), { onResult: (outcome) => outcomes.push(outcome) });
    for (const key of Object.keys(results)) {
      queue.add(key);
    }
    await settle();
    expect(outcomes).to.deep.equal(['success', 'requeue_after', 'error', 'terminal']);
  });
});
