import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A server of one file, with ranges, on a real socket of 127.0.0.1. `next` scripts its following answers: `cut` sends so many bytes
 * of the body and ends the connection as soon as the client has said by `reached` that it has them, `page` is a page instead of the file, `status` an error, `redirect` leads to the file at another path,
 * `silent` sends a beginning and then nothing.
 */
export type Answer =
  | { kind: 'cut'; afterBytes: number }
  | { kind: 'silent'; afterBytes: number }
  | { kind: 'page' }
  | { kind: 'status'; status: number }
  | { kind: 'redirect' };

export class DownloadsDouble {
  readonly requests: { path: string; range: string | undefined; ifRange: string | undefined }[] = [];
  private readonly server: Server;
  private readonly answers: Answer[] = [];
  private pending: { upTo: number; response: ServerResponse } | null = null;

  constructor(public content: Buffer) {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  async start(): Promise<this> {
    await new Promise<void>((started) => this.server.listen(0, '127.0.0.1', started));
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((stopped) => this.server.close(stopped));
  }

  next(...answers: Answer[]): void {
    this.answers.push(...answers);
  }

  /** The client has so many bytes of the file. */
  reached(bytes: number): void {
    if (this.pending === null || bytes < this.pending.upTo) return;
    this.pending.response.destroy();
    this.pending = null;
  }

  urlOf(name = 'foods.zip'): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${name}`;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { range, 'if-range': ifRange } = request.headers;
    this.requests.push({ path: request.url ?? '', range, ifRange: ifRange as string | undefined });
    const scripted = this.answers.shift();
    if (scripted?.kind === 'page') {
      response.setHeader('content-type', 'text/html; charset=utf-8').end('<!doctype html><title>Moved</title>');
      return;
    }
    if (scripted?.kind === 'status') {
      response.writeHead(scripted.status).end();
      return;
    }
    if (scripted?.kind === 'redirect') {
      response.writeHead(302, { location: `/elsewhere${request.url ?? ''}` }).end();
      return;
    }
    const etag = `"${createHash('sha256').update(this.content).digest('hex').slice(0, 16)}"`;
    const from = ifRange === etag ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0;
    if (from > 0 && from >= this.content.length) {
      response.writeHead(416, { 'content-range': `bytes */${this.content.length}` }).end();
      return;
    }
    const rest = this.content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-type': 'application/zip',
      'content-length': rest.length,
      etag,
      ...(from > 0 && {
        'content-range': `bytes ${from}-${this.content.length - 1}/${this.content.length}`,
      }),
    });
    if (scripted === undefined) {
      response.end(rest);
      return;
    }
    response.write(rest.subarray(0, scripted.afterBytes));
    if (scripted.kind === 'cut') this.pending = { upTo: from + scripted.afterBytes, response };
  }
}
