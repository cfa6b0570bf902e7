/** A small shell process that outlives us just long enough to end the control plane we started. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { join } from 'node:path';

/** Guards one instance's directory from the moment it exists. */
export class Watchdog {
  readonly #child: ChildProcess;

  /** When this process ends for any reason before `dismiss`, the instance in `directory` is ended and removed. */
  constructor(directory: string) {
    this.#child = spawn('/bin/sh', [join(import.meta.dirname, 'watchdog.sh'), directory], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // A dead watchdog shows when it is dismissed; until then nothing can be done about it.
    this.#child.on('error', () => undefined);
    this.#child.stdin?.on('error', () => undefined);
    this.#child.unref();
    // Node types it as a stream, but a pipe to a child is a socket, and would keep this process alive.
    if (this.#child.stdin instanceof Socket) this.#child.stdin.unref();
  }

  /** Ends the watchdog and leaves the instance alone; resolves when it is gone. */
  async dismiss(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined)
      return;
    const ended = once(this.#child, 'exit');
    this.#child.ref();
    this.#child.stdin?.end('dismissed\n');
    await ended;
  }
}
