import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection of which a test writes every byte itself. Its own side stays open after the server has ended. */
export interface RawClient {
  readonly socket: Socket;
  /** All that has come, as Latin-1. */
  readonly text: () => string;
  /** Statuses of the answers so far; informational ones are left out. */
  readonly statuses: () => number[];
  /** Resolves once what has come fits. */
  until(fits: (text: string) => boolean): Promise<void>;
  /** The server has sent its last byte (FIN). */
  readonly ended: Promise<void>;
  /** The connection is gone; gives the error that ended it, null where there was none. */
  readonly closed: Promise<NodeJS.ErrnoException | null>;
}

export async function openRawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let got = '';
  let failure: NodeJS.ErrnoException | null = null;
  socket.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')));
  socket.on('error', (error) => (failure = error));
  const ended = new Promise<void>((resolve) => socket.once('end', () => resolve()));
  const closed = new Promise<NodeJS.ErrnoException | null>((resolve) => socket.once('close', () => resolve(failure)));
  await once(socket, 'connect');
  return {
    socket,
    text: () => got,
    statuses: () =>
      [...got.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)).filter((status) => status >= 200),
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!fits(got)) return;
          socket.off('data', look);
          resolve();
        };
        socket.on('data', look);
        socket.once('close', () => reject(new Error(`The connection closed before it came:\n${got.slice(-2_000)}`)));
        look();
      }),
    ended,
    closed,
  };
}

/** A request as bytes; a body in chunks where `chunked`. */
export function rawRequest(
  method: string,
  path: string,
  { headers = '', body, chunked = false }: { headers?: string; body?: string; chunked?: boolean } = {},
): string {
  const head = `${method} ${path} HTTP/1.1\r\nHost: palate\r\n${headers}`;
  if (body === undefined) return `${head}\r\n`;
  if (!chunked) return `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  return `${head}Transfer-Encoding: chunked\r\n\r\n${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}
