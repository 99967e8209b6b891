import mongoose from 'mongoose';
import { watchResident } from '../../../bench/resident';
import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../../integration/engines';
import { signUp } from '../../integration/palate';
import { fillLog } from '../longLog';
import { smallHeap, startPalateProcess, type PalateProcess } from '../palateProcess';
import { readSlowly } from '../slowReader';

/** The smaller sister of `npm run bench:export`, which exports 50,000 entries. */
const mongodbUri = freshDatabaseUri('export');
const entries = 6_000;
let palate: PalateProcess;
beforeAll(async () => {
  palate = await startPalateProcess({
    mongodbUri,
    temporalAddress: temporalAddress(),
    env: { TEMPORAL_TASK_QUEUE: freshTaskQueue('export'), LOG_LEVEL: 'warn', ...smallHeap },
  });
}, 90_000);
afterAll(async () => {
  await palate.stop();
}, 60_000);

it('an export of a long log takes at most 64 MiB for a client that reads a megabyte a second', async () => {
  const mongo = await mongoose.createConnection(mongodbUri, { autoIndex: false }).asPromise();
  const { id, token } = await signUp(palate.url);
  await fillLog(mongo, id, entries);
  const memory = await watchResident(palate.child);
  const read = await readSlowly(`${palate.url}/api/auth/export`, token, 1_000_000);
  const { before, most } = await memory.stop();
  await mongo.dropDatabase();
  await mongo.close();
  expect(read.end).toMatch(/\]\}$/);
  expect(read.bytes).toBeGreaterThan(entries * 1000);
  expect((most - before) / 1_048_576).toBeLessThan(64);
}, 120_000);
