import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { ApiDeps, ShellDeps } from './deps';
import { docsRoutes } from './docs/routes';
import { nothingAt, problem, type HttpProblem } from './errors';
import { healthRoutes } from './health/routes';
import { homeRoutes } from './home/routes';
import { sendProblem } from './middleware/answers';
import { createLimiter } from './middleware/limiter';
import { createExchanges, exchangeOf } from './middleware/exchange';
import { crossOrigin } from './middleware/cors';
import { checkAddress } from './middleware/address';
import { defaultPace, type Pace } from './middleware/stall';
import { translate } from './middleware/translate';
import { describeApi, statusesOfTheTable, type OpenApiDocument } from './openapi';
import { networkOf } from './network';
import { serve, spendAll, type Pipeline } from './pipeline';
import { pathsOf, type Limit, type Route } from './route';
import { assertSchemaIds } from './schemaIds';
import { createTable, type RouteTable } from './table';
import { ticketRoutes } from './tickets/routes';

/** The API composed: the shell's own routes and the features', in one table. */
export interface App {
  readonly handler: Express;
  readonly document: OpenApiDocument;
  /** Not ready any more: `/health/ready` says 503 while requests are still served. */
  drain(): void;
  /** Ends event streams, gives the rest `graceMs`, and resolves when every answer and the work after it are done. */
  close(graceMs: number): Promise<void>;
}

export interface AppOptions {
  readonly pace?: Pace;
  /** An answer that its contract does not promise becomes 500 and a log line that says why; on where NODE_ENV is `test`. */
  readonly checkAnswers?: boolean;
}

export function createApp(
  deps: ShellDeps,
  features: readonly Route[],
  { pace = defaultPace, checkAnswers = deps.settings.nodeEnv === 'test' }: AppOptions = {},
): App {
  const { settings } = deps;
  const state = { draining: false };
  const routes: readonly Route[] = [
    ...homeRoutes(deps),
    ...features,
    ...ticketRoutes(deps, features, () => table),
    ...healthRoutes(deps, () => state.draining),
    ...docsRoutes(() => document()),
  ];
  const table = createTable(routes);
  assertSchemaIds(routes);
  // Made when somebody reads it: a third of a second that a start need not take.
  let described: OpenApiDocument | undefined;
  const document = () => (described ??= describeApi(routes, { version: deps.health.version }));

  const general: Limit = {
    name: 'general',
    max: settings.rateLimitMax,
    windowMs: settings.rateLimitWindowMs,
    by: 'account',
  };
  const anonymous: Limit = { ...general, max: general.max * settings.rateLimitAddressFactor, by: 'address' };
  const limiter = createLimiter({ store: deps.store.rateLimits, clock: deps.clock, log: deps.log });
  const pipeline: Pipeline = { deps, limiter, general, anonymous, pace, openStreams: new Map(), checkAnswers };
  const exchanges = createExchanges(deps);

  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('trust proxy', settings.trustProxy);
  app.use(exchanges.middleware);
  app.use(securityHeaders);
  app.use(crossOrigin(settings));
  app.use(checkAddress);

  for (const route of routes) {
    for (const template of pathsOf(route)) {
      const isNamedBeside = table.namedBeside(template);
      app[route.method](template, (request, response, next) => {
        // Express would let a template take an address that has a name of its own.
        if (isNamedBeside(request.path)) next('route');
        else return serve(pipeline, route, template, request, response);
      });
    }
  }

  app.use(async (request, response) => {
    const methods = table.methodsAt(request.path);
    if (methods.length > 0) {
      const allow = { allow: [...methods, 'OPTIONS'].join(', ') };
      if (request.method === 'OPTIONS') {
        response.writeHead(204, allow).end();
        return;
      }
      throw problem('method-not-allowed', {
        detail: `${request.path} takes ${methods.join(', ')}, not ${request.method}.`,
        headers: allow,
      });
    }
    await spendAll(pipeline, response, [anonymous], networkOf(request.ip ?? ''));
    throw nothingAt(request.path);
  });
  app.use(failed(checkAnswers ? table : undefined));

  return {
    handler: app,
    get document() {
      return document();
    },
    drain: () => {
      state.draining = true;
    },
    close: (graceMs) => exchanges.close(graceMs),
  };
}

const securityHeaders: RequestHandler = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'style-src': ["'self'"],
      'img-src': ["'self'", 'data:'],
      'connect-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  },
});

/** `table`: where given, a problem that the route's contract does not promise is a fault of ours. */
const failed = (table: RouteTable | undefined): ErrorRequestHandler => {
  const promised = (request: Request, failure: HttpProblem) => {
    const route = table?.find(request.method === 'HEAD' ? 'get' : request.method, request.path);
    return !route || failure.status in route.responses || statusesOfTheTable(route).includes(failure.status);
  };
  // Express knows an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const exchange = exchangeOf(request);
    let failure = translate(error);
    if (exchange.abort.signal.aborted && response.destroyed) return;
    if (!promised(request, failure)) {
      const cause = new Error(`The contract of this route does not promise ${failure.status} (${failure.kind})`);
      failure = problem('internal', { cause });
    }
    exchange.expected = failure.expected;
    if (failure.status >= 500 && !failure.expected) exchange.failure = failure.cause ?? failure;
    sendProblem(request, response, failure, exchange.facts.requestId);
  };
};

/** What every feature exports: `photoRoutes = (deps) => [ … ]`. */
export type Feature = (deps: ApiDeps) => readonly Route[];
