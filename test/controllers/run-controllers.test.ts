import { expect } from 'chai';

import type { Caches } from '../../src/controllers/caches.ts';
import type { Controller, Enqueue } from '../../src/controllers/context.ts';
import { runControllers } from '../../src/controllers/run-controllers.ts';
import { eventually, RecordingLogger } from '../kube/builders.ts';

/** Caches that sync when the test says so. */
class LateCaches {
  readonly #synced = Promise.withResolvers<undefined>();

  sync(): void {
    this.#synced.resolve(undefined);
  }

  async whenSynced(): Promise<void> {
    await this.#synced.promise;
  }

  async run(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }

  get asCaches(): Caches {
    return this as unknown as Caches;
  }
}

/** A controller that keeps its keys. */
class KeepingController implements Controller {
  readonly name = 'keeping';
  readonly gatherMs: number;
  readonly keys: string[] = [];
  enqueue: Enqueue = () => undefined;
  /** Awaited by each reconcile. */
  gate: Promise<void> = Promise.resolve();

  constructor(gatherMs = 0) {
    this.gatherMs = gatherMs;
  }

  watch(enqueue: Enqueue): void {
    this.enqueue = enqueue;
  }

  async reconcile(key: string): Promise<undefined> {
    this.keys.push(key);
    await this.gate;
    return undefined;
  }
}

describe('running controllers', () => {
  let caches: LateCaches;
  let stop: AbortController;
  let logger: RecordingLogger;

  beforeEach(() => {
    caches = new LateCaches();
    stop = new AbortController();
    logger = new RecordingLogger();
  });

  const run = async (controller: Controller): Promise<void> => {
    await runControllers([controller], { caches: caches.asCaches, logger, signal: stop.signal });
  };

  it('nothing is reconciled before all caches have synced; then everything that was noticed', async () => {
    const controller = new KeepingController();
    const running = run(controller);
    for (const key of ['a', 'b', 'a']) controller.enqueue(key);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(controller.keys).to.deep.equal([]);
    caches.sync();
    await eventually('both keys', () => controller.keys.length === 2);
    expect(controller.keys).to.deep.equal(['a', 'b']);
    expect(logger.at('info')).to.deep.equal(['caches have synced']);
    stop.abort();
    await running;
  });

  it('ends before the caches have synced, when told to', async () => {
    const controller = new KeepingController();
    const running = run(controller);
    controller.enqueue('a');
    stop.abort();
    await running;
    expect(controller.keys).to.deep.equal([]);
    expect(logger.lines).to.deep.equal([]);
  });

  it('ends only after the reconcile that is under way', async () => {
    const gate = Promise.withResolvers<undefined>();
    const controller = new KeepingController();
    controller.gate = gate.promise;
    caches.sync();
    let hasEnded = false;
    const running = run(controller).then(() => {
      hasEnded = true;
    });
    controller.enqueue('a');
    await eventually('the reconcile', () => controller.keys.length === 1);
    stop.abort();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(hasEnded).to.equal(false);
    gate.resolve(undefined);
    await running;
  });

  it('gathers what happens shortly after each other', async () => {
    const controller = new KeepingController(30);
    caches.sync();
    const running = run(controller);
    const startedMs = performance.now();
    for (let change = 0; change < 10; change++) {
      controller.enqueue('a');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await eventually('the reconcile', () => controller.keys.length > 0);
    // Timers of Node may be a millisecond early.
    expect(performance.now() - startedMs).to.be.at.least(28);
    expect(controller.keys).to.deep.equal(['a']);
    stop.abort();
    await running;
  });

  it('a key that is due later does not come now', async () => {
    const controller = new KeepingController();
    caches.sync();
    const running = run(controller);
    controller.enqueue('late', 60_000);
    controller.enqueue('now');
    await eventually('the reconcile', () => controller.keys.length > 0);
    expect(controller.keys).to.deep.equal(['now']);
    stop.abort();
    await running;
  });
});
