import { randomUUID } from 'node:crypto';
import { problem } from '../errors';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { redactUrl } from '../../telemetry/log';
import type { Metrics } from '../../telemetry/metrics';
import { inRequest, type RequestFacts } from '../../telemetry/requestContext';

/**
 * One request and its answer, as the shell sees them.
 *
 * X1  Each has an id: the caller's `x-request-id` where it has a sane shape, else one of ours; it goes out with the answer.
 * X2  One log line for each, by route template, once the last byte is out or the client is gone.
 * X3  Work put off until after the answer is run whether or not the client stayed, and is waited for at shutdown.
 */
export interface Exchange {
  readonly facts: RequestFacts;
  readonly log: Logger;
  /** Path without its query, as it came. */
  readonly path: string;
  /** Aborted when the client hangs up, is too slow, or the server shuts down. */
  readonly abort: AbortController;
  readonly afterAnswer: (() => unknown)[];
  /** Template of the route that serves it; null while none matched. */
  route: string | null;
  /** Sends events: ends at once when the server shuts down. */
  streaming: boolean;
  /** Its answer is what the server is set up to give, whatever the status. */
  expected: boolean;
  /** What went wrong inside, for the log line. */
  failure: unknown;
}

export interface Exchanges {
  readonly middleware: RequestHandler;
  /**
   * Ends event streams at once and everything else that still waits after `graceMs`.
   * Resolves once every answer is out and the work after it is done.
   */
  close(graceMs: number): Promise<void>;
}

const saneId = /^[\w.:~+/=-]{1,128}$/;
/** Nginx's word for a client that hung up before its answer; in the log and the metrics only. */
const clientGone = 499;

/** Asked every few seconds by machines. */
const quiet = /^\/(health|metrics)\b/;

const exchanges = new WeakMap<Request, Exchange>();

export const exchangeOf = (request: Request): Exchange => {
  const exchange = exchanges.get(request);
  if (!exchange) throw new Error('The exchange middleware comes first');
  return exchange;
};

export function createExchanges(deps: { log: Logger; metrics: Metrics }): Exchanges {
  const open = new Set<Exchange>();
  let closing = false;
  let whenIdle: (() => void) | undefined;

  const writeLine = (exchange: Exchange, request: Request, response: Response, ms: number) => {
    const status = response.writableFinished ? response.statusCode : clientGone;
    const route = exchange.route ?? 'none';
    deps.metrics.httpSeconds.observe({ method: request.method, route, status: String(status) }, ms / 1000);
    const line = {
      method: request.method,
      route,
      url: redactUrl(request.originalUrl).slice(0, 500),
      status,
      ms: Math.round(ms * 10) / 10,
      ...(exchange.failure === undefined ? {} : { err: exchange.failure }),
    };
    if (status >= 500 && !exchange.expected) exchange.log.error(line, 'request failed');
    else if (quiet.test(route)) exchange.log.debug(line, 'request');
    else exchange.log.info(line, 'request');
  };

  const finish = async (exchange: Exchange, request: Request, response: Response, startedAt: number) => {
    if (!response.writableFinished) exchange.abort.abort(new Error('The client hung up'));
    try {
      writeLine(exchange, request, response, performance.now() - startedAt);
      for (const work of exchange.afterAnswer) {
        try {
          await work();
        } catch (err) {
          exchange.log.error({ err, route: exchange.route }, 'work after the answer failed');
        }
      }
    } finally {
      open.delete(exchange);
      if (open.size === 0) whenIdle?.();
    }
  };

  return {
    middleware(request, response, next) {
      const startedAt = performance.now();
      const given = request.get('x-request-id');
      const requestId = given !== undefined && saneId.test(given) ? given : randomUUID();
      const exchange: Exchange = {
        facts: { requestId },
        log: deps.log,
        path: request.path,
        abort: new AbortController(),
        afterAnswer: [],
        route: null,
        streaming: false,
        expected: false,
        failure: undefined,
      };
      exchanges.set(request, exchange);
      open.add(exchange);
      response.setHeader('x-request-id', requestId);
      if (closing) response.setHeader('connection', 'close');
      inRequest(exchange.facts, () => {
        response.once('close', () =>
          inRequest(exchange.facts, () => void finish(exchange, request, response, startedAt)),
        );
        next();
      });
    },
    async close(graceMs) {
      closing = true;
      const reason = problem('shutting-down', { retryAfterS: 5 });
      for (const { abort, streaming } of open) if (streaming) abort.abort(reason);
      const timer = setTimeout(() => open.forEach(({ abort }) => abort.abort(reason)), graceMs);
      if (open.size > 0) await new Promise<void>((resolve) => (whenIdle = resolve));
      clearTimeout(timer);
    },
  };
}
