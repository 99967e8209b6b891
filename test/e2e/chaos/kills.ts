import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createFileStore } from '../../../src/services/objects';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { eventually } from '../../eventually';
import { freePort } from '../../../scripts/engines/network.mjs';
import { startPalateProcess, type PalateProcess } from '../palateProcess';
import { takeCensus, type Census } from './census';
import { startClients } from './clients';
import { startOwnEngine, type OwnEngine } from './ownEngine';

/** kill -9 in the middle of photos, and a start again at once: of the worker, the API, Temporal or MongoDB. */
export const victims = ['worker', 'API', 'Temporal', 'MongoDB'] as const;
export type Victim = (typeof victims)[number];

/** What clients may see while it happens; the counts of what goes wrong are 0 whoever is killed. */
export const expectedAnswers: Readonly<Record<Victim, readonly string[]>> = {
  // The run waits for the next worker.
  worker: ['200', '202'],
  // 409: the key is still held by the request that died, until its lease ends.
  API: ['200', '202', 'broken', '409', '503'],
  // Photos are taken in without it.
  Temporal: ['200', '202'],
  MongoDB: ['200', '202', '503', '409'],
};

export interface KillOptions {
  victim: Victim;
  photos: number;
  kills: number;
  concurrency: number;
  /** Engines of the run, for what is not killed. */
  mongodbUri: string;
  temporalAddress: string;
  taskQueue: string;
  finishWithinMs: number;
}

/** Long enough that a kill finds photos at every step. */
const classifierMs = 150;

export async function killDuringPhotos(options: KillOptions): Promise<Census> {
  const { victim, photos, kills, concurrency, taskQueue } = options;
  const home = await mkdtemp(path.join(os.tmpdir(), 'palate-kills-'));
  const classifier = await new HuggingFaceDouble().start();
  classifier.latencyMs = classifierMs;
  const own: OwnEngine | null =
    victim === 'MongoDB'
      ? await startOwnEngine('mongodb')
      : victim === 'Temporal'
        ? await startOwnEngine('temporal')
        : null;
  const mongodbUri = own && victim === 'MongoDB' ? databaseOn(own.address, 'palate-kills') : options.mongodbUri;
  const temporalAddress = own && victim === 'Temporal' ? own.address : options.temporalAddress;
  const port = await freePort();
  const start = (role: 'api' | 'worker') =>
    startPalateProcess({
      home,
      role,
      mongodbUri,
      temporalAddress,
      ...(role === 'api' && { port }),
      env: {
        TEMPORAL_TASK_QUEUE: taskQueue,
        HF_SPACE_URL: classifier.endpointUrl,
        PREDICT_WAIT_MS: '3000',
        LAUNCH_SWEEP_MS: '200',
        LOG_LEVEL: 'warn',
      },
    });
  const processes: Record<'api' | 'worker', PalateProcess> = { worker: await start('worker'), api: await start('api') };
  try {
    const { url } = processes.api;
    const clients = startClients({
      url,
      photos,
      concurrency,
      untilBack: () => eventually(() => isReady(url), 60_000),
      // Who does not come back may leave an object without a row: the reaper's part.
      givesUpEvery: victim === 'API' ? 4 : 0,
    });
    for (let kill = 1; kill <= kills; kill += 1) {
      await clients.settled(Math.floor((photos * kill) / (kills + 1)));
      if (own) {
        await own.kill();
        await own.restart();
      } else {
        const role = victim === 'API' ? 'api' : 'worker';
        await processes[role].kill();
        processes[role] = await start(role);
      }
    }
    await clients.done;
    const objects = await createFileStore({ directory: path.join(home, 'objects') });
    return await takeCensus(clients, { mongodbUri, temporalAddress, taskQueue, objects }, options.finishWithinMs);
  } finally {
    for (const one of Object.values(processes)) await one.kill();
    await own?.stop();
    await classifier.stop();
    await rm(home, { recursive: true, force: true });
  }
}

const isReady = async (url: string): Promise<boolean> =>
  (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => null))?.ok ?? false;

export function databaseOn(address: string, name: string): string {
  const uri = new URL(address);
  uri.pathname = `/${name}`;
  return uri.toString();
}
