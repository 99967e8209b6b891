/**
 * `npm run bench:photos`: what Palate adds to a classifier's own time, and how many photos a second it takes.
 *
 * The real process (`dist/main.js`, role `all`) on real engines; classifier and food data are doubles on real sockets. Photos are posted
 * to Palate and, in turn with them, to the classifier directly, so that both see the same state of the machine.
 * PHOTOS (default 60) sets how many of each.
 */
import { Connection, Client } from '@temporalio/client';
import { HuggingFaceDouble } from '../../test/doubles/huggingFace';
import { FooddataDouble } from '../../test/doubles/fooddata';
import { startPalate } from '../palate';
import { percentile, table } from '../figures';

const photos = Number(process.env.PHOTOS ?? 60);
const width = 8;

interface Timed {
  ms: number;
  id: string | null;
}

async function timed(work: () => Promise<string | null>): Promise<Timed> {
  const started = performance.now();
  const id = await work();
  return { ms: performance.now() - started, id };
}

async function main(): Promise<void> {
  const { drawMeal } = await import('../../scripts/drawMeal.mjs');
  const classifier = await new HuggingFaceDouble().start();
  const fooddata = await new FooddataDouble().start();
  const palate = await startPalate({
    HF_SPACE_URL: classifier.endpointUrl,
    FDC_API_KEY: 'bench',
    FDC_BASE_URL: fooddata.baseUrl,
    RATE_LIMIT_MAX: '1000000',
  });
  try {
    const pictures = await Promise.all(Array.from({ length: photos * 2 + 10 }, (_, seed) => drawMeal('pizza', seed)));
    const toPalate = async (picture: Buffer): Promise<string> => {
      const form = new FormData();
      form.append('photo', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'meal.jpg');
      const response = await fetch(`${palate.url}/predict`, { method: 'POST', body: form });
      const body = (await response.json()) as { id: string; status: string };
      if (response.status !== 200 || body.status !== 'analyzed')
        throw new Error(`${response.status} ${JSON.stringify(body)}`);
      return body.id;
    };
    const toClassifier = async (picture: Buffer): Promise<null> => {
      const response = await fetch(classifier.endpointUrl, {
        method: 'POST',
        body: new Uint8Array(picture),
        headers: { 'content-type': 'image/jpeg' },
      });
      await response.json();
      return null;
    };

    for (const picture of pictures.slice(0, 10)) await toPalate(picture); // warm-up

    const rows: string[][] = [
      ['classifier', 'direct p50', 'Palate p50', 'p95', 'added p50', 'added p95', `photos/s at ${width}`, 'direct/s'],
    ];
    let measured: string[] = [];
    for (const [round, latencyMs] of [0, 200].entries()) {
      classifier.latencyMs = latencyMs;
      const mine: Timed[] = [];
      const direct: Timed[] = [];
      for (const picture of pictures.slice(10 + round * photos, 10 + (round + 1) * photos)) {
        direct.push(await timed(() => toClassifier(picture)));
        mine.push(await timed(() => toPalate(picture)));
      }
      const added = mine.map(({ ms }, i) => ms - (direct[i]?.ms ?? 0));
      const rate = await throughput(pictures.slice(10, 10 + photos), toPalate);
      const directRate = await throughput(pictures.slice(10, 10 + photos), toClassifier);
      measured = measured.concat(mine.flatMap(({ id }) => id ?? []));
      const ms = (values: number[], p: number) => `${percentile(values, p).toFixed(0)} ms`;
      const times = (list: Timed[]) => list.map((one) => one.ms);
      rows.push([
        `${latencyMs} ms`,
        ms(times(direct), 50),
        ms(times(mine), 50),
        ms(times(mine), 95),
        ms(added, 50),
        ms(added, 95),
        rate.toFixed(1),
        directRate.toFixed(1),
      ]);
    }
    console.log(table(rows));
    console.log(`\nHops (activities) per photo: ${await hops(palate.temporalAddress, measured)}`);
  } finally {
    await palate.stop();
    await Promise.all([classifier.stop(), fooddata.stop()]);
  }
}

/** Requests a second with `width` under way at once. */
async function throughput(pictures: Buffer[], post: (picture: Buffer) => Promise<unknown>): Promise<number> {
  const waiting = [...pictures];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let picture = waiting.pop(); picture; picture = waiting.pop()) await post(picture);
    }),
  );
  return pictures.length / ((performance.now() - started) / 1000);
}

/** `least–most` activities scheduled in the histories of these photos. */
async function hops(address: string, ids: string[]): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const counts = await Promise.all(
      ids.slice(0, 20).map(async (id) => {
        const { events } = await client.workflow.getHandle(`photo:${id}`).fetchHistory();
        return (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes).length;
      }),
    );
    return `${Math.min(...counts)}–${Math.max(...counts)} (${counts.length} histories)`;
  } finally {
    await connection.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
