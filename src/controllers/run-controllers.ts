import { work } from '../kube/work.ts';
import { WorkQueue } from '../kube/work-queue.ts';
import type { Logger } from '../kube/logger.ts';
import type { Caches } from './caches.ts';
import type { Controller } from './context.ts';

/** Keys of one controller under way at a time. */
const WORKERS = 4;

/**
 * Runs controllers: their queues fill from the first list on, their workers start when all caches have synced, so that
 * no decision is made on half the objects. Resolves when the signal has aborted and the last reconcile ended.
 */
export async function runControllers(
  controllers: readonly Controller[],
  {
    caches,
    logger,
    signal,
  }: { readonly caches: Caches; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> {
  const queues = controllers.map((controller) => {
    const queue = new WorkQueue();
    controller.watch((key, afterMs = 0) => {
      queue.addAfter(key, Math.max(afterMs, controller.gatherMs));
    });
    return { controller, queue };
  });
  const watching = caches.run(signal);
  await Promise.race([caches.whenSynced(), watching]);
  if (!signal.aborted)
    logger.info('caches have synced', { controllers: controllers.map(({ name }) => name) });
  const working = queues.map(async ({ controller, queue }) => {
    const reconcile = async (key: string, stop: AbortSignal): ReturnType<Controller['reconcile']> =>
      await controller.reconcile(key, stop);
    await work(queue, reconcile, { controller: controller.name, workers: WORKERS, logger, signal });
  });
  await Promise.all([watching, ...working]);
}
