import { randomBytes, randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import pino from 'pino';
import { createAccounts } from '../../../src/api/accounts/accounts';
import type { AccountDeps } from '../../../src/api/accounts/deps';
import { createPasswords } from '../../../src/api/accounts/passwords';
import { accountRoutes } from '../../../src/api/accounts/routes';
import { createApp } from '../../../src/api/app';
import { createCapabilities } from '../../../src/api/capabilities';
import { erasureRoutes } from '../../../src/api/erasure/routes';
import type { Route } from '../../../src/api/route';
import { startServer } from '../../../src/api/server';
import type { Launches } from '../../../src/launches/launch';
import { buildIndexes } from '../../../src/store/indexes';
import { createSealer } from '../../../src/store/sealed';
import { createStore, type Store } from '../../../src/store/store';
import { createMetrics } from '../../../src/telemetry/metrics';
import { freshDatabaseUri } from '../engines';

export interface HouseOptions extends Partial<
  Pick<
    AccountDeps,
    'exporters' | 'exportLeaseMs' | 'log' | 'loginLimits' | 'passwords' | 'erasureTiming' | 'standingMs'
  >
> {
  launches?: (store: Store) => Launches;
  signupsPerHour?: number;
  /** Routes of the test's own. */
  more?: Route[];
  /** Another replica on the same database, with the same secrets and clock. */
  beside?: { shared: Shared };
}

interface Shared {
  uri: string;
  jwtSecrets: string[];
  key: Buffer;
  time: { passedMs: number };
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface Ask {
  token?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  /** The address the request comes from. */
  from?: string;
}

/** Rounds as few as bcrypt has: what they cost is one test's matter, not every test's. */
export const quickPasswords = () => createPasswords({ rounds: 4, atOnce: 4 });

/** The API with its accounts and nothing else, on a socket and a database of its own. */
export async function openHouse(options: HouseOptions = {}) {
  const shared: Shared = options.beside?.shared ?? {
    uri: freshDatabaseUri('accounts'),
    jwtSecrets: [randomBytes(32).toString('hex')],
    key: randomBytes(32),
    time: { passedMs: 0 },
  };
  const clock = () => new Date(Date.now() + shared.time.passedMs);
  const connection = await mongoose.createConnection(shared.uri).asPromise();
  const store = createStore(connection, clock);
  await buildIndexes(connection);
  const settings = {
    nodeEnv: 'test' as const,
    jwtSecrets: shared.jwtSecrets,
    jwtAccessMinutes: 30,
    jwtExpirationMinutes: 1440,
    jwtRefreshDays: 7,
    corsOrigins: '*' as const,
    metricsOnApi: true,
    trustProxy: 1,
    rateLimitMax: 100_000,
    rateLimitAddressFactor: 1,
    signupsPerHour: options.signupsPerHour ?? 100_000,
    rateLimitWindowMs: 60_000,
  };
  const capabilities = createCapabilities([shared.key]);
  const { launches, beside: _beside, signupsPerHour: _perHour, more = [], ...rest } = options;
  const log = pino({ level: 'silent' });
  const deps: AccountDeps = {
    settings,
    store,
    launches: launches?.(store) ?? { start: () => Promise.resolve('failed') },
    contextChanges: {
      record: async (ownerId, sections, session) => {
        await store.contextSyncs.touch(ownerId, sections, 0, session);
      },
      wake: () => undefined,
    },
    capabilities,
    sealer: createSealer([shared.key]),
    clock,
    log,
    exporters: {},
    passwords: quickPasswords(),
    ...rest,
  };
  const accounts = createAccounts(deps);
  const app = createApp(
    {
      settings,
      log,
      clock,
      metrics: createMetrics({ processMetrics: false }),
      store,
      sealer: createSealer([shared.key]),
      authenticate: accounts.authenticate,
      findCaller: accounts.findCaller,
      mayStay: accounts.mayStay,
      health: { checks: [], version: '0', persistence: {}, model: () => null },
    },
    [...accountRoutes(accounts, deps), ...erasureRoutes(deps), ...more],
  );
  const server = await startServer(app, { port: 0, host: '127.0.0.1', log, drainMs: 0, graceMs: 2_000 });

  const ask = async (method: string, path: string, { token, body, headers, from }: Ask = {}): Promise<Answer> => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        'x-forwarded-for': from ?? '198.51.100.1',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  };

  return {
    shared,
    url: server.url,
    store,
    connection,
    accounts,
    document: app.document,
    ask,
    post: (path: string, body?: unknown, more: Ask = {}) => ask('POST', path, { body, ...more }),
    put: (path: string, body: unknown, token: string) => ask('PUT', path, { body, token }),
    get: (path: string, token?: string) => ask('GET', path, { token }),
    pass: (ms: number) => {
      shared.time.passedMs += ms;
    },
    /** Lets the time pass until rate limits of `windowMs` begin to count anew. */
    toNextWindow(windowMs: number) {
      shared.time.passedMs += windowMs - (clock().getTime() % windowMs);
    },
    async close() {
      await server.close();
      if (!options.beside) await connection.dropDatabase();
      await connection.close();
    },
  };
}
export type House = Awaited<ReturnType<typeof openHouse>>;

export const goodPassword = 'Tr0ubadour&3';
export const freshEmail = () => `p-${randomUUID()}@example.com`;

export const tokensOf = ({ body }: Answer) => {
  const { access_token, refresh_token, id } = body as { access_token: string; refresh_token: string; id: string };
  return { access: access_token, refresh: refresh_token, id };
};

/** Signs somebody new up at MacroMind's door. */
export async function newcomer(house: House, email = freshEmail()) {
  const answer = await house.post('/api/auth/register', { email, password: goodPassword });
  if (answer.status !== 201) throw new Error(`Sign-up answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return { email, ...tokensOf(answer) };
}
