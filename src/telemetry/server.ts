import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scrape } from './scrape';

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface MetricsServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** 127.0.0.1 where missing. */
  readonly host?: string;
  /** What of this process works, for `/health`. */
  readonly health?: () => Promise<{ readonly ready: boolean; readonly body: object }>;
  /** Is given the server before it listens. */
  readonly guard?: (server: Server) => void;
}

/**
 * Serves `/metrics`, `/health` and `/health/live` of a process of any role, to whoever reaches it: a port for operators that rate limits and
 * the API's end do not touch. What it costs is bounded all the same: the numbers are made at most once in some seconds.
 */
export async function serveMetrics(
  scrape: () => Promise<Scrape>,
  { port, host = '127.0.0.1', guard, health }: MetricsServerOptions,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (request.method !== 'GET') {
      response.writeHead(405, { allow: 'GET' }).end();
    } else if (path === '/health/live') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"live"}');
    } else if (path === '/health' && health) {
      health().then(
        ({ ready, body }) =>
          response.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
        () => response.writeHead(500).end(),
      );
    } else if (path === '/metrics') {
      scrape().then(
        ({ body, contentType }) =>
          response.writeHead(200, { 'content-type': contentType, 'content-length': body.length }).end(body),
        () => response.writeHead(500).end(),
      );
    } else {
      response.writeHead(404).end();
    }
  });
  guard?.(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve());
  });
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
