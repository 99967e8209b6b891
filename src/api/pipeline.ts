import type { Request, Response } from 'express';
import { newId } from '../store/ids';
import type { Id } from '../model/ids';
import type { AppCaller, Caller, ShellDeps } from './deps';
import { problem } from './errors';
import { isForm, readForm, type FormFiles } from './forms/body';
import { identify } from './middleware/access';
import { sendEvents, sendFile, sendJson, sendShared } from './middleware/answers';
import { exchangeOf } from './middleware/exchange';
import { digestOf, idempotencyKeyOf, underKey, type IdempotentRequest } from './middleware/idempotency';
import { endWhenRefused } from './middleware/openStream';
import { defaultBodyBytes, readJson } from './middleware/jsonBody';
import type { Limiter, Standing } from './middleware/limiter';
import { watchPace, type Pace } from './middleware/stall';
import { networkOf } from './network';
import type { Limit, RawContext, Reply, Route } from './route';
import { takeSlot } from './slots';

/** One request through one route, in the order of rule R1 of `route`. */
export interface Pipeline {
  readonly deps: ShellDeps;
  readonly limiter: Limiter;
  readonly general: Limit;
  /** The general limit of an address, for requests without an account: many people share one. */
  readonly anonymous: Limit;
  readonly pace: Pace;
  /** Event streams that are open, by account or address. */
  readonly openStreams: Map<string, number>;
  readonly checkAnswers: boolean;
}

const acceptable: Record<Route['kind'], readonly string[]> = {
  json: ['application/json', 'application/problem+json'],
  stream: ['application/json', 'application/problem+json'],
  sse: ['text/event-stream'],
  file: [],
};

/** Limits of a route; the general one counts by account, or, as the anonymous one, by address while nobody is logged in. */
const limitsOf = (route: Route, general: Limit): readonly Limit[] => {
  const limit = route.limit ?? 'general';
  if (limit === 'none') return [];
  if (limit === 'general') return [general];
  return 'name' in limit ? [limit] : limit;
};

const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000));

/** The draft headers of IETF httpapi (`RateLimit`, `RateLimit-Policy`), and those that older clients read. */
function showStanding(response: Response, standings: readonly Standing[]) {
  const tightest = standings.reduce<Standing | undefined>(
    (least, standing) => (least === undefined || standing.remaining < least.remaining ? standing : least),
    undefined,
  );
  if (!tightest) return;
  const windows = standings.map(({ limit }) => `"${limit.name}";q=${limit.max};w=${seconds(limit.windowMs)}`);
  response.setHeader('ratelimit-policy', windows.join(', '));
  response.setHeader(
    'ratelimit',
    standings.map(({ limit, remaining, resetMs }) => `"${limit.name}";r=${remaining};t=${seconds(resetMs)}`).join(', '),
  );
  response.setHeader('x-ratelimit-limit', tightest.limit.max);
  response.setHeader('x-ratelimit-remaining', tightest.remaining);
  response.setHeader('x-ratelimit-reset', Math.ceil(tightest.resetAt.getTime() / 1000));
}

export function tooMany({ deps }: Pick<Pipeline, 'deps'>, { limit, resetMs }: Standing) {
  deps.metrics.rateLimited.inc({ limit: limit.name });
  const wait = seconds(resetMs);
  return problem('too-many-requests', {
    detail: `More than ${limit.max} requests in ${seconds(limit.windowMs)} s; try again in ${wait} s.`,
    retryAfterS: wait,
  });
}

/** Counts one use of each limit under `key`; throws 429 at the first that is spent. */
export async function spendAll(
  pipeline: Pick<Pipeline, 'deps' | 'limiter'>,
  response: Response,
  limits: readonly Limit[],
  key: string,
  before: readonly Standing[] = [],
): Promise<readonly Standing[]> {
  const standings = [...before];
  for (const limit of limits) {
    const standing = await pipeline.limiter.take(limit, key);
    standings.push(standing);
    showStanding(response, standings);
    if (!standing.allowed) throw tooMany(pipeline, standing);
  }
  return standings;
}

/** Address limit, who asks, account limit. A caller that is refused counts against its address. */
async function admit(pipeline: Pipeline, route: Route, request: Request, response: Response) {
  const limits = limitsOf(route, pipeline.general);
  const address = networkOf(request.ip ?? '');
  const byAddress = limits.filter(({ by }) => by === 'address');
  const byAccount = limits.filter(({ by }) => by === 'account');
  const ofAddress = byAccount.map((limit) => (limit === pipeline.general ? pipeline.anonymous : limit));
  const spent = await spendAll(pipeline, response, byAddress, address);

  let caller: Caller | AppCaller | null;
  try {
    caller = await identify(pipeline.deps, route.access, route.kind, request);
  } catch (refusal) {
    await spendAll(pipeline, response, ofAddress, address, spent);
    throw refusal;
  }
  const exempt = route.access === 'internal';
  if (exempt) return { caller, address };
  if (caller) await spendAll(pipeline, response, byAccount, `account:${caller.id}`, spent);
  else await spendAll(pipeline, response, ofAddress, address, spent);
  return { caller, address };
}

/** Throws where an answer is not what the contract promises; what the client would get is checked, not what was handed over. */
function checkAnswer(route: Route, { status, value, headers }: Reply) {
  if (headers['idempotent-replayed'] !== undefined && status >= 400) return;
  const spec = route.responses[status];
  if (!spec) throw new Error(`${route.summary}: status ${status} is not in the contract`);
  const schema = 'safeParse' in spec ? spec : spec.schema;
  const result = schema?.safeParse(value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
  if (result?.success === false) {
    const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new Error(`${route.summary}: the answer ${status} does not fit the contract: ${faults}`);
  }
}

/** Streams that one account, or one anonymous address, may hold open on a replica. */
const streamsMost = 30;

const enterStream = ({ openStreams, deps }: Pipeline, whose: string): (() => void) =>
  takeSlot(openStreams, whose, streamsMost, () => {
    deps.metrics.rateLimited.inc({ limit: 'streams' });
    return problem('too-many-requests', {
      detail: `${streamsMost} event streams are open already; close one first.`,
      retryAfterS: 30,
    });
  });

/** What was read of a request before its handler runs. */
interface Read {
  readonly caller: Caller | AppCaller | null;
  readonly address: string;
  readonly body: { readonly value: unknown; readonly bytes: string | Buffer } | undefined;
  readonly files: FormFiles;
  /** Ends work that waits for a body that comes too slowly. */
  readonly paced: <T>(work: Promise<T>) => Promise<T>;
}

/** Serves one request; throws what the error handler then translates. */
export async function serve(pipeline: Pipeline, route: Route, template: string, request: Request, response: Response) {
  const exchange = exchangeOf(request);
  exchange.route = template;
  const { signal } = exchange.abort;

  const { caller, address } = await admit(pipeline, route, request, response);
  if (caller) exchange.facts.accountId = caller.id;

  const types = acceptable[route.kind];
  if (types.length > 0 && request.accepts([...types]) === false) {
    throw problem('not-acceptable', { detail: `This address answers in ${types.join(' or ')} only.` });
  }

  const pace = watchPace(request, pipeline.pace);
  const paced = <T>(work: Promise<T>): Promise<T> => {
    work.catch(() => undefined);
    return Promise.race([work, pace.stalled]).catch((error: unknown) => {
      if (!signal.aborted && !request.complete) exchange.abort.abort(error);
      throw error;
    });
  };

  const takesBody = route.kind === 'json' && route.body !== undefined;
  const form =
    takesBody && route.form && isForm(request)
      ? await paced(readForm(request, route.body, route.form, signal))
      : undefined;
  try {
    const body = form ?? (takesBody ? await paced(readJson(request, route.bodyBytes ?? defaultBodyBytes)) : undefined);
    const files = form?.files ?? {};
    await respond(pipeline, route, template, request, response, { caller, address, paced, body, files });
  } finally {
    await form?.discard();
  }
}

async function respond(
  pipeline: Pipeline,
  route: Route,
  template: string,
  request: Request,
  response: Response,
  { caller, address, paced, body, files }: Read,
) {
  const { deps, limiter } = pipeline;
  const exchange = exchangeOf(request);
  const { signal } = exchange.abort;
  const { requestId } = exchange.facts;
  const key = route.idempotent === undefined ? null : idempotencyKeyOf(request);
  const whose = caller ? caller.id : `address:${address}`;
  const keyed: IdempotentRequest | null =
    key === null
      ? null
      : {
          key,
          scope: `${whose}|${route.method} ${template}`,
          ownerId: caller && 'role' in caller ? caller.id : null,
          secret: route.idempotent === 'secret',
          instance: request.path,
          requestId,
        };
  /** What the address says of the request; the key's scope has only the template. */
  const target = JSON.stringify([request.params, request.query]);

  const fresh = newId();
  const raw: RawContext = {
    params: request.params,
    query: request.query,
    body: body?.value,
    files,
    caller,
    requestId,
    ip: request.ip ?? '',
    headers: request.headers,
    path: request.path,
    origin: deps.settings.publicUrl ?? `${request.protocol}://${request.host}`,
    log: deps.log,
    signal,
    request,
    lastEventId: request.get('last-event-id') ?? null,
    afterAnswer: (work) => {
      exchange.afterAnswer.push(work);
    },
    spend: async (limit, limitKey) => {
      await spendAll({ deps, limiter }, response, [limit], limitKey);
    },
    shows: async (id) => {
      if (keyed) await deps.store.idempotency.addShown(keyed, id);
    },
    idempotent: async <T extends Reply>(bodyDigest: string, work: (resourceId: Id) => Promise<T>) =>
      // A stored answer was a T when it was stored: the same route, under the same key, gave it.
      keyed ? ((await underKey(deps, keyed, digestOf(target, bodyDigest), work)) as T) : work(fresh),
  };

  switch (route.kind) {
    case 'json': {
      const run = await route.check(raw);
      const digest = () => digestOf(target, body?.bytes ?? '');
      const answer = await (keyed ? underKey(deps, keyed, digest(), run) : run(fresh));
      if (pipeline.checkAnswers) checkAnswer(route, answer);
      sendJson(response, answer);
      return;
    }
    case 'stream': {
      const run = await route.check(raw);
      const answer = await paced(run(fresh));
      if (pipeline.checkAnswers) checkAnswer(route, answer);
      sendJson(response, answer);
      return;
    }
    case 'sse': {
      const run = await route.check(raw);
      const events = await run(fresh);
      exchange.streaming = true;
      const leave = enterStream(pipeline, whose);
      const end = () => exchange.abort.abort(new Error('The log-in of this stream has ended'));
      const unwatch = caller && 'role' in caller ? endWhenRefused(deps.mayStay(caller), end, deps.log) : undefined;
      deps.metrics.openStreams.inc();
      try {
        await sendEvents(response, events, signal);
      } finally {
        unwatch?.();
        leave();
        deps.metrics.openStreams.dec();
      }
      return;
    }
    case 'file': {
      const run = await route.check(raw);
      const answer = await run(fresh);
      if ('reply' in answer) sendJson(response, answer);
      else if ('body' in answer) sendShared(request, response, answer);
      else await sendFile(request, response, answer);
    }
  }
}
