/**
 * The workers of a queue: take a key, reconcile it, and decide what the outcome means for the key.
 */
import { TerminalError } from '../errors.ts';
import { ApiError } from './api-error.ts';
import { describeError, type Logger, silentLogger } from './logger.ts';
import type { WorkQueue } from './work-queue.ts';

/** What a reconcile wants next. */
export interface WorkResult {
  /** Come again after this time, milliseconds, even if nothing changes. */
  readonly requeueAfterMs?: number | undefined;
}

/**
 * Brings the world of one key to its desired state. Throwing means: again, later; throwing `TerminalError` means: not
 * again before something changes.
 */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<WorkResult | undefined>;

/** How to work. */
export interface WorkOptions {
  /** Name for the log. */
  readonly controller: string;
  /** Keys under way at the same time (1). */
  readonly workers?: number;
  readonly logger?: Logger;
  /** Stops at once: queued keys are dropped. To drain instead, call `queue.close()`. */
  readonly signal: AbortSignal;
  /** Told the outcome of each reconcile, for metrics. */
  readonly onResult?: (
    outcome: 'success' | 'requeue_after' | 'error' | 'terminal',
    durationMs: number,
  ) => void;
}

/** Works until the queue is closed and empty, or `signal` aborts; resolves when the last reconcile ended. */
export async function work(queue: WorkQueue, reconcile: Reconcile, options: WorkOptions): Promise<void> {
  const { signal, workers = 1 } = options;
  const stop = (): void => {
    queue.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) {
    stop();
  }
  await Promise.all(Array.from({ length: workers }, async () => await runWorker(queue, reconcile, options)));
  signal.removeEventListener('abort', stop);
}

async function runWorker(queue: WorkQueue, reconcile: Reconcile, options: WorkOptions): Promise<void> {
  for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
    const startedMs = performance.now();
    const outcome = await reconcileOne(queue, key, reconcile, options);
    options.onResult?.(outcome, performance.now() - startedMs);
    queue.done(key);
  }
}

async function reconcileOne(
  queue: WorkQueue,
  key: string,
  reconcile: Reconcile,
  options: WorkOptions,
): Promise<'success' | 'requeue_after' | 'error' | 'terminal'> {
  try {
    const result = await reconcile(key, options.signal);
    queue.forget(key);
    if (result?.requeueAfterMs === undefined) {
      return 'success';
    }
    queue.addAfter(key, result.requeueAfterMs);
    return 'requeue_after';
  } catch (error) {
    return onFailure(queue, key, error, options);
  }
}

function onFailure(
  queue: WorkQueue,
  key: string,
  error: unknown,
  { controller, logger = silentLogger, signal }: WorkOptions,
): 'error' | 'terminal' {
  const fields = { controller, key, error: describeError(error) };
  if (error instanceof TerminalError) {
    queue.forget(key);
    logger.error('reconcile failed for good', fields);
    return 'terminal';
  }
  queue.retry(key, error instanceof ApiError ? error.retryAfterMs : 0);
  if (!signal.aborted) {
    logger.warn('reconcile failed', { ...fields, failures: queue.failuresOf(key) });
  }
  return 'error';
}
