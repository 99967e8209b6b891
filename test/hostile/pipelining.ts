import { connect, type Socket } from 'node:net';

/** Many requests in one write, on one connection or on several: 1,600 of them are 62 kB. */
export interface PipelinedRequests {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Requests on each connection. */
  readonly count: number;
  readonly connections: number;
  /** Each connection stops reading after this many bytes; all are read where missing. */
  readonly readBytes?: number;
  /** Each connection takes this many bytes a second; as many as come where missing. */
  readonly readBytesPerS?: number;
  /** Connections that are still open then are left; ten seconds where missing. */
  readonly forMs?: number;
}

export interface PipelineOutcome {
  /** Of the answers that came whole, in order. */
  readonly statuses: readonly number[];
  readonly bytesRead: number;
  readonly end: 'answered' | 'closed by the server' | 'left';
  readonly ms: number;
}

/** Sends them on all connections at once; resolves when each has all its answers, is closed, or is left. */
export function pipelineRequests(attack: PipelinedRequests): Promise<PipelineOutcome[]> {
  return Promise.all(Array.from({ length: attack.connections }, () => onOneConnection(attack)));
}

function onOneConnection(attack: PipelinedRequests): Promise<PipelineOutcome> {
  const { host, port, path, count, readBytes = Infinity, readBytesPerS, forMs = 10_000 } = attack;
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const answers = createAnswerReader();
    const socket = connect({ host, port });
    let bytesRead = 0;
    const finish = (end: PipelineOutcome['end']) => {
      clearTimeout(leave);
      stopPacing();
      resolve({ statuses: answers.statuses, bytesRead, end, ms: performance.now() - startedAt });
      socket.destroy();
    };
    const leave = setTimeout(() => finish('left'), forMs);
    const stopPacing = readBytesPerS === undefined ? () => undefined : pace(socket, readBytesPerS);
    socket.on('connect', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(count));
      if (readBytes === 0) socket.pause();
    });
    socket.on('data', (chunk) => {
      bytesRead += chunk.length;
      answers.read(chunk);
      if (answers.statuses.length >= count) finish('answered');
      else if (bytesRead >= readBytes) socket.pause();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => finish('closed by the server'));
  });
}

/** Lets a socket read only so many bytes a second. */
function pace(socket: Socket, bytesPerS: number): () => void {
  const everyMs = 50;
  let allowed = 0;
  socket.on('data', (chunk) => {
    allowed -= chunk.length;
    if (allowed <= 0) socket.pause();
  });
  const timer = setInterval(() => {
    allowed = Math.min(allowed + (bytesPerS * everyMs) / 1000, bytesPerS);
    if (allowed > 0) socket.resume();
  }, everyMs);
  return () => clearInterval(timer);
}

/** Tells the answers of a connection apart; each has a Content-Length, or no body. */
function createAnswerReader() {
  const statuses: number[] = [];
  let head = Buffer.alloc(0);
  let bodyLeft = 0;
  let status: number | undefined;
  return {
    statuses,
    read(chunk: Buffer) {
      let rest = chunk;
      while (rest.length > 0) {
        if (status === undefined) {
          const seen = head.length;
          head = Buffer.concat([head, rest]);
          const end = head.indexOf('\r\n\r\n');
          if (end < 0) return;
          const text = head.toString('latin1', 0, end);
          status = Number(text.split(' ', 2)[1]);
          bodyLeft = Number(/^content-length: (\d+)$/im.exec(text)?.[1] ?? 0);
          rest = rest.subarray(end + 4 - seen);
          head = Buffer.alloc(0);
        }
        const taken = Math.min(bodyLeft, rest.length);
        bodyLeft -= taken;
        rest = rest.subarray(taken);
        if (bodyLeft > 0) return;
        statuses.push(status);
        status = undefined;
      }
    },
  };
}
