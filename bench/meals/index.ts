/**
 * `npm run bench:meals`: how fast, and in how much memory, the whole catalogue of meals goes out, what an unchanged one costs, and how long an
 * import takes.
 *
 * The real process (`dist/main.js`, role `all`) on real engines. MEALS (default 50,000) sets how many the catalogue has; each has 256 dense
 * numbers, as a language model makes them. The answer is read whole.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mongoose from 'mongoose';
import { importMeals } from '../../src/imports/meals';
import { createMealStore } from '../../src/store/meals';
import { percentile } from '../figures';
import { startPalate } from '../palate';
import { watchResident } from '../resident';
import { run } from '../run';

const meals = Number(process.env.MEALS ?? 50_000);
const numbers = 256;
const calls = 100;
const rowsAtOnce = 2_000;
const cuisines = ['italian', 'indian', 'mexican', 'thai', 'french', 'turkish'];
const types = ['breakfast', 'lunch', 'dinner', 'snack'];
const mebibytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(0)} MiB`;
const seconds = (from: number) => (performance.now() - from) / 1000;

const line = (n: number) =>
  `m${n},Dish number ${n},${cuisines[n % cuisines.length] ?? ''},${types[n % types.length] ?? ''},${300 + (n % 400)},${n % 40},${20 + (n % 60)},${n % 30},onion|garlic|rice|part ${n % 997},low,30,beginner,oven|stovetop\n`;

async function main(): Promise<void> {
  // The rows get their numbers here, and no run is to take them for its own.
  const palate = await startPalate({ RATE_LIMIT_MAX: '1000000', MEAL_EMBED_SWEEP_MS: '86400000' });
  const mongo = await mongoose.createConnection(palate.mongodbUri, { autoIndex: false }).asPromise();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'palate-bench-'));
  try {
    const person = { email: 'bench@example.com', password: 'Correct-horse-1' };
    const signedUp = await fetch(`${palate.url}/api/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(person),
    });
    const { access_token: token } = (await signedUp.json()) as { access_token: string };
    const get = (target: string, headers: Record<string, string> = {}) =>
      fetch(palate.url + target, { headers: { authorization: `Bearer ${token}`, ...headers } });

    const file = path.join(folder, 'catalogue.csv');
    const head =
      'id,name,cuisine,mealType,calories,protein,carbs,fats,ingredients,costLevel,cookTime,skillLevel,appliances\n';
    await writeFile(file, head + Array.from({ length: meals }, (_, n) => line(n)).join(''));
    const { imports } = createMealStore(mongo);
    const first = await importMeals({ imports, file });
    const again = await importMeals({ imports, file });
    console.log(
      `${first.added} meals imported in ${(first.ms / 1000).toFixed(1)} s; the same file again in ${(again.ms / 1000).toFixed(1)} s, ${again.unchanged} as they were.`,
    );

    const rows = mongo.collection<{ _id: string }>('meals');
    const ids = (await rows.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id);
    for (let from = 0; from < ids.length; from += rowsAtOnce)
      await rows.bulkWrite(
        ids.slice(from, from + rowsAtOnce).map((_id) => ({
          updateOne: {
            filter: { _id },
            update: { $set: { embedding: Buffer.from(Float32Array.from({ length: numbers }, () => Math.random() - 0.5).buffer) } },
          },
        })),
        { ordered: false },
      ); // prettier-ignore

    const watched = await watchResident(palate.child);
    const started = performance.now();
    const response = await get('/api/ml/meals');
    let bytes = 0;
    let found = 0;
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      bytes += (chunk as Uint8Array).length;
      const ends = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('"lastUpdated":');
      found += ends.length - 1;
      rest = ends.at(-1)?.slice(-20) ?? '';
    }
    const took = seconds(started);
    const { before, most } = await watched.stop();
    if (found !== meals || !rest.endsWith(']}')) throw new Error(`${found} meals of ${meals} came`);
    console.log(
      `${meals} meals: ${mebibytes(bytes)} in ${took.toFixed(1)} s, ${(meals / took).toFixed(0)} meals/s; ` +
        `resident memory ${mebibytes(before)} before, ${mebibytes(most)} at most.`,
    );

    const etag = response.headers.get('etag') ?? '';
    const timed = async (target: string, status: number, headers = {}) => {
      const times: number[] = [];
      for (let call = 0; call < calls + 10; call += 1) {
        const begun = performance.now();
        const answer = await get(target, headers);
        await answer.arrayBuffer();
        if (answer.status !== status) throw new Error(`${target} answered ${answer.status}`);
        if (call >= 10) times.push(performance.now() - begun); // the first warm it up
      }
      return `${percentile(times, 50).toFixed(1)} ms (p50), ${percentile(times, 95).toFixed(1)} ms (p95)`;
    };
    await pause(60_000 - (Date.now() % 60_000)); // a new window of the catalogue's limit
    const unchanged: number[] = [];
    for (let call = 0; call < 50; call += 1) {
      const begun = performance.now();
      const answer = await get('/api/ml/meals', { 'if-none-match': etag });
      if (answer.status !== 304) throw new Error(`an unchanged catalogue answered ${answer.status}`);
      if (call >= 10) unchanged.push(performance.now() - begun);
    }
    console.log(
      `Unchanged (304): ${percentile(unchanged, 50).toFixed(1)} ms (p50), ${percentile(unchanged, 95).toFixed(1)} ms (p95).`,
    );
    console.log(`Statistics: ${await timed('/api/ml/meals/stats', 200)}.`);
    console.log(
      `A page of 20: ${await timed('/api/v1/meals', 200)}; by two words: ${await timed('/api/v1/meals?query=garlic%20pa', 200)}.`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
    await mongo.close();
    await palate.stop();
  }
}

run(main);
