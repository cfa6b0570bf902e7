/**
 * Reads the body of an answer, compressed or not.
 */
import { pipeline, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';

import type { Clock, Timer } from './clock.ts';
import type { WireResponse } from './server-connection.ts';

const unzip = promisify(gunzip);

/**
 * The whole body as text.
 *
 * @param timeoutMs longest silence while it arrives, milliseconds
 */
export async function readText(
  { body, headers }: WireResponse,
  timeoutMs: number,
  clock: Clock,
): Promise<string> {
  const chunks: Buffer[] = [];
  let timer: Timer | undefined;
  const expectMore = (): void => {
    timer?.cancel();
    timer = clock.after(timeoutMs, () => body.destroy(new Error(`the answer stopped for ${timeoutMs} ms`)));
  };
  try {
    expectMore();
    for await (const chunk of body) {
      expectMore();
      chunks.push(chunk as Buffer);
    }
  } finally {
    timer?.cancel();
  }
  const bytes = Buffer.concat(chunks);
  return (headers['content-encoding'] === 'gzip' ? await unzip(bytes) : bytes).toString('utf8');
}

/** The body as it arrives. One that is compressed although we did not ask may have a gzip member per event. */
export function uncompressed({ body, headers }: WireResponse): Readable {
  if (headers['content-encoding'] !== 'gzip') {
    return body;
  }
  const gunzipped = createGunzip();
  // The error reaches whoever iterates over the result.
  pipeline(body, gunzipped, () => undefined);
  return gunzipped;
}
