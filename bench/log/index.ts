/**
 * `npm run bench:log`: how long the summary of a log takes, and how fast, and in how much memory, the log goes out as a table.
 *
 * The real process (`dist/main.js`, role `all`) on real engines; the log is written into MongoDB directly. Each answer is read whole.
 * ENTRIES (default 50,000) sets how many the table has, CALLS (default 200) how many summaries are measured.
 */
import mongoose from 'mongoose';
import { newId } from '../../src/store/ids';
import { fillLog } from '../../test/e2e/longLog';
import { percentile, table } from '../figures';
import { startPalate } from '../palate';
import { watchResident } from '../resident';
import { run } from '../run';

const entries = Number(process.env.ENTRIES ?? 50_000);
const calls = Number(process.env.CALLS ?? 200);
const mealsADay = 5;
const dayMs = 86_400_000;
const mebibytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(0)} MiB`;

async function main(): Promise<void> {
  const palate = await startPalate({ RATE_LIMIT_MAX: '1000000' });
  const mongo = await mongoose.createConnection(palate.mongodbUri, { autoIndex: false }).asPromise();
  try {
    const signUp = async (): Promise<{ id: string; token: string }> => {
      const response = await fetch(`${palate.url}/api/auth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: `bench-${newId()}@example.com`, password: 'Correct-horse-1' }),
      });
      const { id, access_token: token } = (await response.json()) as { id: string; access_token: string };
      await fetch(`${palate.url}/api/auth/profile`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ time_zone: 'Europe/Berlin', daily_calories: 2000 }),
      });
      return { id, token };
    };
    const get = (path: string, token: string) =>
      fetch(palate.url + path, { headers: { authorization: `Bearer ${token}` } });

    const eater = await signUp();
    await fillLog(mongo, eater.id, 366 * mealsADay);
    const rows: string[][] = [['summary of', 'meals', 'p50', 'p95']];
    for (const days of [7, 90, 366]) {
      const from = new Date(Date.now() - (days - 1) * dayMs).toISOString().slice(0, 10);
      const times: number[] = [];
      for (let call = 0; call < calls + 20; call += 1) {
        const started = performance.now();
        const response = await get(`/history/summary?from=${from}`, eater.token);
        const body = (await response.json()) as { days: unknown[] };
        if (call >= 20) times.push(performance.now() - started); // the first warm it up
        if (response.status !== 200 || body.days.length < days) throw new Error(`${response.status}`);
      }
      rows.push([
        `${days} days`,
        String(days * mealsADay),
        `${percentile(times, 50).toFixed(1)} ms`,
        `${percentile(times, 95).toFixed(1)} ms`,
      ]);
    }
    console.log(table(rows));

    const collector = await signUp();
    await fillLog(mongo, collector.id, entries);
    const watched = await watchResident(palate.child);
    const started = performance.now();
    const response = await get('/history.csv', collector.token);
    let bytes = 0;
    let lines = 0;
    for await (const chunk of response.body ?? []) {
      const part = chunk as Uint8Array;
      bytes += part.length;
      for (const byte of part) if (byte === 10) lines += 1;
    }
    const seconds = (performance.now() - started) / 1000;
    const { before, most } = await watched.stop();
    if (lines !== entries + 1) throw new Error(`${lines} lines for ${entries} entries`);
    console.log(
      `\n${entries} entries as a table: ${mebibytes(bytes)} in ${seconds.toFixed(1)} s, ${(entries / seconds).toFixed(0)} rows/s; ` +
        `resident memory ${mebibytes(before)} before, ${mebibytes(most)} at most.`,
    );
  } finally {
    await mongo.close();
    await palate.stop();
  }
}

run(main);
