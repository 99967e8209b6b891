import { mkdir } from 'node:fs/promises';
import { hkdfSync } from 'node:crypto';
import { hostname } from 'node:os';
import mongoose, { type Connection } from 'mongoose';
import type { Logger } from 'pino';
import { connectTemporal, type Temporal } from '../launches/temporal';
import { createContextChanges, type ContextChanges, type ContextRuns } from '../launches/contextChanges';
import { createJointRuns, type JointRuns } from '../launches/joint';
import { createFairness, type Fairness } from '../launches/fairness';
import { createLaunches, type Launches } from '../launches/launch';
import type { Settings } from '../config/settings';
import { createMealReader, type MealReader } from '../ml/reading';
import type { QueueName } from '../model/launches';
import { createFileStore, createS3Store, type ObjectStore } from '../services/objects';
import { assertMigrated, migrateAt, MigrationRefused } from '../store/migrations';
import { createStore, type Store } from '../store/store';
import { openFoodBase } from './foods';
import { createMetrics, type Metrics } from '../telemetry/metrics';

/** What every role stands on: settings, log, clock, metrics, and the connections to the engines. */
export interface Base {
  readonly settings: Settings;
  readonly log: Logger;
  readonly clock: () => Date;
  /** Of this Palate, as its package has it. */
  readonly version: string;
  readonly metrics: Metrics;
  readonly mongo: Connection;
  readonly store: Store;
  readonly objects: ObjectStore;
  readonly temporal: Temporal;
  /** Name of the task queue for each kind of work. */
  readonly queues: Readonly<Record<QueueName, string>>;
  readonly launches: Launches;
  readonly fairness: Fairness;
  readonly joint: JointRuns;
  /** How runs of context sync are started; null where no receiver is configured. */
  readonly contextRuns: ContextRuns | null;
  readonly contextChanges: ContextChanges;
  /** What people write of meals, with the foods that are known: one index a process. */
  readonly mealReader: MealReader;
  close(): Promise<void>;
}

export type PreparingParts = Pick<Base, 'store' | 'temporal'>;

/** A sentence for the operator; the process ends with it. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

const mongoWithinMs = 10_000;
/** Longest silence on a connection: a database that hangs is answered like one that is away. */
const mongoSilenceMs = 10_000;
/** Beyond the longest debounce: then whoever was woken has begun to push. */
const wakeGraceMs = 2_000;
const wakesAtOnce = 4;
const mostToWake = 10_000;
const reconnectTemporalMs = 1_000;
/** From this attempt on, a launch that Temporal refuses is an error in the log. */
const hopelessAttempts = 5;

export async function openBase(
  given: { settings: Settings; log: Logger; clock: () => Date; version: string },
  role: {
    eagerStart: boolean;
    /** Whether a run is open and its picture not prepared. */
    isPreparing: (parts: PreparingParts, workflowId: string) => Promise<boolean>;
  },
): Promise<Base> {
  const { settings, log, clock } = given;
  const metrics = createMetrics({ clock });
  const mongo = await connectMongo(settings);
  const store = createStore(mongo, clock);
  try {
    await readyDatabase(given, mongo);
    const objects = await openObjects(settings, metrics);
    const temporal = connectTemporal(
      {
        address: settings.temporalAddress,
        namespace: settings.temporalNamespace,
        apiKey: settings.temporalApiKey ?? undefined,
        tls: await temporalTls(settings),
      },
      {
        reconnectMs: reconnectTemporalMs,
        onAway: (error) =>
          log.warn({ err: error }, 'Temporal cannot be reached yet; what is stored meanwhile is started once it is'),
      },
    );
    const queues = { main: settings.temporalTaskQueue };
    const foodBase = await openFoodBase(store.foods);
    const fairness = createFairness({
      leases: store.pictureLeases,
      launches: store.launches,
      isPreparing: (workflowId) => role.isPreparing({ store, temporal }, workflowId),
    });
    const launches = createLaunches({
      launches: store.launches,
      client: () => temporal.client(),
      eager: role.eagerStart,
      queues,
      fairness,
      clock,
      onOutcome: (launch, outcome, failure) => {
        const facts = { workflowId: launch.workflowId, launchRequestId: launch.requestId };
        if (!failure) return log.debug({ ...facts, outcome }, 'launch worked on');
        const { error, away, ...when } = failure;
        if (!away && when.attempts >= hopelessAttempts)
          log.error({ ...facts, ...when, err: error }, 'the start of a run is rejected repeatedly; needs attention');
        else log.warn({ ...facts, ...when, err: error }, 'a run could not be started now; the launcher will');
      },
    });
    fairness.whenNext((launch) => void launches.start(launch));
    const joint = createJointRuns({ client: () => temporal.client(), eager: role.eagerStart, queues });
    const contextRuns =
      settings.flaskAiBaseUrl === null
        ? null
        : { client: () => temporal.client(), taskQueue: queues.main, timing: settings.contextTiming };
    const contextChanges = createContextChanges({
      syncs: store.contextSyncs,
      runs: contextRuns,
      graceMs: settings.contextSyncMaxWaitMs + wakeGraceMs,
      gapMs: settings.contextSyncDebounceMs / 4,
      width: wakesAtOnce,
      most: mostToWake,
      onLost: (accounts, error) =>
        log.warn({ accounts, err: error }, 'context sync could not be woken; the sweep finds what changed'),
    });
    return {
      ...given,
      metrics,
      mongo,
      store,
      objects,
      temporal,
      queues,
      launches,
      fairness,
      joint,
      contextRuns,
      contextChanges,
      mealReader: createMealReader(foodBase, store.foods.own),
      async close() {
        await contextChanges.close();
        await temporal.close();
        objects.close();
        await mongo.close();
      },
    };
  } catch (error) {
    await mongo.close();
    throw error;
  }
}

async function connectMongo(settings: Settings): Promise<Connection> {
  try {
    return await mongoose
      .createConnection(settings.mongodbUri, {
        autoIndex: false,
        autoCreate: false,
        serverSelectionTimeoutMS: mongoWithinMs,
        socketTimeoutMS: mongoSilenceMs,
      })
      .asPromise();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotStart(
      `MongoDB cannot be reached (${reason.split('\n')[0] ?? ''}). Check MONGODB_URI, and that it is a replica set.`,
      { cause: error },
    );
  }
}

/** Migrates where this process may (`MONGODB_INDEXES=build`); elsewhere only checks. */
async function readyDatabase({ settings, log }: { settings: Settings; log: Logger }, mongo: Connection): Promise<void> {
  try {
    if (settings.mongodbIndexes === 'check') {
      for (const { number, name } of await assertMigrated(mongo))
        log.warn({ migration: number, name }, 'a migration is pending; run `npm run migrate` when it suits');
      return;
    }
    const holder = `a start of role ${settings.palateRole} on ${hostname()}`;
    await migrateAt(settings.mongodbUri, mongoWithinMs, {
      holder,
      onProgress: (progress) => {
        if (progress.kind === 'waiting')
          log.info({ holder: progress.by.holder }, 'another process migrates the database; waiting');
        else if (progress.kind === 'done')
          log.info(
            {
              migration: progress.migration.number,
              name: progress.migration.name,
              changed: progress.changed,
              ...(progress.left > 0 && { left: progress.left, leaves: progress.migration.leaves }),
            },
            'migrated',
          );
      },
    });
  } catch (error) {
    if (error instanceof MigrationRefused) throw new CannotStart(error.message, { cause: error });
    throw error;
  }
}

async function openObjects(settings: Settings, metrics: Metrics): Promise<ObjectStore> {
  const onCall = observeCalls(metrics);
  if (settings.storageBackend === 'file') {
    await mkdir(settings.uploadsDir, { recursive: true, mode: 0o700 });
    return createFileStore({ directory: settings.uploadsDir, onCall });
  }
  return createS3Store({
    bucket: settings.awsBucketName ?? '',
    region: settings.awsRegion ?? '',
    endpoint: settings.awsS3Endpoint ?? undefined,
    acl: settings.awsS3Acl,
    ...(settings.awsAccessKeyId !== null &&
      settings.awsSecretAccessKey !== null && {
        credentials: {
          accessKeyId: settings.awsAccessKeyId,
          secretAccessKey: settings.awsSecretAccessKey,
          ...(settings.awsSessionToken !== null && { sessionToken: settings.awsSessionToken }),
        },
      }),
    onCall,
  });
}

/** Tells the metrics of every call to a service outside. */
export const observeCalls =
  (metrics: Metrics) =>
  ({ service, outcome, ms }: { service: string; outcome: string; ms: number }): void =>
    metrics.upstreamSeconds.observe({ service, outcome }, ms / 1000);

async function temporalTls(settings: Settings) {
  if (!settings.temporalTls) return undefined;
  const { readFile } = await import('node:fs/promises');
  const read = (file: string | null) => (file === null ? undefined : readFile(file));
  const [ca, crt, key] = await Promise.all([
    read(settings.temporalTlsServerCaCertPath),
    read(settings.temporalTlsClientCertPath),
    read(settings.temporalTlsClientKeyPath),
  ]);
  return {
    ...(settings.temporalTlsServerName !== null && { serverNameOverride: settings.temporalTlsServerName }),
    ...(ca && { serverRootCACertificate: ca }),
    ...(crt && key && { clientCertPair: { crt, key } }),
  };
}

/** The key for one purpose that is in use; where older ones count as well: `keysFor`. */
export function keyFor(settings: Settings, purpose: string): Buffer {
  const [key] = keysFor(settings, purpose);
  if (!key) throw new RangeError('At least one encryption key is needed');
  return key;
}

/** Keys for one purpose, derived from the encryption keys, so that one leak is not all. */
export const keysFor = (settings: Settings, purpose: string): Buffer[] =>
  settings.palateEncryptionKeys.map((key) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(key, 'base64'), '', `palate ${purpose}`, 32)),
  );
