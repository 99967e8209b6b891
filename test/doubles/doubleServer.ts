import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A stand-in for an outside system on a real socket of 127.0.0.1, with faults on demand. It keeps what it received.
 *
 *   const double = await new HuggingFaceDouble().start();
 *   double.next(faults.status(429, { headers: { 'retry-after': '2' } }), faults.hang());
 */
export type Fault =
  | { kind: 'status'; status: number; body: string; headers: Record<string, string> }
  | { kind: 'hang' }
  | { kind: 'reset' }
  /** Promises a longer body than it sends, then drops the connection. */
  | { kind: 'cutOff' }
  /** Begins an answer and never ends it. */
  | { kind: 'stalled' }
  /** The right answer, `ms` late. */
  | { kind: 'slow'; ms: number }
  /** The right answer, once `until` is over. */
  | { kind: 'held'; until: Promise<unknown> }
  /** Does what it was asked to, and drops the connection instead of answering. */
  | { kind: 'lost' }
  /** Does what it was asked to only once the client has gone, and `until` is over. */
  | { kind: 'late'; until: Promise<unknown> };

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html; charset=utf-8' };

export const faults = {
  status: (status: number, { body = JSON.stringify({ error: `scripted ${status}` }), headers = {} } = {}): Fault => ({
    kind: 'status',
    status,
    body,
    headers: { ...json, ...headers },
  }),
  loading: (estimatedS: number): Fault => ({
    kind: 'status',
    status: 503,
    body: JSON.stringify({ error: 'Model is currently loading', estimated_time: estimatedS }),
    headers: json,
  }),
  tooMany: (retryAfter: string): Fault => ({
    kind: 'status',
    status: 429,
    body: JSON.stringify({ error: 'Too many requests' }),
    headers: { ...json, 'retry-after': retryAfter },
  }),
  html: (status = 200): Fault => ({
    kind: 'status',
    status,
    body: '<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>',
    headers: html,
  }),
  garbage: (): Fault => ({ kind: 'status', status: 200, body: '{"label": \u0001 not json', headers: json }),
  empty: (): Fault => ({ kind: 'status', status: 200, body: '', headers: json }),
  hang: (): Fault => ({ kind: 'hang' }),
  reset: (): Fault => ({ kind: 'reset' }),
  cutOff: (): Fault => ({ kind: 'cutOff' }),
  stalled: (): Fault => ({ kind: 'stalled' }),
  slow: (ms: number): Fault => ({ kind: 'slow', ms }),
  lost: (): Fault => ({ kind: 'lost' }),
  late: (until: Promise<unknown> = Promise.resolve()): Fault => ({ kind: 'late', until }),
  redirect: (location: string, status = 307): Fault => ({ kind: 'status', status, body: '', headers: { location } }),
  huge: (bytes = 10_000_000): Fault => ({ kind: 'status', status: 200, body: ' '.repeat(bytes), headers: json }),
} as const;

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** When it had come in, on the clock of `performance.now()`. */
  atMs: number;
}

export interface Answer {
  status: number;
  body: string | Buffer;
  headers?: Record<string, string>;
}

export abstract class DoubleServer {
  /** Every request, oldest first. */
  readonly received: Received[] = [];
  /** Delay before every answer, ms. */
  latencyMs = 0;
  private readonly arrivals = new EventEmitter();
  private server: Server | null = null;
  private port = 0;
  private readonly script: Fault[] = [];
  private standing: Fault | null = null;

  /** The right answer to a request. */
  protected abstract answer(request: Received): Answer | Promise<Answer>;

  /** A request has come in, and is to meet this fault. */
  protected arrived(_request: Received, _fault: Fault | null): void {
    // For those that keep a record of their own.
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get calls(): number {
    return this.received.length;
  }

  /** Resolves once `count` requests have come in. */
  called(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.received.length < count) return false;
        this.arrivals.off('request', look);
        resolve();
        return true;
      };
      if (!look()) this.arrivals.on('request', look);
    });
  }

  /** Faults of the next requests, one each; after them the right answers come again. */
  next(...script: Fault[]): this {
    this.script.push(...script);
    return this;
  }

  /** The next requests are answered as ever, but not before the function that this gives is called. */
  holdNext(count = 1): () => void {
    let release!: () => void;
    const until = new Promise<void>((resolve) => (release = resolve));
    this.next(...Array<Fault>(count).fill({ kind: 'held', until }));
    return release;
  }

  /** The fault of every request (after those of `next`) until `always(null)`. */
  always(fault: Fault | null): this {
    this.standing = fault;
    return this;
  }

  /** Forgets requests and faults. */
  reset(): this {
    this.received.length = 0;
    this.script.length = 0;
    this.standing = null;
    this.latencyMs = 0;
    return this;
  }

  /** Listens on a free port, or again on the one it had. */
  async start(port = this.port): Promise<this> {
    const server = createServer((request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  /** Drops every connection and listens no more: from now on connections are refused. `start()` brings it back. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server === null) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const received: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
      atMs: performance.now(),
    };
    const fault = this.script.shift() ?? this.standing;
    this.received.push(received);
    this.arrived(received, fault);
    this.arrivals.emit('request');
    if (this.latencyMs > 0) await delay(this.latencyMs);
    switch (fault?.kind) {
      case 'hang':
        return;
      case 'reset':
        request.socket.resetAndDestroy();
        return;
      case 'cutOff':
        response.writeHead(200, { ...json, 'content-length': '1000' });
        response.write('[{"label":"piz');
        await delay(20);
        request.socket.destroy();
        return;
      case 'stalled':
        response.writeHead(200, json);
        response.write('{');
        return;
      case 'status':
        response.writeHead(fault.status, fault.headers).end(fault.body);
        return;
      case 'slow':
        await delay(fault.ms);
        break;
      case 'held':
        await fault.until;
        break;
      case 'lost':
        await this.answer(received);
        request.socket.resetAndDestroy();
        return;
      case 'late':
        if (!response.closed) await once(response, 'close');
        await fault.until;
        await this.answer(received);
        return;
      case undefined:
        break;
    }
    const { status, body, headers } = await this.answer(received);
    response.writeHead(status, { ...json, ...headers }).end(body);
  }
}
