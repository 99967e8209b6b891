/**
 * `npm run bench:export`: in how much memory the export of an account goes out to a client that reads slowly, and how long others wait for
 * `/health/live` meanwhile.
 *
 * The real process (`dist/main.js`, role `all`) on real engines; the log is written into MongoDB directly. ENTRIES (default 50,000) sets how
 * many meals it has, VERSIONS (default 0) how many earlier figures each, RATE (default 1,000,000) how many bytes a second the client reads.
 */
import mongoose from 'mongoose';
import { fillLog } from '../../test/e2e/longLog';
import { readSlowly } from '../../test/e2e/slowReader';
import { expectAtMost, percentile } from '../figures';
import { startPalate } from '../palate';
import { watchResident } from '../resident';
import { run } from '../run';

const entries = Number(process.env.ENTRIES ?? 50_000);
const versions = Number(process.env.VERSIONS ?? 0);
const rate = Number(process.env.RATE ?? 1_000_000);
const mebibyte = 1_048_576;

async function main(): Promise<void> {
  const palate = await startPalate({});
  const mongo = await mongoose.createConnection(palate.mongodbUri, { autoIndex: false }).asPromise();
  try {
    const response = await fetch(`${palate.url}/api/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'bench-export@example.com', password: 'Correct-horse-1' }),
    });
    const { id, access_token: token } = (await response.json()) as { id: string; access_token: string };
    await fillLog(mongo, id, entries, versions);

    const watched = await watchResident(palate.child);
    const reading = readSlowly(`${palate.url}/api/auth/export`, token, rate);
    const over = new AbortController();
    const waits: number[] = [];
    const asking = (async () => {
      while (!over.signal.aborted) {
        const askedAt = performance.now();
        await (await fetch(`${palate.url}/health/live`)).text();
        waits.push(performance.now() - askedAt);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const { bytes, seconds } = await reading;
    over.abort();
    await asking;
    const { before, most } = await watched.stop();
    const grown = (most - before) / mebibyte;
    const longest = Math.max(...waits);
    console.log(
      `${entries} entries with ${versions} earlier versions: ${(bytes / mebibyte).toFixed(0)} MiB in ${seconds.toFixed(1)} s; ` +
        `resident memory ${(before / mebibyte).toFixed(0)} MiB before, ${grown.toFixed(0)} MiB more at most; ` +
        `/health/live p50 ${percentile(waits, 50).toFixed(1)} ms, p99 ${percentile(waits, 99).toFixed(1)} ms, at most ${longest.toFixed(0)} ms.`,
    );
    expectAtMost('An export', grown, 64, 'MiB more');
    expectAtMost('/health/live beside an export', longest, 200, 'ms');
  } finally {
    await mongo.close();
    await palate.stop();
  }
}

run(main);
