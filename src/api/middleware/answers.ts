import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { problemBody, type HttpProblem } from '../errors';
import { announceClose } from '../connection/connection';
import type { FileAnswer, Reply, SharedAnswer, SseEvent } from '../route';

/** Writes answers of each kind to the socket. */

const heartbeatMs = 15_000;
/** What a browser waits before it comes back, in milliseconds. */
const sseRetryMs = 2_000;

const setHeaders = (response: Response, headers: Readonly<Record<string, string>>) => {
  for (const [name, value] of Object.entries(headers)) {
    // What the middleware has named there stays: an answer may depend on the origin, too.
    if (name === 'vary') response.vary(value);
    else response.setHeader(name, value);
  }
};

export function sendJson(response: Response, answer: Reply) {
  setHeaders(response, answer.headers);
  announceClose(response.req, response);
  response.statusCode = answer.status;
  if (answer.status === 204 || answer.status === 304 || answer.value === undefined) {
    response.end();
    return;
  }
  const body = Buffer.from(JSON.stringify(answer.value));
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json; charset=utf-8');
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store');
  response.setHeader('content-length', body.length);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

export function sendProblem(request: Request, response: Response, failure: HttpProblem, requestId: string) {
  if (response.headersSent) {
    // Too late for an answer: a broken connection is how the client learns that this one is not whole.
    response.destroy();
    return;
  }
  sendJson(response, {
    reply: true,
    status: failure.status,
    value: problemBody(failure, request.path, requestId),
    headers: { ...failure.headers, 'content-type': 'application/problem+json; charset=utf-8' },
    settled: true,
  });
}

const stalledMs = 30_000;

/** Sets the validator of an answer, and tells whether the client has that version already. */
function isKnown(request: Request, response: Response, answer: { readonly etag?: string; readonly weak?: boolean }) {
  if (answer.etag === undefined) return false;
  const etag = `"${answer.etag}"`;
  response.setHeader('etag', answer.weak === true ? `W/${etag}` : etag);
  // Weak comparison, as RFC 9110 §13.1.2 wants it for this header.
  const known =
    request
      .get('if-none-match')
      ?.split(',')
      .map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}

/** Sends bytes that are there already; what is not taken at once waits as a reference to them. */
export function sendShared(request: Request, response: Response, answer: SharedAnswer) {
  announceClose(request, response);
  response.setHeader('content-type', answer.contentType);
  setHeaders(response, answer.headers ?? {});
  if (isKnown(request, response, answer)) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader('content-length', answer.body.length);
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

export async function sendFile(request: Request, response: Response, answer: FileAnswer) {
  announceClose(request, response);
  response.statusCode = 200;
  response.setHeader('content-type', answer.contentType);
  if (answer.bytes !== null) response.setHeader('content-length', answer.bytes);
  setHeaders(response, answer.headers ?? {});
  if (isKnown(request, response, answer)) {
    answer.stream.destroy();
    response.removeHeader('content-length');
    response.statusCode = 304;
    response.end();
    return;
  }
  if (request.method === 'HEAD') {
    answer.stream.destroy();
    response.end();
    return;
  }
  // Who asked for much and takes nothing must not hold it, and what stands behind it, for good.
  response.setTimeout(stalledMs, () => response.destroy());
  // Where the stream fails in the middle this breaks the connection, so that a file cut off is never taken for a whole one.
  await pipeline(answer.stream, response);
}

const frame = ({ id, event, data }: SseEvent) =>
  `${id === undefined ? '' : `id: ${id.replace(/[\r\n\0]/g, '')}\n`}${
    event === undefined ? '' : `event: ${event.replace(/[\r\n]/g, '')}\n`
  }data: ${JSON.stringify(data)}\n\n`;

/**
 * Streams events until the iterable ends or `signal` aborts. Comment heartbeats keep proxies from closing it, and tell us of
 * clients that are gone. A slow client holds back its own iterable only.
 */
export async function sendEvents(response: Response, events: AsyncIterable<SseEvent>, signal: AbortSignal) {
  response.statusCode = 200;
  setHeaders(response, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  response.write(`retry: ${sseRetryMs}\n\n`);
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': still here\n\n');
  }, heartbeatMs);
  const stopped = new Promise<{ done: true; value: undefined }>((resolve) => {
    const stop = () => resolve({ done: true, value: undefined });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  const iterator = events[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), stopped]);
      if (next.done === true) break;
      if (!response.write(frame(next.value)) && !signal.aborted) {
        await Promise.race([once(response, 'drain', { signal }).catch(() => undefined), stopped]);
      }
    }
  } finally {
    clearInterval(heartbeat);
    // Not waited for: an iterable that waits for a change hears of the end by `signal`.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
    response.end();
  }
}
