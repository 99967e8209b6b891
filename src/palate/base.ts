import { mkdir } from 'node:fs/promises';
import { hkdfSync } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import type { Logger } from 'pino';
import { connectTemporal, type Temporal } from '../launches/temporal';
import { createContextChanges, type ContextChanges, type ContextRuns } from '../launches/contextChanges';
import { createJointRuns, type JointRuns } from '../launches/joint';
import { createLaunches, type Launches } from '../launches/launch';
import type { Settings } from '../config/settings';
import { createFileStore, createS3Store, type ObjectStore } from '../services/objects';
import { circuitNames } from '../store/circuits';
import { buildIndexesAt, missingIndexes } from '../store/indexes';
import { createStore, type Store } from '../store/store';
import { createMetrics, type Metrics } from '../telemetry/metrics';
import { watchContextSync } from './contextFigures';
import { correctedShares } from './correctedShares';

/** What every role stands on: settings, log, clock, metrics, and the connections to the engines. */
export interface Base {
  readonly settings: Settings;
  readonly log: Logger;
  readonly clock: () => Date;
  readonly metrics: Metrics;
  readonly mongo: Connection;
  readonly store: Store;
  readonly objects: ObjectStore;
  readonly temporal: Temporal;
  readonly launches: Launches;
  readonly joint: JointRuns;
  /** How runs of context sync are started; null where no receiver is configured. */
  readonly contextRuns: ContextRuns | null;
  readonly contextChanges: ContextChanges;
  close(): Promise<void>;
}

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
  given: { settings: Settings; log: Logger; clock: () => Date },
  role: { eagerStart: boolean },
): Promise<Base> {
  const { settings, log, clock } = given;
  const metrics = createMetrics();
  const mongo = await connectMongo(settings);
  const store = createStore(mongo, clock);
  try {
    await readyIndexes(settings, mongo);
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
    const launches = createLaunches({
      launches: store.launches,
      client: () => temporal.client(),
      eager: role.eagerStart,
      queues,
      clock,
      onOutcome: (launch, outcome, failure) => {
        const facts = { workflowId: launch.workflowId, launchRequestId: launch.requestId };
        if (!failure) return log.debug({ ...facts, outcome }, 'run started');
        const { error, away, ...when } = failure;
        if (!away && when.attempts >= hopelessAttempts)
          log.error({ ...facts, ...when, err: error }, 'a run is refused again and again; somebody must look');
        else log.warn({ ...facts, ...when, err: error }, 'a run could not be started now; the launcher will');
      },
    });
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
    metrics.watchCircuits({ names: circuitNames, findOpen: () => store.circuits.findOpen() });
    metrics.watchBacklog(() => store.launches.countPending());
    watchContextSync({ settings, store, clock, metrics });
    metrics.watchCorrectedShares(correctedShares(store.photoFacts, clock));
    return {
      ...given,
      metrics,
      mongo,
      store,
      objects,
      temporal,
      launches,
      joint,
      contextRuns,
      contextChanges,
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

async function readyIndexes(settings: Settings, mongo: Connection): Promise<void> {
  if (settings.mongodbIndexes === 'build') {
    await buildIndexesAt(settings.mongodbUri, mongoWithinMs);
    return;
  }
  const missing = await missingIndexes(mongo);
  if (missing.length === 0) return;
  throw new CannotStart(
    `${missing.length} indexes are missing in MongoDB (${missing[0] ?? ''}, …). Run \`npm run migrate\` with the same MONGODB_URI, then start again.`,
  );
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

/** Keys for one purpose, derived from the encryption keys, so that one leak is not all. */
export const keysFor = (settings: Settings, purpose: string): Buffer[] =>
  settings.palateEncryptionKeys.map((key) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(key, 'base64'), '', `palate ${purpose}`, 32)),
  );
