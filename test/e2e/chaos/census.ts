import { createHash } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import mongoose from 'mongoose';
import { photoWorkflows } from '../../../src/messages/photos';
import type { ObjectStore } from '../../../src/services/objects';
import { createStore } from '../../../src/store/store';
import { eventually } from '../../eventually';
import type { PhotoClients } from './clients';
import { runsOf } from './runs';

/** What became of an account's photos, counted in the stores themselves once nothing is under way any more. */
export interface Census {
  photos: number;
  /** Answers the clients saw, by status. */
  answers: Readonly<Record<string, number>>;
  /** Acknowledged while still under way, and finished without anybody's doing. */
  finishedLater: number;
  gaveUp: number;
  /** Acknowledged or stored, and not finished. */
  lost: number;
  /** Entries beyond one for each picture, and runs beyond one for each entry. */
  duplicated: number;
  /** Objects without a row, and uploads that were not removed after their picture stood. */
  orphans: number;
}

export interface Stores {
  mongodbUri: string;
  temporalAddress: string;
  taskQueue: string;
  objects: ObjectStore;
}

/** Claims of uploads that never became an entry are reaped when they are an hour old. */
const claimLifeMs = 2 * 3600_000;

/**
 * Waits until every row is finished, or `withinMs` have passed; then makes all claims old enough to be reaped (their date is set back in
 * the database, which is all that an hour would change), has the reaper run, and counts.
 */
export async function takeCensus(clients: PhotoClients, stores: Stores, withinMs: number): Promise<Census> {
  const { objects, taskQueue } = stores;
  const ownerId = await clients.ownerId;
  const mongo = await mongoose.createConnection(stores.mongodbUri).asPromise();
  const connection = await Connection.connect({ address: stores.temporalAddress });
  try {
    const store = createStore(mongo, () => new Date());
    const client = new Client({ connection });
    const rows = () => store.photos.allOf(ownerId, 10_000, null);
    const isFinished = (row: { state: string }) => row.state === 'analyzed';
    await eventually(async () => (await rows()).every(isFinished), withinMs).catch(() => undefined); // What did not end is counted.

    await mongo.collection('objectClaims').updateMany({}, { $set: { createdAt: new Date(Date.now() - claimLifeMs) } });
    await client.workflow.execute(photoWorkflows.reap.name, {
      workflowId: `${photoWorkflows.reap.id()}-${taskQueue}`,
      taskQueue,
      args: [{ batches: 10, removed: 0 }],
    });

    const entries = await rows();
    const ids = new Set(entries.map(({ id }) => id));
    const pictures = new Set<string>();
    let runs = 0;
    for (const { id } of entries) {
      const picture = await objects.read(`photos/${id}/picture.jpg`).catch(() => Buffer.from(id));
      pictures.add(createHash('sha256').update(picture).digest('hex'));
      runs += await runsOf(client, photoWorkflows.analyze.id(id));
    }
    let orphans = 0;
    for await (const key of objects.list('')) {
      const [, id = '', file = ''] = key.split('/');
      if (!ids.has(id) || file === 'original') orphans += 1;
    }
    const unfinished = entries.filter((row) => !isFinished(row)).length;
    const missing = clients.acknowledged.filter(({ id }) => !ids.has(id)).length;
    return {
      photos: clients.acknowledged.length + clients.gaveUp,
      answers: { ...clients.answers },
      finishedLater: clients.acknowledged.filter(({ id, finished }) => !finished && ids.has(id)).length - unfinished,
      gaveUp: clients.gaveUp,
      lost: unfinished + missing,
      duplicated: entries.length - pictures.size + (runs - entries.length),
      orphans,
    };
  } finally {
    await connection.close();
    await mongo.close();
  }
}

/** What differs from what is expected of any fault, in words: nothing lost, doubled or left behind, and no answer that was not foreseen. */
export function differencesOf(census: Census, expected: { photos: number; answers: readonly string[] }): string[] {
  const { photos, lost, duplicated, orphans, answers } = census;
  const counts = Object.entries({ lost, duplicated, orphans }).filter(([, count]) => count !== 0);
  return [
    ...(photos === expected.photos ? [] : [`${photos} of ${expected.photos} photos came to an end`]),
    ...counts.map(([what, count]) => `${count} ${what}`),
    ...Object.keys(answers)
      .filter((status) => !expected.answers.includes(status))
      .map((status) => `${answers[status] ?? 0} times ${status}`),
  ];
}
