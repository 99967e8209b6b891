import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createRequestBytes } from './requestBytes';

/**
 * A connection of the HTTP server, between its socket and node's HTTP layer, which would make requests of everything that has arrived,
 * serve all of them at once and keep every answer until the one before it is out.
 *
 * N1  One request at a time: the next is parsed once the answer to the last is out and its body is read. Other connections have their
 *     turn in between.
 * N2  At most `maxHeldBytes` and one chunk are read ahead. Reading goes on until then, so that a client that hangs up is noticed.
 * N3  A body that is not read when the answer is out is drained up to `maxDrainBytes` within `drainMs`; then the connection serves the
 *     next request. Else it closes: the client gets the end of the stream (FIN), and what it still sends is dropped until those
 *     `drainMs` are over, so that it reads its answer instead of a reset.
 * N4  A client that takes less than `sendSliceBytes` of its answer in `sendSliceMs` is cut off.
 */
export interface ConnectionLimits {
  readonly drainMs: number;
  readonly sendSliceMs: number;
}
export const defaultLimits: ConnectionLimits = { drainMs: 2_000, sendSliceMs: 60_000 };
const maxDrainBytes = 64 * 1024;
const maxHeldBytes = 64 * 1024;
const sendSliceBytes = 64 * 1024;

/** A request whose head is parsed, with its answer. */
interface Turn {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly serve: () => void;
}

export class Connection extends Duplex {
  private readonly held = createRequestBytes();
  private current: Turn | undefined;
  /** Parsed with the end of a body before them; see `requestBytes`. */
  private readonly parsed: Turn[] = [];
  /** Bytes of an unread body that came after its answer; null while nothing is drained. */
  private drained: number | null = null;
  /** Of the write under way, what the socket was not given yet. */
  private unsent: Buffer[] = [];
  /** The client has ended its side. */
  private ended = false;
  /** The client ended its side with several requests open: they are answered until this timer ends. */
  private grace: NodeJS.Timeout | undefined;
  /** Nothing is parsed any more. */
  private closing = false;
  private deadline: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly limits: ConnectionLimits,
  ) {
    // One slice is handed over at a time: `_read` asks for the next when nothing is left of the last.
    super({ readableHighWaterMark: 1 });
    socket.on('data', (chunk: Buffer) => this.received(chunk));
    socket.on('end', () => this.clientEnded());
    socket.on('timeout', () => this.emit('timeout'));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** Serves the request at once where no other is under way, else in its turn. */
  serveInTurn(turn: Turn): void {
    const { headers } = turn.request;
    const length = headers['content-length'];
    this.held.expectBody(length === undefined ? null : Number(length));
    if (this.current) this.parsed.push(turn);
    else this.begin(turn);
  }

  /** Whether more is to come of the body of the request under way than is drained. */
  get closesAfterAnswer(): boolean {
    return !this.mayServeNext && (this.held.bodyLeft ?? 0) > maxDrainBytes;
  }

  /** N3, without draining first. */
  closeSlowly(): void {
    if (this.closing) return;
    this.closing = true;
    this.held.clear();
    this.parsed.length = 0;
    this.end();
    this.socket.resume();
    if (this.ended) this.destroyOnceSent();
    else this.destroyIn(this.limits.drainMs);
  }

  /** Node calls it after the last answer of a connection. */
  destroySoon(): void {
    if (this.current && !this.current.request.complete) {
      this.closeSlowly();
      return;
    }
    this.closing = true;
    this.destroyOnceSent();
    this.end();
  }

  private get mayServeNext(): boolean {
    return !this.current || this.current.request.complete;
  }

  private begin(turn: Turn): void {
    this.current = turn;
    turn.response.once('close', () => this.answered(turn));
    turn.serve();
  }

  private answered({ request }: Turn): void {
    if (this.destroyed || this.closing) return;
    if (request.complete) {
      this.next();
      return;
    }
    this.drained = 0;
    this.destroyIn(this.limits.drainMs);
    // Whoever began to read it reads no more: nothing may hold it back.
    request.unpipe();
    request.removeAllListeners('data').removeAllListeners('readable');
    request.resume();
    this.parse();
  }

  private next(): void {
    const turn = this.parsed.shift();
    this.current = turn;
    if (!turn && this.held.size === 0) {
      this.readAhead();
      return;
    }
    setImmediate(() => {
      if (this.destroyed || this.closing) return;
      if (turn) this.begin(turn);
      this.parse();
    });
  }

  private received(chunk: Buffer): void {
    if (this.closing) return;
    this.held.add(chunk);
    this.parse();
  }

  /** Hands over what may be parsed by now; in node's HTTP layer it is parsed before `push` returns, unless that layer has paused us. */
  private parse(): void {
    while (!this.closing && !this.destroyed && this.readableLength === 0) {
      const inBody = this.current !== undefined;
      if (inBody && this.mayServeNext) break;
      const slice = this.held.take(inBody);
      if (!slice) break;
      if (this.drained !== null && (this.drained += slice.length) > maxDrainBytes) {
        this.closeSlowly();
        return;
      }
      this.push(slice);
    }
    this.settleDrain();
    this.readAhead();
  }

  private settleDrain(): void {
    if (this.drained === null || this.closing || !this.mayServeNext) return;
    this.drained = null;
    clearTimeout(this.deadline);
    this.deadline = undefined;
    this.next();
  }

  private readAhead(): void {
    if (this.destroyed || this.closing) return;
    if (this.held.size > maxHeldBytes) this.socket.pause();
    else this.socket.resume();
    if (this.ended && this.held.size === 0 && !(this.grace && this.current)) this.endReading();
  }

  private endReading(): void {
    clearTimeout(this.grace);
    this.grace = undefined;
    this.held.clear();
    this.parsed.length = 0;
    this.push(null);
  }

  /** A client that has sent several requests and ended gets what can be answered soon; of one that waits it is the hang-up. */
  private clientEnded(): void {
    this.ended = true;
    if (this.closing) this.destroy();
    else if (this.held.size + this.parsed.length > 0 && this.mayServeNext)
      this.grace = setTimeout(() => this.endReading(), this.limits.drainMs);
    else this.readAhead();
  }

  private destroyOnceSent(): void {
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  private destroyIn(ms: number): void {
    this.deadline ??= setTimeout(() => this.destroy(), ms);
  }

  override _read(): void {
    // Not at once: what was handed over before is not parsed yet.
    queueMicrotask(() => this.parse());
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.send([chunk], done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  /** N4. Between the slices of a large answer other connections have their turn, too. */
  private send(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    const slices = (this.unsent = inSlices(chunks, sendSliceBytes));
    let stalled: NodeJS.Timeout | undefined;
    const sendNext = () => {
      const slice = slices.shift();
      if (!slice) {
        done();
        return;
      }
      stalled = setTimeout(() => this.destroy(), this.limits.sendSliceMs);
      this.socket.write(slice, sent);
    };
    const sent = (error?: Error | null) => {
      clearTimeout(stalled);
      if (error) done(error);
      else if (slices.length > 0) setImmediate(sendNext);
      else done();
    };
    sendNext();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.deadline);
    clearTimeout(this.grace);
    this.held.clear();
    this.parsed.length = 0;
    // Of an answer that breaks off, the client gets what the system takes at once.
    if (this.socket.writableLength === 0) for (const slice of this.unsent.splice(0)) this.socket.write(slice);
    this.socket.destroy();
    done(error);
  }

  // What node's HTTP layer, Express and the API ask a socket.
  get remoteAddress(): string | undefined {
    return this.socket.remoteAddress;
  }
  get remotePort(): number | undefined {
    return this.socket.remotePort;
  }
  get localAddress(): string | undefined {
    return this.socket.localAddress;
  }
  get localPort(): number | undefined {
    return this.socket.localPort;
  }
  get bytesRead(): number {
    return this.socket.bytesRead;
  }
  get bytesWritten(): number {
    return this.socket.bytesWritten;
  }
  setTimeout(ms: number, listener?: () => void): this {
    this.socket.setTimeout(ms);
    if (listener && ms > 0) this.once('timeout', listener);
    else if (listener) this.off('timeout', listener);
    return this;
  }
  setKeepAlive(enable?: boolean, initialDelayMs?: number): this {
    this.socket.setKeepAlive(enable, initialDelayMs);
    return this;
  }
  setNoDelay(noDelay?: boolean): this {
    this.socket.setNoDelay(noDelay);
    return this;
  }
}

/** Says in the answer that the connection closes with it, where too much of the body of its request is still to come. */
export function announceClose({ socket }: IncomingMessage, response: ServerResponse): void {
  const connection: unknown = socket;
  if (connection instanceof Connection && connection.closesAfterAnswer) response.setHeader('connection', 'close');
}

/** Small chunks together and large ones in parts, each of at most `maxBytes`. */
function inSlices(chunks: readonly Buffer[], maxBytes: number): Buffer[] {
  const slices: Buffer[] = [];
  let small: Buffer[] = [];
  let smallBytes = 0;
  const flush = () => {
    const [only] = small;
    // By reference: the bytes of a large answer may be shared.
    if (only && small.length === 1) slices.push(only);
    else if (smallBytes > 0) slices.push(Buffer.concat(small));
    small = [];
    smallBytes = 0;
  };
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += maxBytes) {
      const part = chunk.subarray(at, at + maxBytes);
      if (smallBytes + part.length > maxBytes) flush();
      small.push(part);
      smallBytes += part.length;
    }
  }
  flush();
  return slices;
}
