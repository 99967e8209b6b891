import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { createApp, type AppOptions } from '../../src/api/app';
import type { Authentication, Caller, ShellDeps, ShellSettings } from '../../src/api/deps';
import type { Route } from '../../src/api/route';
import { startServer, type HttpServer, type ServerOptions } from '../../src/api/server';
import type { Claim } from '../../src/store/idempotency';
import { createSealer } from '../../src/store/sealed';
import type { TicketHolder } from '../../src/store/tickets';
import { createLog } from '../../src/telemetry/log';
import { createMetrics } from '../../src/telemetry/metrics';

/** A whole API on an ephemeral port with a route table of the test's own. State is in memory: MongoDB has tests of its own. */

export const people = {
  ann: { id: 'a'.repeat(24), email: 'ann@example.org', role: 'user' },
  sue: { id: 'b'.repeat(24), email: 'sue@example.org', role: 'support' },
  root: { id: 'c'.repeat(24), email: 'root@example.org', role: 'admin' },
} as const satisfies Record<string, Caller>;

const tokens: Record<string, Authentication> = { ...people, old: 'expired' };

export const memoryStore = (clock: () => Date): ShellDeps['store'] => {
  const counts = new Map<string, number>();
  const tickets = new Map<string, { holder: TicketHolder; path: string; until: number }>();
  return {
    rateLimits: {
      add: (id, used) => {
        counts.set(id, (counts.get(id) ?? 0) + used);
        return Promise.resolve(counts.get(id)!);
      },
    },
    tickets: {
      issue: (holder, path, ttlS) => {
        const ticket = randomBytes(8).toString('hex');
        tickets.set(ticket, { holder, path, until: clock().getTime() + ttlS * 1000 });
        return Promise.resolve(ticket);
      },
      findHolder: (ticket, path) => {
        const row = tickets.get(ticket);
        return Promise.resolve(row?.path === path && row.until > clock().getTime() ? row.holder : null);
      },
      removeOf: () => Promise.resolve(0),
    },
    idempotency: {
      claim: (): Promise<Claim> => Promise.reject(new Error('Tested with MongoDB')),
      renew: () => Promise.resolve(true),
      settle: () => Promise.resolve(),
      release: () => Promise.resolve(),
      addShown: () => Promise.resolve(),
      replaceAnswers: () => Promise.resolve(),
      removeOf: () => Promise.resolve(0),
    },
  };
};

export interface Shell {
  readonly url: string;
  readonly server: HttpServer;
  readonly deps: ShellDeps;
  readonly document: ReturnType<typeof createApp>['document'];
  /** Log lines so far, parsed. */
  readonly lines: Record<string, unknown>[];
  /** `call('get', '/x', { as: 'ann' })` */
  call(method: string, path: string, init?: RequestInit & { as?: string; json?: unknown }): Promise<Response>;
  close(): Promise<void>;
}

export interface ShellOptions {
  settings?: Partial<ShellSettings>;
  deps?: Partial<ShellDeps>;
  app?: AppOptions;
  server?: Partial<ServerOptions>;
}

export async function startShell(
  routes: Route[] | ((deps: ShellDeps) => Route[]),
  options: ShellOptions = {},
): Promise<Shell> {
  const lines: Record<string, unknown>[] = [];
  const log = createLog(
    { level: 'debug' },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
        done();
      },
    }),
  );
  const clock = options.deps?.clock ?? (() => new Date());
  const deps: ShellDeps = {
    settings: {
      corsOrigins: '*',
      metricsOnApi: true,
      trustProxy: false,
      rateLimitMax: 100_000,
      rateLimitAddressFactor: 1,
      rateLimitWindowMs: 60_000,
      ...options.settings,
    },
    log,
    clock,
    metrics: createMetrics({ processMetrics: false }),
    store: memoryStore(clock),
    sealer: createSealer([randomBytes(32)]),
    authenticate: (bearer) => tokens[bearer] ?? 'invalid',
    findCaller: ({ ownerId }) => Promise.resolve(Object.values(people).find((caller) => caller.id === ownerId) ?? null),
    mayStay: () => () => Promise.resolve(true),
    health: { checks: [], version: '1.2.3', persistence: { mongodb: 'none' }, model: () => null },
    ...options.deps,
  };
  const app = createApp(deps, typeof routes === 'function' ? routes(deps) : routes, {
    checkAnswers: true,
    ...options.app,
  });
  const server = await startServer(app, { port: 0, host: '127.0.0.1', log, graceMs: 1_000, ...options.server });
  return {
    url: server.url,
    server,
    deps,
    document: app.document,
    lines,
    call(method, path, { as, json, ...init } = {}) {
      const headers = new Headers(init.headers);
      if (as !== undefined) headers.set('authorization', `Bearer ${as}`);
      if (json !== undefined) headers.set('content-type', 'application/json');
      return fetch(server.url + path, {
        method: method.toUpperCase(),
        ...init,
        headers,
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
    },
    close: () => server.close(),
  };
}

export const aString: unknown = expect.any(String);

/** The body of a problem answer, after checking that it has all its keys, as strings. */
export async function problemOf(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const body = (await response.json()) as Record<string, unknown>;
  const { errors, ...rest } = body;
  expect(rest).toEqual({
    type: expect.stringMatching(/^\/problems\/[a-z-]+$/) as unknown,
    title: aString,
    status: response.status,
    detail: aString,
    instance: aString,
    requestId: response.headers.get('x-request-id'),
    error: body.detail,
    message: body.detail,
    details: body.detail,
    success: false,
    status_code: response.status,
  });
  if (errors !== undefined) expect(errors).toEqual(expect.arrayContaining([{ path: aString, message: aString }]));
  return body;
}
