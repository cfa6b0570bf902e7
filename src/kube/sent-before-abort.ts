/**
 * Holds back the abort of a request until its headers have left. Node's HTTP/2 loses the RST_STREAM of a stream that is
 * closed in the same turn of the event loop in which it was opened (seen with Node 24.21 and undici 8.12, each time): the
 * server then serves the watch to its end, and when its answer arrives here it belongs to nobody, so that an error of the
 * connection has no listener and ends the process.
 */
import type { Dispatcher } from 'undici';

/** An interceptor for `dispatcher.compose`. */
export const sentBeforeAbort: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch(options, new SentBeforeAbort(handler));

/** Passes everything on to the handler, but gives it a controller whose abort waits. */
class SentBeforeAbort implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(handler: Dispatcher.DispatchHandler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#controller = new LateAbort(controller);
    this.#handler.onRequestStart?.(this.#controller, context);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2],
    statusMessage?: string,
  ): void {
    this.#handler.onResponseStart?.(this.#controller ?? controller, statusCode, headers, statusMessage);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(this.#controller ?? controller, chunk);
  }

  onResponseEnd(
    controller: Dispatcher.DispatchController,
    trailers: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>[1],
  ): void {
    this.#handler.onResponseEnd?.(this.#controller ?? controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(this.#controller ?? controller, error);
  }
}

class LateAbort implements Dispatcher.DispatchController {
  readonly #controller: Dispatcher.DispatchController;
  #sent = false;
  #abortReason: Error | undefined;

  constructor(controller: Dispatcher.DispatchController) {
    this.#controller = controller;
    // The request is written right after this turn's events, before the callbacks of setImmediate; the second turn is
    // for a request that was started by such a callback.
    setImmediate(() => setImmediate(() => this.#onSent()));
  }

  get aborted(): boolean {
    return this.#abortReason !== undefined || this.#controller.aborted;
  }

  get paused(): boolean {
    return this.#controller.paused;
  }

  get reason(): Error | null {
    return this.#abortReason ?? this.#controller.reason;
  }

  get rawHeaders(): NonNullable<Dispatcher.DispatchController['rawHeaders']> | null {
    return this.#controller.rawHeaders ?? null;
  }

  get rawTrailers(): NonNullable<Dispatcher.DispatchController['rawTrailers']> | null {
    return this.#controller.rawTrailers ?? null;
  }

  abort(reason: Error): void {
    this.#abortReason ??= reason;
    if (this.#sent) {
      this.#controller.abort(this.#abortReason);
    }
  }

  pause(): void {
    this.#controller.pause();
  }

  resume(): void {
    this.#controller.resume();
  }

  #onSent(): void {
    this.#sent = true;
    if (this.#abortReason !== undefined) {
      this.#controller.abort(this.#abortReason);
    }
  }
}
