import { hostname } from 'node:os';

import { Caches } from '../controllers/caches.ts';
import type { ControllerContext } from '../controllers/context.ts';
import { NodeConfigController } from '../controllers/node-config-controller.ts';
import { NodeController } from '../controllers/node-controller.ts';
import { PolicyController } from '../controllers/policy-controller.ts';
import { ProfileController } from '../controllers/profile-controller.ts';
import { runControllers } from '../controllers/run-controllers.ts';
import { Fleet } from '../fleet/fleet.ts';
import { sleep, systemClock } from '../kube/clock.ts';
import { EventRecorder } from '../kube/event-recorder.ts';
import { loadCredentials } from '../kube/load-credentials.ts';
import { describeError } from '../kube/logger.ts';
import type { Logger } from '../kube/logger.ts';
import { ResourceClient } from '../kube/resource-client.ts';
import { events } from '../kube/resource-type.ts';
import { Transport } from '../kube/transport.ts';
import { version } from '../version.ts';
import { serveHealth } from './health-server.ts';
import type { Probes } from './health-server.ts';

/** How the operator is started. */
export interface OperatorOptions {
  /** Kubeconfig file; without it, KUBECONFIG, the pod's ServiceAccount, or ~/.kube/config. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** `host:port` of the probes. */
  readonly healthAddress: string;
  readonly logger: Logger;
  /** Ends the operator. */
  readonly signal: AbortSignal;
  /** Told when the probes are served, with their port. */
  readonly onListening?: ((port: number) => void) | undefined;
}

/** How long the last events may take to be written at the end, ms: the server may be gone. */
const FLUSH_LIMIT_MS = 3000;

/** No watch is silent for longer: an idle one receives a bookmark each minute. */
const SILENCE_LIMIT_MS = 300_000;

/** Runs the operator until its signal aborts; then everything it started has ended. */
export async function runOperator(options: OperatorOptions): Promise<void> {
  const { logger, signal } = options;
  const credentials = loadCredentials({ kubeconfig: options.kubeconfig, context: options.context });
  const transport = new Transport({ credentials, userAgent: `numasim/${version}`, logger });
  const context = createContext(transport, logger);
  const controllers = [
    new NodeController(context),
    new PolicyController(context),
    new NodeConfigController(context),
    new ProfileController(context),
  ];
  const health = await serveHealth(options.healthAddress, probesOf(context.caches));
  options.onListening?.(health.port);
  logger.info('operator started', { version, identity: context.identity, healthPort: health.port });
  try {
    await allOrNone(signal, [
      async (stop) => await runControllers(controllers, { caches: context.caches, logger, signal: stop }),
      async (stop) => await context.fleet.run(stop),
    ]);
  } finally {
    await atMost(FLUSH_LIMIT_MS, context.events.flush());
    await health.close();
    await transport.close();
    logger.info('operator stopped');
  }
}

async function atMost(limitMs: number, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, sleep(systemClock, limitMs, over.signal)]);
  over.abort();
}

/** Runs parts until the signal aborts. If one fails the others are ended too; its error is thrown when all have ended. */
async function allOrNone(
  signal: AbortSignal,
  parts: readonly ((stop: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const results = await Promise.allSettled(
    parts.map(async (run) => {
      try {
        await run(stop);
      } catch (error) {
        failure.abort();
        throw error;
      }
    }),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function createContext(transport: Transport, logger: Logger): ControllerContext {
  const identity = hostname();
  return {
    transport,
    logger,
    identity,
    caches: new Caches(transport, logger),
    fleet: new Fleet(
      {
        nowMs: () => performance.now(),
        pause: async (ms, signal) => {
          await sleep(systemClock, ms, signal);
        },
      },
      (node, error) => logger.error('simulation of a node failed', { node, error: describeError(error) }),
    ),
    events: new EventRecorder({
      client: new ResourceClient(transport, events),
      reportingController: 'numasim.dev/operator',
      reportingInstance: identity,
      logger,
    }),
    nowMs: () => Date.now(),
  };
}

function probesOf(caches: Caches): Probes {
  return {
    healthz: () => {
      const silenceMs = caches.silenceMs(Date.now());
      return silenceMs > SILENCE_LIMIT_MS
        ? `a watch has been silent for ${Math.round(silenceMs / 1000)} s`
        : undefined;
    },
    readyz: () => (caches.hasSynced ? undefined : 'caches have not synced'),
  };
}
