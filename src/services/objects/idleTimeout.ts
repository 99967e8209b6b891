import { Readable } from 'node:stream';

/**
 * Bounds on how long the other side says nothing, whatever the length of what it says: of 500 MB each byte may come in time and the last
 * one after minutes.
 *
 * I1  Only the other side is waited for: while whoever reads takes nothing, no time runs.
 * I2  What breaks off in the middle is an error, never an end.
 */
export interface IdleTimeout {
  /** Aborts once it is over. */
  readonly signal: AbortSignal;
  /** Begins anew. */
  start(ms: number): void;
  stop(): void;
  /** At once. */
  abort(): void;
}

export function createIdleTimeout(): IdleTimeout {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: controller.signal,
    start(ms) {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(), ms);
    },
    stop: () => clearTimeout(timer),
    abort: () => controller.abort(),
  };
}

/** The bytes of `source`; an error of `failed` once `idleMs` have passed without one that was asked for, or where it breaks. */
export function withIdleTimeout(
  source: Readable,
  idleMs: number,
  failed: (reason: string, cause?: unknown) => Error,
): Readable {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(timer);
  const wait = () => {
    stop();
    timer = setTimeout(() => bytes.destroy(failed(`nothing came for ${idleMs} ms`)), idleMs);
  };
  const bytes = new Readable({
    read() {
      wait();
      source.resume();
    },
    destroy(error, done) {
      stop();
      source.destroy();
      done(error);
    },
  });
  source.on('data', (chunk: Buffer) => {
    if (bytes.push(chunk)) return;
    stop();
    source.pause();
  });
  source.once('end', () => {
    stop();
    bytes.push(null);
  });
  source.once('error', (error) => bytes.destroy(failed('the connection broke', error)));
  source.once('close', () => {
    if (!source.readableEnded) bytes.destroy(failed('the connection broke'));
  });
  source.pause();
  return bytes;
}
