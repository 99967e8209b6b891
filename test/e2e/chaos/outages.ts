import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { createFileStore, createS3Store, type ObjectStore } from '../../../src/services/objects';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { eventually } from '../../eventually';
import { openPalate } from '../../integration/palate';
import { startPalateProcess } from '../palateProcess';
import { takeCensus, type Census } from './census';
import { startClients, type ClientsOptions, type PhotoClients } from './clients';
import { databaseOn } from './kills';
import { startOwnEngine } from './ownEngine';
import { S3Double } from './s3';

/**
 * What else may go wrong in the middle of photos: the object store full or away, the clock wrong by a day, MongoDB stepping down.
 * Counted like the kills.
 */
export const outages = [
  'object store full',
  'object store down',
  'clock a day ahead',
  'clock a day behind',
  'MongoDB steps down',
] as const;
export type Outage = (typeof outages)[number];

/** What clients may see while it lasts; the counts of what goes wrong are 0 in each. */
export const expectedAnswers: Readonly<Record<Outage, readonly string[]>> = {
  'object store full': ['200', '202', '503'],
  'object store down': ['200', '202', '503'],
  // A token that was good a moment ago is a day old: its owner signs in again.
  'clock a day ahead': ['200', '202', '401'],
  'clock a day behind': ['200', '202'],
  // A photo waits for the next primary where the driver repeats by itself; 409: its key is held until the lease ends.
  'MongoDB steps down': ['200', '202', '503', '409'],
};

export interface OutageOptions {
  outage: Outage;
  photos: number;
  concurrency: number;
  mongodbUri: string;
  temporalAddress: string;
  taskQueue: string;
  finishWithinMs: number;
}

const classifierMs = 150;
const dayMs = 24 * 3600_000;
const stepDownS = 2;

export async function outageDuringPhotos(options: OutageOptions): Promise<Census> {
  const classifier = await new HuggingFaceDouble().start();
  classifier.latencyMs = classifierMs;
  const env = {
    HF_SPACE_URL: classifier.endpointUrl,
    PREDICT_WAIT_MS: '3000',
    LAUNCH_SWEEP_MS: '200',
    LOG_LEVEL: 'warn',
  };
  try {
    switch (options.outage) {
      case 'object store full':
        return await withS3(options, env, (s3) => {
          s3.full = true;
          return Promise.resolve(() => {
            s3.full = false;
            return Promise.resolve();
          });
        });
      case 'object store down':
        return await withS3(options, env, async (s3) => {
          await s3.stop();
          return async () => {
            await s3.start();
          };
        });
      case 'clock a day ahead':
        return await withClock(options, env, dayMs);
      case 'clock a day behind':
        return await withClock(options, env, -dayMs);
      case 'MongoDB steps down':
        return await withStepDown(options, env);
    }
  } finally {
    await classifier.stop();
  }
}

/** Begins a fault once a third of the photos have their answer; gives what ends it. */
type Begin = () => Promise<() => Promise<void>>;

/**
 * Begins the fault, and ends it when `met` says that clients or runs have met it. Clients that were refused send again once it is over.
 */
async function under(
  options: OutageOptions,
  client: Pick<ClientsOptions, 'url'>,
  begin: Begin,
  met: (clients: PhotoClients) => Promise<unknown>,
): Promise<PhotoClients> {
  let over: () => void = () => undefined;
  const untilOver = new Promise<void>((resolve) => (over = resolve));
  const clients = startClients({ ...client, ...options, untilBack: () => untilOver });
  await clients.settled(Math.floor(options.photos / 3));
  const end = await begin();
  await met(clients);
  await end();
  over();
  await clients.done;
  return clients;
}

/** Every client was refused, or waits no longer for a run that cannot go on. */
const allRefused = (clients: PhotoClients) => eventually(() => Promise.resolve(clients.held), 60_000);

async function withS3(
  options: OutageOptions,
  env: Record<string, string>,
  begin: (s3: S3Double) => ReturnType<Begin>,
): Promise<Census> {
  const { mongodbUri, temporalAddress, taskQueue, finishWithinMs } = options;
  const s3 = await new S3Double().start();
  const credentials = { accessKeyId: 'chaos', secretAccessKey: 'chaos-secret' };
  const palate = await startPalateProcess({
    mongodbUri,
    temporalAddress,
    env: {
      ...env,
      TEMPORAL_TASK_QUEUE: taskQueue,
      STORAGE_BACKEND: 'aws',
      AWS_BUCKET_NAME: s3.bucket,
      AWS_REGION: 'us-east-1',
      AWS_S3_ENDPOINT: s3.url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  });
  const objects: ObjectStore = createS3Store({ bucket: s3.bucket, region: 'us-east-1', endpoint: s3.url, credentials });
  try {
    const clients = await under(options, palate, () => begin(s3), allRefused);
    return await takeCensus(clients, { mongodbUri, temporalAddress, taskQueue, objects }, finishWithinMs);
  } finally {
    objects.close();
    await palate.kill();
    await s3.stop();
  }
}

/** In this process, as only here the clock can be moved. */
async function withClock(options: OutageOptions, env: Record<string, string>, wrongMs: number): Promise<Census> {
  const { temporalAddress, finishWithinMs } = options;
  const house = await openPalate('clock', env);
  try {
    const palate = await house.start();
    const begin = () => {
      house.time.passedMs += wrongMs;
      return Promise.resolve(() => {
        house.time.passedMs -= wrongMs;
        return Promise.resolve();
      });
    };
    const halfWay = (clients: PhotoClients) => clients.settled(Math.floor((options.photos * 2) / 3));
    const clients = await under(options, palate, begin, halfWay);
    const { mongodbUri, taskQueue, objects } = house;
    return await takeCensus(clients, { mongodbUri, temporalAddress, taskQueue, objects }, finishWithinMs);
  } finally {
    await house.close();
  }
}

/** The only member of its set steps down, cannot be elected for `stepDownS`, and is primary again. */
async function withStepDown(options: OutageOptions, env: Record<string, string>): Promise<Census> {
  const { temporalAddress, taskQueue, finishWithinMs } = options;
  const mongodb = await startOwnEngine('mongodb');
  const mongodbUri = databaseOn(mongodb.address, 'palate-steps-down');
  const home = await mkdtemp(path.join(os.tmpdir(), 'palate-steps-down-'));
  const palate = await startPalateProcess({
    home,
    mongodbUri,
    temporalAddress,
    env: { ...env, TEMPORAL_TASK_QUEUE: taskQueue },
  });
  const direct = new URL(mongodbUri);
  direct.search = '?directConnection=true';
  const operator = await mongoose.createConnection(direct.toString()).asPromise();
  const command = async (one: Record<string, unknown>) =>
    (await operator.getClient().db('admin').command(one)) as {
      isWritablePrimary?: boolean;
    };
  try {
    const begin = async () => {
      await command({ replSetStepDown: stepDownS, secondaryCatchUpPeriodSecs: 0, force: true });
      return () => Promise.resolve();
    };
    const elected = () => eventually(async () => (await command({ hello: 1 })).isWritablePrimary === true, 60_000);
    const clients = await under(options, palate, begin, elected);
    const objects = await createFileStore({ directory: path.join(home, 'objects') });
    return await takeCensus(clients, { mongodbUri, temporalAddress, taskQueue, objects }, finishWithinMs);
  } finally {
    await operator.close();
    await palate.kill();
    await mongodb.stop();
    await rm(home, { recursive: true, force: true });
  }
}
