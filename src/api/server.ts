import { createServer, STATUS_CODES, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { shownAddress, type ListenAddress } from '../config/addresses';
import type { App } from './app';
import { answerInTurn } from './connection/answerInTurn';
import { Connection, type ConnectionLimits } from './connection/connection';
import { refusalOf } from './connection/refusal';
import { problem, type ProblemName } from './errors';

/**
 * The HTTP server around the app.
 *
 * H1  Closing: not ready first, then no new connections, event streams end, answers under way are given their time, and at the
 *     end of that time whatever is left is cut. It always ends.
 * H2  Nobody holds a connection for nothing: headers have a time limit, bodies a pace (`middleware/stall`), answers another
 *     (`connection/connection`).
 * H3  Requests of one connection are served one at a time, and what is read of it ahead is bounded.
 * H4  What is refused before a route is reached (bad syntax, headers too large, too slow, an expectation) is a problem like any other.
 * H5  All addresses or none: where one cannot be had the others are given up. What holds for one holds for all of them.
 */
export interface HttpServer {
  readonly port: number;
  /** `http://host:port` */
  readonly url: string;
  /** The same of every other address. */
  readonly otherUrls: readonly string[];
  close(): Promise<void>;
}

export interface ServerOptions extends ListenAddress {
  /** Where else the same app is served, in all the same way. */
  readonly others?: readonly ListenAddress[];
  readonly log: Logger;
  /** Between "not ready" and the first refused connection, so that a load balancer notices. */
  readonly drainMs?: number;
  /** For answers under way. */
  readonly graceMs?: number;
  /** For the headers of a request to arrive. */
  readonly headersTimeoutMs?: number;
  readonly limits?: Partial<ConnectionLimits>;
}

const maxHeaderBytes = 16 * 1024;
const keepAliveMs = 65_000;

const kindOfClientError = (code: string): ProblemName => {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-timeout';
  return 'invalid-request';
};

/** Answers on a bare socket, as there is no request to answer to. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex) {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const kind = kindOfClientError(error.code ?? '');
  const failure =
    kind === 'invalid-request' ? problem(kind, { detail: 'The request is not valid HTTP/1.1.' }) : problem(kind);
  const { headers, body } = refusalOf(failure, '');
  socket.write(
    [
      `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status] ?? ''}`,
      'Connection: close',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n'),
  );
  if (socket instanceof Connection) socket.closeSlowly();
  else socket.end();
}

/** An address that cannot be listened on; `cause` is node's own error. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
  readonly code: string;
  constructor(
    readonly address: ListenAddress,
    override readonly cause: NodeJS.ErrnoException,
  ) {
    super(`Cannot listen on ${shownAddress(address)}: ${cause.message}`, { cause });
    this.code = cause.code ?? '';
  }
}

/** Gives where it listens then, as port 0 takes any free one. */
const listening = (server: Server, address: ListenAddress) =>
  new Promise<ListenAddress>((resolve, reject) => {
    const refused = (error: Error) => reject(new CannotListen(address, error));
    server.once('error', refused);
    server.listen(address.port, address.host, () => {
      server.off('error', refused);
      resolve({ host: address.host, port: (server.address() as AddressInfo).port });
    });
  });

function createOne(app: App, { headersTimeoutMs = 15_000, limits }: ServerOptions): Server {
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
  answerInTurn(server, limits);
  return server;
}

const closed = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()));

/** Listens on every address, or rejects with `CannotListen`. */
export async function startServer(app: App, options: ServerOptions): Promise<HttpServer> {
  const { log, host, port, others = [], drainMs = 0, graceMs = 8_000 } = options;
  const servers: Server[] = [];
  const addresses: ListenAddress[] = [];
  try {
    for (const address of [{ host, port }, ...others]) {
      const server = createOne(app, options);
      addresses.push(await listening(server, address));
      servers.push(server);
    }
  } catch (error) {
    for (const server of servers) {
      const gone = closed(server);
      server.closeAllConnections();
      await gone;
    }
    throw error;
  }
  const [first = { host, port }, ...rest] = addresses;
  const urlOf = (address: ListenAddress) => `http://${shownAddress(address)}`;

  let closing: Promise<void> | undefined;
  const close = async () => {
    app.drain();
    if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs));
    const allClosed = Promise.all(servers.map(closed));
    for (const server of servers) server.closeIdleConnections();
    const cutAll = () => {
      for (const server of servers) server.closeAllConnections();
    };
    const cut = setTimeout(() => {
      log.warn('requests that were still under way were cut');
      cutAll();
    }, graceMs + 1_000);
    await app.close(graceMs);
    // Every answer is out; what is left has asked for nothing yet, and node does not count such a connection as idle.
    cutAll();
    await allClosed;
    clearTimeout(cut);
  };

  return {
    port: first.port,
    url: urlOf(first),
    otherUrls: rest.map(urlOf),
    close: () => (closing ??= close()),
  };
}
