import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { percentile } from '../figures';

/** A client with as little work as can be: it shares the machine with the server that it measures. */
export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers with another status than 200. */
  readonly failed: number;
}

export interface LoadOptions {
  readonly url: string;
  /** Paths in turn. */
  readonly targets: readonly string[];
  readonly token?: string;
  /** Connections, each with one request at a time. */
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds?: number;
}

const headEnd = Buffer.from('\r\n\r\n');

export async function measureLoad(options: LoadOptions): Promise<Load> {
  const { url, targets, token, connections, seconds, warmUpSeconds = 1 } = options;
  const { hostname, port, host } = new URL(url);
  const requests = targets.map((target) =>
    Buffer.from(
      `GET ${target} HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\n${token === undefined ? '' : `authorization: Bearer ${token}\r\n`}\r\n`,
    ),
  );
  const countFrom = performance.now() + warmUpSeconds * 1000;
  const until = countFrom + seconds * 1000;
  const tookMs: number[] = [];
  let [failed, turn] = [0, 0];

  const client = async () => {
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    await once(socket, 'connect');
    const read = answersOf(socket);
    for (let now = performance.now(); now < until;) {
      socket.write(requests[(turn += 1) % requests.length] ?? '');
      const status = await read();
      const after = performance.now();
      if (now >= countFrom) {
        tookMs.push(after - now);
        if (status !== 200) failed += 1;
      }
      now = after;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, client));
  return {
    requests: tookMs.length,
    perSecond: tookMs.length / seconds,
    p50Ms: percentile(tookMs, 50),
    p99Ms: percentile(tookMs, 99),
    failed,
  };
}

/** Reads one answer at a time, by its length; gives its status. */
function answersOf(socket: Socket): () => Promise<number> {
  let held = Buffer.alloc(0);
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | null = null;
  const look = () => {
    const end = held.indexOf(headEnd);
    if (end < 0 || waiting === null) return;
    const head = held.toString('latin1', 0, end);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1]);
    if (Number.isNaN(length)) {
      waiting.reject(new Error(`An answer without a length: ${head}`));
      return;
    }
    const bytes = end + headEnd.length + length;
    if (held.length < bytes) return;
    held = held.subarray(bytes);
    const { resolve } = waiting;
    waiting = null;
    resolve(Number(head.slice(9, 12)));
  };
  socket.on('data', (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    look();
  });
  socket.on('close', () => waiting?.reject(new Error('The server closed the connection.')));
  return () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      look();
    });
}
