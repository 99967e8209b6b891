import type { Request } from 'express';
import { problem } from '../errors';

/**
 * Bodies that drip in to hold a connection (slow loris). Node bounds the time of the headers; bodies differ too much in size for one
 * time limit, so they must keep up a pace: at least `minBytes` in each span of `spanMs`, or whatever is left.
 */
export interface Pace {
  readonly spanMs: number;
  readonly minBytes: number;
}
export const defaultPace: Pace = { spanMs: 15_000, minBytes: 15 * 1024 };

/** Rejects with 408 when the body falls behind; never resolves. `stop` when the body is read or the request is over. */
export function watchPace(request: Request, pace: Pace): { readonly stalled: Promise<never>; stop: () => void } {
  if (request.complete) return { stalled: new Promise(() => undefined), stop: () => undefined };
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearInterval(timer);
  const stalled = new Promise<never>((_resolve, reject) => {
    let before = request.socket.bytesRead;
    timer = setInterval(() => {
      const now = request.socket.bytesRead;
      // A body that we ourselves hold back is not slow.
      const held = request.readableLength >= request.readableHighWaterMark;
      if (request.complete || request.destroyed) stop();
      else if (!held && now - before < pace.minBytes) {
        stop();
        reject(problem('request-timeout'));
      }
      before = now;
    }, pace.spanMs);
    timer.unref();
  });
  stalled.catch(() => undefined);
  request.once('close', stop);
  return { stalled, stop };
}
