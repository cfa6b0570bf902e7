/**
 * Enough of an API server on loopback to play every fault: it serves one namespaced resource (`/api/v1/pods`) with
 * paged lists and watches from a version, and lets a test decide what happens on the wire. Speaks HTTP/2 without TLS, as
 * src/kube does with TLS, or HTTP/1.1.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';

import type { TestPod } from './builders.ts';

/** The part of both protocols' classes that is used here. */
export type Request = Pick<IncomingMessage | Http2ServerRequest, 'method' | 'url' | 'headers'>;
export type Response = Pick<ServerResponse, 'statusCode' | 'setHeader' | 'end' | 'destroy'> & {
  write(chunk: string | Buffer): boolean;
  flushHeaders(): void;
};

/** Answers one request instead of the server. */
export type Answer = (request: Request, response: Response, body: string) => void;

interface LoggedEvent {
  readonly type: string;
  readonly object: TestPod;
  readonly version: number;
}

export class FakeApiServer {
  readonly #server;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #objects = new Map<string, TestPod>();
  #log: LoggedEvent[] = [];
  #version = 100;
  #compactedTo = 0;
  #uids = 0;
  readonly #answers: { readonly matches: (request: Request) => boolean; readonly answer: Answer }[] = [];
  /** Requests since the start, oldest first. */
  readonly requests: string[] = [];
  readonly headers: Request['headers'][] = [];
  readonly watches = new Set<Response>();
  /** Connections since the start. */
  connections = 0;

  private constructor(http2: boolean) {
    const handle = (request: IncomingMessage | Http2ServerRequest, response: unknown): void => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('error', () => undefined);
      request.on('end', () => this.#handle(request, response as Response, body));
    };
    this.#server = http2
      ? createHttp2Server((request: Http2ServerRequest, response: Http2ServerResponse) =>
          handle(request, response),
        )
      : createServer(handle);
    this.#server.on('session', (session: ServerHttp2Session) => {
      session.on('error', () => undefined);
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
    });
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start({ http2 = true, port = 0 } = {}): Promise<FakeApiServer> {
    const fake = new FakeApiServer(http2);
    await new Promise<void>((resolve) => fake.#server.listen(port, '127.0.0.1', resolve));
    return fake;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    this.cutConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Cuts every connection, as a killed server does. */
  cutConnections(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  /** Stops reading and answering on every connection without closing it, as a vanished host does. */
  freezeConnections(): void {
    for (const socket of this.#sockets) {
      socket.pause();
      socket.removeAllListeners('data');
      (socket as unknown as { _handle?: { readStop(): void } })._handle?.readStop();
    }
  }

  /** Asks every HTTP/2 client to leave, as an API server that shuts down or balances its load. */
  askToLeave(): void {
    for (const session of this.#sessions) {
      session.goaway();
    }
  }

  /** The next request whose `METHOD url` matches is answered this way. */
  answerNext(pattern: RegExp, answer: Answer): void {
    this.#answers.push({ matches: ({ method, url }) => pattern.test(`${method} ${url}`), answer });
  }

  create(name: string, fields: Partial<TestPod> = {}): TestPod {
    this.#uids += 1;
    return this.#store('ADDED', name, { uid: `uid-${this.#uids}` }, fields);
  }

  update(name: string, fields: Partial<TestPod> = {}): TestPod {
    const { uid } = this.#objects.get(name)!.metadata;
    return this.#store('MODIFIED', name, { uid: uid! }, fields);
  }

  delete(name: string): void {
    const object = this.#objects.get(name)!;
    this.#objects.delete(name);
    this.#append('DELETED', this.#versioned(object));
  }

  /** Forgets the history: whoever watches from an older version gets 410. */
  compact(): void {
    this.#compactedTo = this.#version;
    this.#log = [];
  }

  /** Sends bytes on every open watch. */
  send(bytes: string | Buffer): void {
    for (const watch of this.watches) {
      watch.write(bytes);
    }
  }

  bookmark(): void {
    this.#version += 1;
    this.send(line('BOOKMARK', { metadata: { resourceVersion: String(this.#version) } }));
  }

  #store(type: string, name: string, meta: { uid: string }, fields: Partial<TestPod>): TestPod {
    const object = this.#versioned({
      ...fields,
      metadata: { ...fields.metadata, name, namespace: 'default', ...meta },
    });
    this.#objects.set(name, object);
    this.#append(type, object);
    return object;
  }

  #versioned(object: TestPod): TestPod {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #append(type: string, object: TestPod): void {
    this.#log.push({ type, object, version: this.#version });
    this.send(line(type, object));
  }

  #handle(request: Request, response: Response, body: string): void {
    this.requests.push(`${request.method} ${request.url}`);
    this.headers.push(request.headers);
    const planned = this.#answers.find(({ matches }) => matches(request));
    if (planned !== undefined) {
      this.#answers.splice(this.#answers.indexOf(planned), 1);
      planned.answer(request, response, body);
      return;
    }
    const url = new URL(request.url ?? '', 'http://server');
    if (url.searchParams.has('watch')) {
      this.#watch(url.searchParams, response);
    } else {
      this.#list(url.searchParams, response);
    }
  }

  #list(query: URLSearchParams, response: Response): void {
    const [version = String(this.#version), start = '0'] = (query.get('continue') ?? '')
      .split('/')
      .filter(Boolean);
    if (Number(version) < this.#compactedTo) {
      refuse(response, 410, { reason: 'Expired' });
      return;
    }
    const limit = Number(query.get('limit') ?? Infinity);
    const end = Number(start) + limit;
    const items = [...this.#objects.values()].slice(Number(start), end);
    const next = end < this.#objects.size ? `${version}/${end}` : '';
    answerJson(response, { kind: 'PodList', metadata: { resourceVersion: version, continue: next }, items });
  }

  #watch(query: URLSearchParams, response: Response): void {
    const from = Number(query.get('resourceVersion'));
    if (from < this.#compactedTo) {
      refuse(response, 410, { reason: 'Expired', message: 'too old resource version' });
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.flushHeaders();
    this.watches.add(response);
    (response as unknown as ServerResponse).on('close', () => this.watches.delete(response));
    for (const { type, object, version } of this.#log) {
      if (version > from) {
        response.write(line(type, object));
      }
    }
  }
}

/** A watch event on the wire. */
export function line(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

export function answerJson(response: Response, body: unknown, status = 200): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

/** A refusal with a `Status` body. */
export function refuse(
  response: Response,
  code: number,
  status: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, value);
  }
  answerJson(response, { kind: 'Status', status: 'Failure', code, ...status }, code);
}
