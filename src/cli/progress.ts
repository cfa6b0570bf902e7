/** Progress on a terminal; nothing in a pipe or a log. */

/** Where progress is shown: standard error, or a stand-in. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A line that is overwritten as the work goes on, and wiped at the end. */
export interface Progress {
  /** `done` and `total` simulated seconds. */
  show(done: number, total: number): void;
  end(): void;
}

const wipe = '\r\u001b[K';

/** Writes at most once per percent. */
export function progressOn(stream: ProgressStream): Progress {
  let shown = -1;
  return {
    show(done, total) {
      const percent = Math.floor((done / total) * 100);
      if (stream.isTTY !== true || percent === shown) return;
      shown = percent;
      stream.write(`${wipe}Simulating: ${percent} % (${done} of ${total} node-seconds)`);
    },
    end() {
      if (shown !== -1) stream.write(wipe);
    },
  };
}
