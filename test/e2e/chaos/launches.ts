import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import mongoose from 'mongoose';
import { createStore } from '../../../src/store/store';
import { eventually } from '../../eventually';
import { freePort } from '../../../scripts/engines/network.mjs';
import { startPalateProcess } from '../palateProcess';
import { pausableProxy } from '../pausableProxy';
import { runsOf } from './runs';

/**
 * kill -9 of the API between the row and the start of its workflow, again and again: Temporal is held back behind a proxy,
 * a photo is posted, and as soon as its row stands the API is killed. A worker with its launcher runs all the time.
 */
export interface LaunchChaos {
  kills: number;
  /** Photos whose row was written before the kill. */
  rows: number;
  /** Of these, how many runs Temporal has in all, and under how many ids. */
  runs: number;
  ids: number;
  /** How many ended with their figures. */
  analyzed: number;
  /** Launches that were never started. */
  pending: number;
}

export async function killBetweenRowAndStart(options: {
  kills: number;
  mongodbUri: string;
  temporalAddress: string;
  picture: Buffer;
  settleWithinMs: number;
}): Promise<LaunchChaos> {
  const { kills, mongodbUri, temporalAddress } = options;
  const mongo = await mongoose.createConnection(mongodbUri).asPromise();
  const store = createStore(mongo);
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection });
  // One folder for both, as replicas share their object store.
  const home = await mkdtemp(path.join(os.tmpdir(), 'palate-chaos-'));
  const worker = await startPalateProcess({
    home,
    mongodbUri,
    temporalAddress,
    role: 'worker',
    env: { LAUNCH_SWEEP_MS: '200' },
  });
  const rows = new Set<string>();
  const onRow = mongo.collection(store.photos.collection).watch([{ $match: { operationType: 'insert' } }]);
  try {
    const port = await freePort();
    for (let kill = 0; kill < kills; kill += 1) {
      const proxy = await pausableProxy(temporalAddress);
      const api = await startPalateProcess({ mongodbUri, temporalAddress: proxy.address, role: 'api', port, home });
      await untilTemporal(api.url);
      proxy.pause();
      const form = new FormData();
      form.append('caption', 'two boiled eggs');
      form.append('photo', new Blob([new Uint8Array(options.picture)], { type: 'image/jpeg' }), 'meal.jpg');
      const answer = fetch(`${api.url}/predict`, { method: 'POST', body: form }).catch(() => null);
      const inserted = await onRow.next();
      if (inserted.operationType === 'insert') rows.add(String(inserted.documentKey._id));
      await api.kill();
      await answer;
      await proxy.close();
    }

    let analyzed = 0;
    await eventually(async () => {
      const entries = await Promise.all([...rows].map((id) => store.photos.find(id)));
      analyzed = entries.filter((entry) => entry?.state === 'analyzed').length;
      return analyzed === rows.size;
    }, options.settleWithinMs).catch(() => undefined); // What did not end is in the counts.
    const runs = await Promise.all([...rows].map((id) => runsOf(client, `photo:${id}`)));
    return {
      kills,
      rows: rows.size,
      runs: runs.reduce((sum, count) => sum + count, 0),
      ids: runs.filter((count) => count > 0).length,
      analyzed,
      pending: await store.launches.countPending(),
    };
  } finally {
    await onRow.close();
    await worker.stop();
    await connection.close();
    await mongo.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** The API serves before Temporal is reached; here the kill shall come after. */
async function untilTemporal(url: string): Promise<void> {
  await eventually(async () => {
    const { parts } = (await (await fetch(`${url}/health`)).json()) as { parts: { temporal: { status: string } } };
    return parts.temporal.status === 'up';
  });
}
