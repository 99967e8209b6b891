import { createServer, STATUS_CODES, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { App } from './app';
import { problem, problemBody, type ProblemName } from './errors';

/**
 * The HTTP server around the app.
 *
 * H1  Closing: not ready first, then no new connections, event streams end, answers under way are given their time, and at the
 *     end of that time whatever is left is cut. It always ends.
 * H2  Nobody holds a connection for nothing: headers have a time limit, bodies a pace (`middleware/stall`).
 * H3  What node refuses before a route is reached (bad syntax, headers too large, too slow) is a problem like any other.
 */
export interface HttpServer {
  readonly port: number;
  /** `http://host:port` */
  readonly url: string;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly port: number;
  readonly host: string;
  readonly log: Logger;
  /** Between "not ready" and the first refused connection, so that a load balancer notices. */
  readonly drainMs?: number;
  /** For answers under way. */
  readonly graceMs?: number;
  /** For the headers of a request to arrive. */
  readonly headersTimeoutMs?: number;
}

const maxHeaderBytes = 16 * 1024;
const keepAliveMs = 65_000;

const kindOfClientError = (code: string): ProblemName => {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-timeout';
  return 'invalid-request';
};

/** Answers on a bare socket, as there is no request to answer to. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket) {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const kind = kindOfClientError(error.code ?? '');
  const failure =
    kind === 'invalid-request' ? problem(kind, { detail: 'The request is not valid HTTP/1.1.' }) : problem(kind);
  const requestId = randomUUID();
  const body = JSON.stringify(problemBody(failure, '', requestId));
  socket.end(
    [
      `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status] ?? ''}`,
      'Connection: close',
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      '',
      body,
    ].join('\r\n'),
  );
}

const listening = (server: Server, port: number, host: string) =>
  new Promise<AddressInfo>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });

/** Listens, or rejects with node's own error (`EADDRINUSE`, `EACCES`). */
export async function startServer(app: App, options: ServerOptions): Promise<HttpServer> {
  const { log, drainMs = 0, graceMs = 8_000, headersTimeoutMs = 15_000 } = options;
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      // Bodies differ too much for one limit; see H2.
      requestTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: Math.min(2_000, headersTimeoutMs),
      // Node would refuse without a word; see `middleware/address`.
      requireHostHeader: false,
    },
    app.handler,
  );
  server.on('clientError', answerClientError);
  const { port } = await listening(server, options.port, options.host);
  const shown = options.host.includes(':') ? `[${options.host}]` : options.host;

  let closing: Promise<void> | undefined;
  const close = async () => {
    app.drain();
    if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs));
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cut = setTimeout(() => {
      log.warn('requests that were still under way were cut');
      server.closeAllConnections();
    }, graceMs + 1_000);
    await app.close(graceMs);
    // Every answer is out; what is left has asked for nothing yet, and node does not count such a connection as idle.
    server.closeAllConnections();
    await closed;
    clearTimeout(cut);
  };

  return {
    port,
    url: `http://${shown}:${port}`,
    close: () => (closing ??= close()),
  };
}
