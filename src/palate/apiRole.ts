import { createApp } from '../api/app';
import { createCapabilities } from '../api/capabilities';
import { TemporalUnavailable } from '../api/deps';
import { createPaging } from '../api/paging';
import { startServer, type HttpServer } from '../api/server';
import { createChanges } from '../store/changes';
import { createSealer } from '../store/sealed';
import { keyFor, keysFor, type Base } from './base';
import type { ApiOptions, ApiPart, ApiParts } from './feature';
import { manifests } from './features';
import { exportersOf } from './ownerData';
import { engineChecks, objectsCheck, type WorkerHere } from './health';

export type { ApiOptions } from './feature';

export interface ApiRole {
  readonly url: string;
  /** Where else it listens. */
  readonly otherUrls: readonly string[];
  stop(): Promise<void>;
}

/** The HTTP server and what stands behind it. `workerHere`: the worker, where this process runs it as well. */
export async function startApiRole(
  base: Base,
  version: string,
  workerHere: WorkerHere | null,
  options: ApiOptions = {},
): Promise<ApiRole> {
  const { settings, log, store, mongo } = base;
  const { pace, headersTimeoutMs, drainMs = 200, graceMs = 8_000 } = options;
  const changes = createChanges(
    mongo,
    manifests.flatMap(({ watched }) => watched?.(store) ?? []),
    (error) => log.warn({ err: error }, 'the change stream broke and is opened again'),
  );
  const parts = partsOf(base, changes, options);
  const features: ApiPart[] = [];
  for (const { api } of manifests) if (api) features.push(await api(parts));

  const app = createApp(
    {
      ...base,
      sealer: parts.sealer,
      ...theOne(
        'authentication',
        features.map(({ authentication }) => authentication),
      ),
      hasImportedFoods: async () => (await store.foods.imported.current()).releases.length > 0,
      health: {
        checks: [
          ...engineChecks(base, workerHere),
          ...features.flatMap(({ healthChecks }) => healthChecks ?? []),
          objectsCheck(base),
        ],
        version,
        persistence: { records: 'mongodb', objects: settings.storageBackend, runs: 'temporal' },
        model: theOne(
          'the model of /health',
          features.map(({ model }) => model),
        ),
      },
    },
    features.flatMap(({ routes }) => routes),
    pace && { pace },
  );
  const server: HttpServer = await startServer(app, {
    port: settings.port,
    host: settings.host,
    others: settings.extraAddresses,
    log,
    drainMs,
    graceMs,
    ...(headersTimeoutMs !== undefined && { headersTimeoutMs }),
  }).catch(async (error: unknown) => {
    await changes.close();
    throw error;
  });
  const pollers = features.flatMap(({ pollers }) => pollers ?? []).map((start) => start());
  return {
    url: server.url,
    otherUrls: server.otherUrls,
    async stop() {
      for (const poller of pollers) await poller.stop();
      await server.close();
      for (const { stop } of features) await stop?.();
      await changes.close();
    },
  };
}

function partsOf(base: Base, changes: ApiParts['changes'], options: ApiOptions): ApiParts {
  const { settings, store, temporal } = base;
  return {
    ...base,
    temporal: {
      client: () =>
        temporal.client().catch((error: unknown) => Promise.reject(new TemporalUnavailable({ cause: error }))),
    },
    changes,
    sealer: createSealer(settings.palateEncryptionKeys.map((key) => Buffer.from(key, 'base64'))),
    capabilities: createCapabilities(keysFor(settings, 'capabilities')),
    paging: createPaging(keyFor(settings, 'cursors')),
    exporters: exportersOf(manifests, store),
    panels: manifests.flatMap(({ supportPanel }) => supportPanel?.(base) ?? []),
    options,
  };
}

/** What exactly one feature provides. */
function theOne<T>(what: string, provided: readonly (T | undefined)[]): T {
  const [one, ...others] = provided.filter((value) => value !== undefined);
  if (one === undefined || others.length > 0)
    throw new Error(`Exactly one feature provides ${what}; ${one === undefined ? 'none does' : 'several do'}`);
  return one;
}
