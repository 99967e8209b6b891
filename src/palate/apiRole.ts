import path from 'node:path';
import { createApp, type AppOptions } from '../api/app';
import { createAccounts } from '../api/accounts/accounts';
import { exportPages } from '../api/accounts/export';
import { accountRoutes } from '../api/accounts/routes';
import { constraintRoutes } from '../api/constraints/routes';
import { contextRoutes } from '../api/context/routes';
import { createCapabilities } from '../api/capabilities';
import { syncHealthRoutes } from '../api/context/health';
import { internalContextRoutes } from '../api/context/internal';
import { TemporalUnavailable, type HealthCheck } from '../api/deps';
import { mlEventRoutes } from '../api/context/mlEvents';
import { erasureRoutes } from '../api/erasure/routes';
import { feedbackRoutes } from '../api/feedback/routes';
import { foodRoutes } from '../api/foods/routes';
import { exportMeals } from '../api/meals/export';
import { mealRoutes } from '../api/meals/routes';
import { createPaging } from '../api/paging';
import { cleanTempDir } from '../api/photos/multipart';
import { photoRoutes } from '../api/photos/routes';
import { planRoutes } from '../api/plans/routes';
import { startServer, type HttpServer } from '../api/server';
import { verifies } from '../services/contextReceiver';
import { supportRoutes } from '../api/support/routes';
import * as matching from '../services/fooddata/match';
import { createChanges } from '../store/changes';
import { createSealer } from '../store/sealed';
import { keysFor, type Base } from './base';
import { loadFoodTable } from './foods';
import { classifierModel, classifierNames } from './upstream';
import type { CircuitName } from '../store/circuits';

export interface ApiRole {
  readonly url: string;
  stop(): Promise<void>;
}

/** How long clients may take; what is unset is the default of the rooms that bound it. */
export interface ApiOptions {
  /** Of bodies. */
  pace?: NonNullable<AppOptions['pace']>;
  headersTimeoutMs?: number;
}

const drainMs = 200;
const graceMs = 8_000;
const sweepMs = 5 * 60_000;
const probeMs = 1_000;

/** The HTTP server and what stands behind it. `workerHere`: whether this process also runs the worker, and whether it polls. */
export async function startApiRole(
  base: Base,
  version: string,
  workerHere: (() => boolean) | null,
  { pace, headersTimeoutMs }: ApiOptions = {},
): Promise<ApiRole> {
  const { settings, log, clock, metrics, store, objects, launches, joint, temporal, mongo, contextChanges } = base;
  const capabilities = createCapabilities(keysFor(settings, 'capabilities'));
  const [pagingKey] = keysFor(settings, 'cursors');
  if (!pagingKey) throw new RangeError('At least one encryption key is needed');
  const changes = createChanges(mongo, [store.photos.collection], (error) =>
    log.warn({ err: error }, 'the change stream broke and is opened again'),
  );
  const handle = {
    client: () =>
      temporal.client().catch((error: unknown) => Promise.reject(new TemporalUnavailable({ cause: error }))),
  };
  const foods = await loadFoodTable();
  const tempDir = path.join(settings.palateHome, 'incoming');
  await cleanTempDir(tempDir);
  // What a killed process left of uploads goes in minutes, not at some later start.
  const sweep = setInterval(() => {
    cleanTempDir(tempDir).catch((error: unknown) =>
      log.warn({ err: error }, 'uploads left behind could not be removed'),
    );
  }, sweepMs);
  const shared = { settings, store, launches, contextChanges, capabilities, clock };
  const accountDeps = {
    ...shared,
    exporters: {
      log: exportPages(store.photos),
      foods: exportPages(store.foods.own),
      constraints: (ownerId: string) => store.constraints.find(ownerId),
      feedback: exportPages(store.feedback),
      plans: exportPages(store.plans),
      meals: exportMeals(store.meals),
      liked_meals: exportPages(store.meals.likes),
    },
  };
  const accounts = createAccounts(accountDeps);
  const photoDeps = {
    ...shared,
    settings: { ...settings, tempDir },
    objects,
    temporal: handle,
    changes,
    foods,
    paging: createPaging(pagingKey),
  };
  const contextDeps = { store, contextChanges, paging: photoDeps.paging };
  const foodDeps = { settings, store, joint, paging: photoDeps.paging, table: foods, matching };

  const app = createApp(
    {
      settings,
      log,
      clock,
      metrics,
      store,
      sealer: createSealer(settings.palateEncryptionKeys.map((key) => Buffer.from(key, 'base64'))),
      authenticate: accounts.authenticate,
      findCaller: accounts.findCaller,
      health: {
        checks: checks(base, workerHere),
        version,
        persistence: { records: 'mongodb', objects: settings.storageBackend, runs: 'temporal' },
        model: () => classifierModel(settings),
      },
    },
    [
      ...accountRoutes(accounts, accountDeps),
      ...erasureRoutes({ store, capabilities }),
      ...photoRoutes(photoDeps),
      ...foodRoutes(foodDeps),
      ...internalContextRoutes({ store, contextRuns: base.contextRuns, settings }),
      ...syncHealthRoutes({ settings, store, clock }),
      ...mlEventRoutes({ settings, store, clock, verifies }),
      ...constraintRoutes(contextDeps),
      ...feedbackRoutes(contextDeps),
      ...planRoutes(contextDeps),
      ...contextRoutes(contextDeps),
      ...supportRoutes({
        ...shared,
        log,
        temporal: handle,
        contextRuns: base.contextRuns,
        paging: photoDeps.paging,
      }),
      ...mealRoutes({ store, log, paging: photoDeps.paging, clock }),
    ],
    pace && { pace },
  );
  const server: HttpServer = await startServer(app, {
    port: settings.port,
    host: settings.host,
    log,
    drainMs,
    graceMs,
    ...(headersTimeoutMs !== undefined && { headersTimeoutMs }),
  });
  return {
    url: server.url,
    async stop() {
      clearInterval(sweep);
      await server.close();
      await changes.close();
    },
  };
}

const checks = (base: Base, workerHere: (() => boolean) | null): HealthCheck[] => [
  {
    name: 'mongodb',
    required: true,
    without: 'Nothing can be read or stored.',
    probe: () => base.store.ping(probeMs),
  },
  {
    name: 'temporal',
    required: false,
    without:
      'Photos and corrections are kept and worked on once it is back; reading, accounts and meals in words work.',
    probe: async () => {
      if (!(await base.temporal.answers(probeMs))) throw new Error('Temporal does not answer');
    },
  },
  ...(workerHere
    ? [
        {
          name: 'worker',
          required: false,
          without: 'Photos and corrections wait until a worker runs; reading, accounts and meals in words work.',
          probe: () => (workerHere() ? Promise.resolve() : Promise.reject(new Error('The worker does not poll'))),
        },
      ]
    : []),
  ...(classifierNames(base.settings).length > 0
    ? [
        {
          name: 'classifiers',
          required: false,
          without: 'Photos without a caption wait for a label; those with one are named by it.',
          probe: () => someIsCalled(base, classifierNames(base.settings)),
        },
      ]
    : []),
  ...(base.settings.fdcConfigured
    ? [
        {
          name: 'food_data',
          required: false,
          without: 'Figures come from imported foods and our own table; what is provisional corrects itself.',
          probe: () => someIsCalled(base, ['fdc']),
        },
      ]
    : []),
  ...(base.settings.flaskAiBaseUrl !== null
    ? [
        {
          name: 'context_sync',
          required: false,
          without:
            'The ML service is not told of changes; they are kept and follow once it is well again. All else works.',
          probe: () => someIsCalled(base, ['context_receiver']),
        },
      ]
    : []),
  {
    name: 'objects',
    required: false,
    without: 'Photos cannot be taken in or shown; the log and meals in words work.',
    probe: () => base.objects.ping(),
  },
];

/** Nobody is asked for a health check: what the circuits know is enough. */
async function someIsCalled({ store }: Base, names: readonly CircuitName[]): Promise<void> {
  const open = await store.circuits.findOpen();
  if (names.every((name) => open.includes(name))) throw new Error(`left alone for a while: ${names.join(', ')}`);
}
