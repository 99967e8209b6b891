/**
 * `npm run bench:photos`: what Palate adds to a classifier's own time, and how many photos a second it takes.
 *
 * The real process (`dist/main.js`, role `all`) on real engines; classifier and food data are doubles on real sockets. Photos are posted
 * to Palate and, in turn with them, to the classifier directly, so that both see the same state of the machine.
 * With `-- --main <dist/main.js of another version>` instead the two versions in turn, and what each costs while it is idle.
 * PHOTOS (default 60) sets how many of each. Then who names a food, and what that costs; and the energy of plates of known weight
 * (PALATE_TEST_DATA).
 */
import path from 'node:path';
import { Connection, Client } from '@temporalio/client';
import sharp from 'sharp';
import { mealOfGrams } from '../../src/ml/foods';
import { partsOf } from '../../test/ml/knownFoods';
import { faults } from '../../test/doubles/doubleServer';
import { truthPlates } from '../../test/ml/truthPlates';
import { HuggingFaceDouble } from '../../test/doubles/huggingFace';
import { FooddataDouble } from '../../test/doubles/fooddata';
import { startPalate } from '../palate';
import { percentile, table } from '../figures';
import { run } from '../run';
import { besides } from './beside';
import { addressOf, post, postToClassifier, throughput, timed, width, type Timed } from './posting';

const photos = Number(process.env.PHOTOS ?? 60);
/** Photos of each way of the chain. */
const chainPhotos = 30;

async function main(): Promise<void> {
  const at = process.argv.indexOf('--main');
  if (at < 0) await measure();
  else console.log(await besides(path.resolve(process.argv[at + 1] ?? ''), photos));
}

async function measure(): Promise<void> {
  const { drawMeal } = await import('../../scripts/drawMeal.mjs');
  const classifier = await new HuggingFaceDouble().start();
  const second = await new HuggingFaceDouble().start();
  const fooddata = await new FooddataDouble().start();
  const palate = await startPalate({
    HF_SPACE_URL: classifier.endpointUrl,
    FDC_API_KEY: 'bench',
    FDC_BASE_URL: fooddata.baseUrl,
    ML_SERVICE_URL: second.endpointUrl,
    RATE_LIMIT_MAX: '1000000',
    TRUST_PROXY: '1',
  });
  try {
    const pictures = await Promise.all(Array.from({ length: photos * 2 + 10 }, (_, seed) => drawMeal('pizza', seed)));
    const toPalate = async (picture: Buffer): Promise<string> => (await post(palate.url, picture)).id;
    const toClassifier = (picture: Buffer) => postToClassifier(classifier.endpointUrl, picture);

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
      const rate = await throughput(pictures.slice(10, 10 + photos), (picture, person) =>
        post(palate.url, picture, null, addressOf(person)),
      );
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
    console.log(`\nHops (activities) per photo: ${await hops(palate.temporalAddress, measured)}\n`);

    classifier.latencyMs = 0;
    const account = await signUp(palate.url);
    const ways: string[][] = [['who names the food', 'p50', 'p95', 'named by']];
    const way = async (name: string, bytes: readonly Buffer[], token: string | null) => {
      const sent: (Timed & { by: string })[] = [];
      for (const picture of bytes) {
        const started = performance.now();
        const { id, inference_source: by } = await post(palate.url, picture, token);
        sent.push({ ms: performance.now() - started, id, by });
      }
      const times = sent.map(({ ms }) => ms);
      const by = [...new Set(sent.map((one) => one.by))].join(', ');
      ways.push([name, `${percentile(times, 50).toFixed(0)} ms`, `${percentile(times, 95).toFixed(0)} ms`, by]);
      return sent;
    };
    const fresh = (from: number, kind: 'salad' | 'pizza' = 'salad') =>
      Promise.all(Array.from({ length: chainPhotos }, (_, at) => drawMeal(kind, from + at)));
    const turned = (degrees: number) => (bytes: Buffer) =>
      sharp(bytes).rotate(degrees, { background: '#8a6f52' }).resize(960, 720).jpeg().toBuffer();

    await way('the first classifier, nobody signed in', await fresh(10_000), null);
    const seen = await way('the first classifier, an account without corrections', await fresh(11_000), account);
    for (const { id } of seen) await correct(palate.url, id ?? '', account);
    await way(
      `the first classifier, an account with ${chainPhotos} corrected pictures`,
      await fresh(12_000, 'pizza'),
      account,
    );
    const again = async (degrees: number) => Promise.all((await fresh(11_000)).map(turned(degrees)));
    await way('memory before the first classifier: the corrected plates, turned', await again(8), account);
    classifier.always(faults.status(402));
    await way('the second classifier, the first known to refuse', await fresh(13_000), null);
    second.always(faults.status(402));
    await way('memory, both classifiers known to refuse', await again(12), account);
    console.log(table(ways));
    console.log(truthTable());
  } finally {
    await palate.stop();
    await Promise.all([classifier.stop(), second.stop(), fooddata.stop()]);
  }
}

async function signUp(url: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `bench-${Date.now()}@example.com`, password: 'Correct-horse-1' }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function correct(url: string, id: string, token: string): Promise<void> {
  const response = await fetch(`${url}/history/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ food: 'lentil soup' }),
  });
  if (!response.ok) throw new Error(`A correction was answered ${response.status}`);
}

/** Energy of plates of known weight against what their makers measured, where the reference photos are. */
function truthTable(): string {
  const plates = truthPlates();
  if (plates === null)
    return '\nPlates of known energy: skipped, set PALATE_TEST_DATA to the folder that holds photos/.';
  const rows = plates.map(({ file, grams, kcal, seen }) => {
    const { totals, interval } = mealOfGrams(partsOf(seen), grams);
    const estimate = totals.kcal ?? Number.NaN;
    return [
      file,
      `${grams} g`,
      kcal.toFixed(0),
      estimate.toFixed(0),
      `${interval.low.toFixed(0)}–${interval.high.toFixed(0)}`,
      `±${((50 * (interval.high - interval.low)) / estimate).toFixed(0)} %`,
      interval.low <= kcal && kcal <= interval.high ? 'yes' : 'no',
    ];
  });
  return `\n${table([['plate', 'weight', 'true kcal', 'estimate', 'interval', 'width', 'holds the truth'], ...rows])}`;
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

run(main);
