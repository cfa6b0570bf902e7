/**
 * Splits a watch's byte stream into JSON lines, whatever the chunk boundaries: inside a line, inside a UTF-8
 * character, several lines in one chunk.
 */

const newline = 0x0a;

/** Far above what etcd stores per object (1.5 MiB by default); a longer "line" is no watch event. */
const longestLineBytes = 64 * 1024 * 1024;

/** Thrown when a line cannot be what a watch sends. */
export class JsonLineError extends Error {
  override readonly name = 'JsonLineError';
}

/** Collects chunks and gives back each line as soon as it is complete. */
export class JsonLines {
  readonly #partial: Buffer[] = [];
  #partialBytes = 0;

  /**
   * Takes the next chunk and parses the lines that it completes. Empty lines are skipped.
   *
   * @throws JsonLineError if a complete line is no JSON, or a line exceeds 64 MiB
   */
  *push(chunk: Buffer): Generator<unknown, void, undefined> {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const line = this.#complete(chunk.subarray(start, end));
      start = end + 1;
      if (line.trim() !== '') {
        yield parse(line);
      }
    }
    this.#keep(chunk.subarray(start));
  }

  /** Whether the stream would end in the middle of a line now: it was cut. */
  get truncated(): boolean {
    return this.#partialBytes > 0;
  }

  #complete(tail: Buffer): string {
    if (this.#partialBytes === 0) {
      return tail.toString('utf8');
    }
    const line = Buffer.concat([...this.#partial, tail]).toString('utf8');
    this.#partial.length = 0;
    this.#partialBytes = 0;
    return line;
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) {
      return;
    }
    this.#partialBytes += rest.length;
    if (this.#partialBytes > longestLineBytes) {
      throw new JsonLineError(`a line of more than ${longestLineBytes} bytes`);
    }
    this.#partial.push(rest);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (error) {
    throw new JsonLineError('a line that is no JSON', { cause: error });
  }
}
