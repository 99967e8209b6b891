/**
 * Records the histories that `test/replay` replays: `npm run replay:record -- <version>`. Run it with the code **before** a change of
 * workflows; a history that is there is never overwritten.
 */
import { mkdir } from 'node:fs/promises';
import sharp from 'sharp';
import { mealWorkflows } from '../../src/messages/meals';
import { faults } from '../doubles/doubleServer';
import { FooddataDouble } from '../doubles/fooddata';
import { HuggingFaceDouble } from '../doubles/huggingFace';
import { OpenAiDouble, openAiError } from '../doubles/openai';
import { eventually } from '../eventually';
import { recordBranches } from './recordBranches';
import { recordContext } from './recordContext';
import { folder, openRecorder } from './recorder';

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
    await recorder.saveErasure('erased', id);
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

/** The catalogue, embedded by a model that is there, and by one that asks for patience first. */
async function recordMeals(): Promise<void> {
  const openai = await new OpenAiDouble().start();
  const recorder = await openRecorder({
    OPENAI_API_KEY: 'recorder',
    OPENAI_BASE_URL: openai.baseUrl,
    MEAL_EMBED_SWEEP_MS: '100',
  });
  const add = (name: string) =>
    recorder.ask('POST', '/api/v1/meals', JSON.stringify({ name, mealType: 'lunch' }), recorder.token);
  const embedded = async (name: string, meals: number) => {
    await eventually(() => Promise.resolve(openai.askedToEmbed.length >= meals));
    await recorder.save(name, mealWorkflows.embed.id());
  };
  try {
    await add('Soup of the recorder');
    await embedded('embedded', 1);
    openai.next(openAiError(429, 'tokens', 'rate_limit_exceeded', { 'retry-after': '3' }));
    await add('Stew of the recorder');
    await embedded('embedded-late', 2);
  } finally {
    await recorder.close();
    await openai.stop();
  }
}

async function main(): Promise<void> {
  await mkdir(folder, { recursive: true });
  await recordPhotos();
  await recordChains();
  await recordMeals();
  await recordContext();
  await recordBranches();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
