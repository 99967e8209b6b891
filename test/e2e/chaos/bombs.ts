import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { objectKeys } from '../../../src/model/photos';
import { createFileStore } from '../../../src/services/objects';
import { jpegOfManyScans } from '../../hostile/pictures';
import { picture } from '../../integration/photos/meals';
import { freePort } from '../../../scripts/engines/network.mjs';
import { startPalateProcess } from '../palateProcess';

/** Photos of which one costs its worker each time it is opened: the test does that, by kill -9 once its row is marked. */
interface Row {
  _id: string;
  state: string;
  opening?: { by: string } | null;
  openingFaults?: { count: number; lostWorkers: number } | null;
  failure: { type: string; message: string } | null;
}

/** Takes a decoder long enough to be killed in the middle of it: each of its scans goes over all of its pixels. */
export const slowPicture = (): Buffer => jpegOfManyScans({ width: 7_000, height: 7_000 }, 90);

export async function openBombs(where: { mongodbUri: string; temporalAddress: string; taskQueue: string }) {
  const home = await mkdtemp(path.join(os.tmpdir(), 'palate-bombs-'));
  const mongo = await mongoose.createConnection(where.mongodbUri).asPromise();
  const rows = mongo.collection<Row>('entries');
  const port = await freePort();
  const start = (role: 'api' | 'worker', onSpawn: (child: ChildProcess) => void = () => undefined) =>
    startPalateProcess({
      home,
      role,
      onSpawn,
      mongodbUri: where.mongodbUri,
      temporalAddress: where.temporalAddress,
      ...(role === 'api' && { port }),
      env: {
        TEMPORAL_TASK_QUEUE: where.taskQueue,
        PREDICT_WAIT_MS: '0',
        LAUNCH_SWEEP_MS: '200',
        PHOTO_REOPEN_MS: '50',
        LOG_LEVEL: 'warn',
      },
    });
  const api = await start('api');
  const objects = await createFileStore({ directory: path.join(home, 'objects') });
  let seed = 9_000;

  return {
    url: api.url,
    startWorker: (onSpawn: (child: ChildProcess) => void) => start('worker', onSpawn),
    async send(bytes: Buffer, caption = 'two boiled eggs'): Promise<string> {
      const form = new FormData();
      form.append('caption', caption);
      form.append('photo', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), 'meal.jpg');
      const response = await fetch(`${api.url}/predict`, { method: 'POST', body: form });
      if (response.status !== 202) throw new Error(`The photo was answered with ${response.status}`);
      return ((await response.json()) as { id: string }).id;
    },
    async sendGood(): Promise<string> {
      return this.send(await picture((seed += 1)));
    },
    async rowOf(id: string): Promise<Row> {
      const row = await rows.findOne({ _id: id });
      if (!row) throw new Error(`There is no entry ${id}`);
      return row;
    },
    hasOriginal: async (id: string): Promise<boolean> =>
      objects.read(objectKeys(id).original).then(
        () => true,
        () => false,
      ),
    /** Calls `then` at each mark of `id`; gives how often it was called, and a way to end. */
    onMark(id: string, then: () => void) {
      const seen = { marks: 0 };
      const stream = rows.watch([
        { $match: { 'documentKey._id': id, 'updateDescription.updatedFields.opening.by': { $exists: true } } },
      ]);
      stream.on('change', () => {
        seen.marks += 1;
        then();
      });
      return { seen, close: () => stream.close() };
    },
    async close() {
      await api.kill();
      await mongo.dropDatabase();
      await mongo.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
