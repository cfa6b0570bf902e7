/**
 * Remembers credentials for half a minute: reading them takes files or programs, and every request needs them.
 */
import type { Clock } from './clock.ts';
import type { Credentials, CredentialSource } from './credentials.ts';

/** client-go looks at token files once a minute; a rotated token stays valid for longer than that. */
const lifetimeMs = 30_000;

/** Credentials that `read` gives, read again when they are old or refused. */
export class CachedCredentials implements CredentialSource {
  readonly #read: () => Promise<Credentials>;
  readonly #onInvalidate: () => void;
  readonly #clock: Clock;
  #cached: { readonly credentials: Promise<Credentials>; readonly untilMs: number } | undefined;

  constructor(clock: Clock, read: () => Promise<Credentials>, onInvalidate: () => void = () => undefined) {
    this.#clock = clock;
    this.#read = read;
    this.#onInvalidate = onInvalidate;
  }

  async current(): Promise<Credentials> {
    if (this.#cached === undefined || this.#clock.now() >= this.#cached.untilMs) {
      const credentials = this.#read();
      this.#cached = { credentials, untilMs: this.#clock.now() + lifetimeMs };
      // A failure must not be remembered.
      credentials.catch(() => this.invalidate());
    }
    return await this.#cached.credentials;
  }

  invalidate(): void {
    this.#cached = undefined;
    this.#onInvalidate();
  }
}
