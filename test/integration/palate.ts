import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { IllegalStateError } from '@temporalio/common';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import mongoose from 'mongoose';
import pino, { type Logger } from 'pino';
import { createPasswords } from '../../src/api/accounts/passwords';
import { parseSettings } from '../../src/config/settings';
import { erasureTiming } from '../../src/messages/erasure';
import { startPalate, type Palate } from '../../src/palate';
import type { ApiOptions } from '../../src/palate/apiRole';
import type { WorkerOptions } from '../../src/palate/workerRole';
import { createFileStore } from '../../src/services/objects';
import { createStore } from '../../src/store/store';
import { freshDatabaseUri, freshTaskQueue, temporalAddress, workflowBundle } from './engines';

export { eventually } from '../eventually';

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

export interface Ask {
  token?: string | undefined;
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

// The SDK's own lines would drown the run's. It outlives a suite, and refuses to be installed while one before it has it open.
try {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
} catch (error) {
  if (!(error instanceof IllegalStateError)) throw error;
}

/** Rounds as few as bcrypt has: what they cost is the matter of a test of their own. */
const passwords = createPasswords({ rounds: 4, waitingPerAddress: 64 });
/** Waits that no test of a whole Palate is about. */
const brief: ApiOptions = {
  drainMs: 0,
  passwords,
  erasureTiming: { ...erasureTiming, settleMs: 100 },
  modelThread: path.resolve(__dirname, '../../dist/services/models/modelThread.js'),
};

/** Whole Palates in this process, on a database, a queue and a folder of their own; `start` again is another replica or a restart. */
export async function openPalate(
  name: string,
  env: Record<string, string> = {},
  worker: WorkerOptions = {},
  log: Logger = pino({ level: process.env.TEST_LOG ?? 'silent' }),
) {
  const mongodbUri = freshDatabaseUri(name);
  const home = await mkdtemp(path.join(os.tmpdir(), 'palate-test-'));
  const mongo = await mongoose.createConnection(mongodbUri).asPromise();
  const connection = await Connection.connect({ address: temporalAddress() });
  const time = { passedMs: 0 };
  const clock = () => new Date(Date.now() + time.passedMs);
  const common = {
    NODE_ENV: 'test',
    MONGODB_URI: mongodbUri,
    MONGODB_INDEXES: 'build',
    TEMPORAL_ADDRESS: temporalAddress(),
    TEMPORAL_TASK_QUEUE: freshTaskQueue(name),
    PALATE_HOME: home,
    JWT_SECRET: 'a secret for tests only, long enough to be taken',
    PALATE_ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString('base64'),
    PORT: '0',
    METRICS_PORT: '0',
    RATE_LIMIT_MAX: '1000000',
    SIGNUPS_PER_HOUR: '1000000',
    // Ten a second would take a twentieth of a core for each Palate, all the time.
    LAUNCH_SWEEP_MS: '400',
    ...env,
  };
  const running = new Set<Palate>();

  return {
    mongo,
    mongodbUri,
    home,
    /** What every Palate of it is started with. */
    env: common,
    time,
    store: createStore(mongo, clock),
    objects: await createFileStore({ directory: path.join(home, 'objects') }),
    temporal: new Client({ connection }),
    taskQueue: common.TEMPORAL_TASK_QUEUE,

    async start(more: Record<string, string> = {}, api: ApiOptions = {}): Promise<Palate & { url: string }> {
      const settings = parseSettings({ ...common, ...more });
      const palate = await startPalate(
        { settings, log, clock, version: '0' },
        { schedules: false, workflowBundle, ...worker },
        { ...brief, ...api },
      );
      running.add(palate);
      return { ...palate, url: palate.url ?? '', stop: () => (running.delete(palate), palate.stop()) };
    },

    /** Lets the time pass until rate limits of `windowMs` begin to count anew: a series of requests lies in one window then. */
    toNextWindow(windowMs: number) {
      time.passedMs += windowMs - (clock().getTime() % windowMs);
    },

    /** What tests before this one found out about outside systems is forgotten. */
    async closeCircuits() {
      await mongo.collection('circuits').deleteMany({});
    },

    async close() {
      for (const palate of running) await palate.stop();
      await connection.close();
      await mongo.dropDatabase();
      await mongo.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
export type House = Awaited<ReturnType<typeof openPalate>>;

/** One request; JSON bodies come back parsed, others as `{ text }`. */
export async function ask<T = Record<string, unknown>>(
  url: string,
  method: string,
  target: string,
  what: Ask = {},
): Promise<Answer<T>> {
  const response = await fetch(target.startsWith('http') ? target : url + target, {
    method,
    headers: {
      ...(what.json !== undefined && { 'content-type': 'application/json' }),
      ...(what.token !== undefined && { authorization: `Bearer ${what.token}` }),
      ...what.headers,
    },
    ...(what.json !== undefined && { body: JSON.stringify(what.json) }),
    ...(what.form && { body: what.form }),
    ...(what.signal && { signal: what.signal }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : { text }) as T };
}

let people = 0;
/** A new account; gives its token and id. */
export async function signUp(url: string): Promise<{ token: string; id: string; email: string; password: string }> {
  const email = `person-${process.pid}-${Date.now()}-${(people += 1)}@example.com`;
  const password = 'Correct-horse-1';
  const { status, body } = await ask<{ id: string; access_token: string }>(url, 'POST', '/api/auth/register', {
    json: { email, password },
  });
  if (status !== 201) throw new Error(`Sign-up answered ${status}: ${JSON.stringify(body)}`);
  return { token: body.access_token, id: body.id, email, password };
}

/** A multipart body with one picture and text fields. */
export function photoForm(picture: Buffer, fields: Record<string, string> = {}, field = 'photo'): FormData {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.append(key, value);
  form.append(field, new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'meal.jpg');
  return form;
}
