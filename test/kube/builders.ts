/** Small objects and settings for the tests of src/kube. */
import { type Clock, systemClock, type Timer } from '../../src/kube/clock.ts';
import type { CredentialSource } from '../../src/kube/credentials.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import type { Logger } from '../../src/kube/logger.ts';

export type TestPod = KubeObject & {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
};

/** A pod as a store gets it. */
export function pod(name: string, uid: string, resourceVersion: number, nodeName?: string): TestPod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid, resourceVersion: String(resourceVersion) },
    ...(nodeName === undefined ? {} : { spec: { nodeName } }),
  };
}

/** A logger that keeps its lines. */
export class RecordingLogger implements Logger {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: unknown }[] = [];

  debug(message: string, fields?: unknown): void {
    this.lines.push({ level: 'debug', message, fields });
  }

  info(message: string, fields?: unknown): void {
    this.lines.push({ level: 'info', message, fields });
  }

  warn(message: string, fields?: unknown): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  error(message: string, fields?: unknown): void {
    this.lines.push({ level: 'error', message, fields });
  }

  at(level: string): readonly string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }
}

/** Credentials that never change. */
export function fixedCredentials(server: URL, headers: Record<string, string> = {}): CredentialSource {
  return {
    current: async () => await Promise.resolve({ server, tls: {}, headers }),
    invalidate: () => undefined,
  };
}

/** Waits until something is true; fails after two seconds with what it waited for. */
export async function eventually(what: string, isTrue: () => boolean, limitMs = 2_000): Promise<void> {
  const endMs = Date.now() + limitMs;
  while (!isTrue()) {
    if (Date.now() > endMs) {
      throw new Error(`did not happen within ${limitMs} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The machine's clock, counting the timers that neither fired nor were cancelled. */
export class CountingClock implements Clock {
  readonly #pending = new Set<Timer>();

  get pendingTimers(): number {
    return this.#pending.size;
  }

  now(): number {
    return systemClock.now();
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer = systemClock.after(delayMs, () => {
      this.#pending.delete(counted);
      callback();
    });
    const counted = {
      cancel: () => {
        this.#pending.delete(counted);
        timer.cancel();
      },
    };
    this.#pending.add(counted);
    return counted;
  }
}
