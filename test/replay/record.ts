/**
 * Records the histories that `test/replay` replays: `npm run replay:record -- <version>`. Run it with the code **before** a change of
 * workflows; a history that is there is never overwritten.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Client, Connection } from '@temporalio/client';
import sharp from 'sharp';
import { startPalate } from '../../bench/palate';
import { faults } from '../doubles/doubleServer';
import { FooddataDouble } from '../doubles/fooddata';
import { HuggingFaceDouble } from '../doubles/huggingFace';
import { eventually } from '../eventually';

const folder = path.join(__dirname, 'histories');
const version = process.argv[2] ?? '';
if (version === '') throw new Error('Name the version that the histories come from: npm run replay:record -- 0.1.0');

const short = {
  PHOTO_CLASSIFY_RETRY_MS: '50',
  PHOTO_CLASSIFY_ATTEMPTS: '2',
  PHOTO_REASK_MS: '300',
  PHOTO_REASK_MAX_MS: '600',
  CIRCUIT_OPEN_MS: '500',
};

/** A Palate of its own with an account, and what it takes to make a run go its way and to keep its history. */
async function openRecorder(env: Record<string, string>) {
  const { drawMeal } = await import('../../scripts/drawMeal.mjs');
  const palate = await startPalate({ ...short, ...env });
  const connection = await Connection.connect({ address: palate.temporalAddress });
  const client = new Client({ connection });
  let seed = 100;
  const ask = async (method: string, target: string, body?: FormData | string, token?: string) => {
    const response = await fetch(palate.url + target, {
      method,
      ...(body !== undefined && { body }),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(typeof body === 'string' && { 'content-type': 'application/json' }),
      },
    });
    return (await response.json()) as { id: string; access_token: string; status: string };
  };
  const person = { email: `recorder-${Date.now()}@example.com`, password: 'Correct-horse-1' };
  const { access_token: token } = await ask('POST', '/api/auth/register', JSON.stringify(person));
  const file = (name: string) => path.join(folder, `${name}.${version}.json`);

  return {
    client,
    token,
    ask,
    draw: () => drawMeal('pizza', (seed += 1)),
    async send(bytes: Buffer, caption?: string) {
      const form = new FormData();
      if (caption !== undefined) form.append('caption', caption);
      form.append('photo', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), 'meal.jpg');
      return ask('POST', '/predict', form, token);
    },
    async predict(caption?: string) {
      return this.send(await this.draw(), caption);
    },
    async save(name: string, workflowId: string) {
      if (existsSync(file(name))) {
        console.log(`${name}: is there already, left as it is`);
        return;
      }
      const handle = client.workflow.getHandle(workflowId);
      await handle.result().catch(() => undefined);
      await this.write(name, workflowId);
    },
    async write(name: string, workflowId: string) {
      await writeFile(file(name), exported(await client.workflow.getHandle(workflowId).fetchHistory()));
      console.log(`${name}: recorded`);
    },
    async close() {
      await connection.close();
      await palate.stop();
    },
  };
}

/** One classifier and no food data. */
async function recordPhotos(): Promise<void> {
  const classifier = await new HuggingFaceDouble().start();
  const recorder = await openRecorder({ HF_SPACE_URL: classifier.endpointUrl });
  const { client, ask, token } = recorder;
  try {
    await recorder.save('accepted', `photo:${(await recorder.predict()).id}`);

    classifier.answers([{ label: 'pizza', score: 0.2 }]);
    await recorder.save('rejected', `photo:${(await recorder.predict()).id}`);
    await recorder.save('captioned', `photo:${(await recorder.predict('two boiled eggs')).id}`);

    classifier.answers(HuggingFaceDouble.pizza).next(faults.loading(0.2));
    await recorder.save('loading', `photo:${(await recorder.predict()).id}`);

    classifier.always(faults.status(500));
    const waiting = await recorder.predict();
    await ask('PATCH', `/history/${waiting.id}`, JSON.stringify({ food: 'an apple' }), token);
    await recorder.save('needs-label-then-corrected', `photo:${waiting.id}`);
    for await (const run of client.workflow.list({ query: `WorkflowType = 'correctEntry'` }))
      await recorder.save('correction', run.workflowId);

    const outage = await recorder.predict();
    classifier.always(null);
    await recorder.save('through-an-outage', `photo:${outage.id}`);

    const whole = await recorder.draw();
    await recorder.send(whole.subarray(0, whole.length / 2));
    await eventually(async () => {
      for await (const run of client.workflow.list({
        query: `WorkflowType = 'analyzePhoto' AND PalateState = 'failed'`,
      })) {
        await recorder.save('unreadable', run.workflowId);
        return true;
      }
      return false;
    });

    const form = new FormData();
    form.append('image', new Blob([new Uint8Array(await recorder.draw())], { type: 'image/jpeg' }), 'meal.jpg');
    await recorder.save('upload', `photo:${(await ask('POST', '/upload', form, token)).id}`);

    await client.workflow.execute('reapEntries', {
      workflowId: 'reap-recorded',
      taskQueue: 'palate',
      args: [{ batches: 10, removed: 0 }],
    });
    await recorder.save('reaped', 'reap-recorded');

    const { id } = await ask('GET', '/api/auth/me', undefined, token);
    await ask('DELETE', '/api/auth/me', undefined, token);
    // Its late look comes after a quarter of an hour; the history up to the receipt is what matters.
    const erasing = client.workflow.getHandle(`erase:${id}`);
    await eventually(async () => {
      const history = await erasing.fetchHistory().catch(() => null); // launched after the answer
      return (history?.events ?? []).filter((event) => event.timerStartedEventAttributes).length >= 2;
    });
    if (!existsSync(path.join(folder, `erased.${version}.json`))) await recorder.write('erased', `erase:${id}`);
  } finally {
    await recorder.close();
    await classifier.stop();
  }
}

/** Two classifiers in a chain, their circuits, food data that goes and comes back, and a picture sent twice. */
async function recordChains(): Promise<void> {
  const [first, second] = [await new HuggingFaceDouble().start(), await new HuggingFaceDouble().start()];
  const fooddata = await new FooddataDouble().start();
  const recorder = await openRecorder({
    HF_SPACE_URL: first.endpointUrl,
    ML_SERVICE_URL: second.endpointUrl,
    FDC_BASE_URL: fooddata.baseUrl,
    FDC_API_KEY: 'recorder',
  });
  try {
    first.always(faults.status(500));
    await recorder.save('fallback', `photo:${(await recorder.predict()).id}`);

    // Enough failures for both circuits to open; the next photo finds them open and waits until they are not.
    second.always(faults.status(500));
    for (let photos = 0; photos < 5; photos += 1) await recorder.predict();
    const paused = await recorder.predict();
    first.always(null);
    second.always(null);
    await recorder.save('breaker', `photo:${paused.id}`);

    await recorder.ask('GET', '/foods/barcode/012345678905', undefined, recorder.token);
    await recorder.save('barcode-found', 'barcode:00012345678905');
    fooddata.always(faults.status(500));
    await recorder.ask('GET', '/foods/barcode/4006381333931', undefined, recorder.token);
    await recorder.save('barcode-away', 'barcode:04006381333931');

    // Of which no figures are kept yet.
    first.answers([{ label: 'ramen', score: 0.9 }]);
    const provisional = await recorder.predict();
    fooddata.always(null);
    await recorder.save('self-correction', `photo:${provisional.id}`);

    const picture = await recorder.draw();
    await recorder.send(picture);
    const again = await sharp(picture).resize(800).jpeg({ quality: 60 }).toBuffer();
    await recorder.save('duplicate', `photo:${(await recorder.send(again)).id}`);
  } finally {
    await recorder.close();
    await Promise.all([first.stop(), second.stop(), fooddata.stop()]);
  }
}

async function main(): Promise<void> {
  await mkdir(folder, { recursive: true });
  await recordPhotos();
  await recordChains();
}

/** Without stack traces: they matter to nobody's replay and name folders of the machine. */
const exported = (history: Parameters<typeof historyToJSON>[0]): string =>
  `${historyToJSON(history).replace(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""')}\n`;

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
