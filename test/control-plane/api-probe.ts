/** Plain HTTPS requests to the components, for readiness and bootstrap only. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

/** How to reach a server. */
export interface ProbeTarget {
  readonly url: string;
  /** CA of the server's certificate; without it the certificate is not checked (components sign their own). */
  readonly caFile?: string;
  readonly token?: string;
}

/** The answer to a request. */
export interface ProbeAnswer {
  readonly status: number;
  readonly body: string;
}

const timeoutMs = 5_000;

/** GET, or POST when there is a JSON body. Rejects when no answer comes within 5 s. */
export async function probe(target: ProbeTarget, body?: unknown): Promise<ProbeAnswer> {
  return await new Promise((resolve, reject) => {
    const call = request(
      target.url,
      {
        method: body === undefined ? 'GET' : 'POST',
        // A pooled connection would outlive the server that a test kills.
        agent: false,
        timeout: timeoutMs,
        ...(target.caFile === undefined
          ? { rejectUnauthorized: false }
          : { ca: readFileSync(target.caFile) }),
        headers: {
          ...(target.token !== undefined && { authorization: `Bearer ${target.token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        response.on('error', reject);
      },
    );
    call.on('timeout', () => call.destroy(new Error(`no answer from ${target.url} within ${timeoutMs} ms`)));
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** True when the server answers 200; false for every other answer, and for none. */
export async function answersOk(target: ProbeTarget): Promise<boolean> {
  try {
    return (await probe(target)).status === 200;
  } catch {
    return false;
  }
}
