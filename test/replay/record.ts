/**
 * Records the histories that `test/replay` replays: `npm run replay:record -- <version>`. Run it with the code **before** a change of
 * workflows; a history that is there is never overwritten.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Client, Connection } from '@temporalio/client';
import { startPalate } from '../../bench/palate';
import { faults } from '../doubles/doubleServer';
import { HuggingFaceDouble } from '../doubles/huggingFace';
import { eventually } from '../eventually';

const folder = path.join(__dirname, 'histories');

async function main(): Promise<void> {
  const version = process.argv[2];
  if (!version) throw new Error('Name the version that the histories come from: npm run replay:record -- 0.1.0');
  const { drawMeal } = await import('../../scripts/drawMeal.mjs');
  const classifier = await new HuggingFaceDouble().start();
  const palate = await startPalate({
    HF_SPACE_URL: classifier.endpointUrl,
    PHOTO_CLASSIFY_RETRY_MS: '50',
    PHOTO_CLASSIFY_ATTEMPTS: '2',
    PHOTO_REASK_MS: '300',
    PHOTO_REASK_MAX_MS: '600',
  });
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
  const predict = async (token: string, caption?: string, damaged = false) => {
    const form = new FormData();
    if (caption !== undefined) form.append('caption', caption);
    const bytes = new Uint8Array(await drawMeal('pizza', (seed += 1)));
    form.append(
      'photo',
      new Blob([damaged ? bytes.subarray(0, bytes.length / 2) : bytes], { type: 'image/jpeg' }),
      'meal.jpg',
    );
    return ask('POST', '/predict', form, token);
  };
  const save = async (name: string, workflowId: string) => {
    const file = path.join(folder, `${name}.${version}.json`);
    if (existsSync(file)) {
      console.log(`${name}: is there already, left as it is`);
      return;
    }
    const handle = client.workflow.getHandle(workflowId);
    await handle.result().catch(() => undefined);
    await writeFile(file, exported(await handle.fetchHistory()));
    console.log(`${name}: recorded`);
  };

  try {
    await mkdir(folder, { recursive: true });
    const person = { email: `recorder-${Date.now()}@example.com`, password: 'Correct-horse-1' };
    const { access_token: token } = await ask('POST', '/api/auth/register', JSON.stringify(person));

    await save('accepted', `photo:${(await predict(token)).id}`);

    classifier.answers([{ label: 'pizza', score: 0.2 }]);
    await save('rejected', `photo:${(await predict(token)).id}`);
    await save('captioned', `photo:${(await predict(token, 'two boiled eggs')).id}`);

    classifier.answers(HuggingFaceDouble.pizza).next(faults.loading(0.2));
    await save('loading', `photo:${(await predict(token)).id}`);

    classifier.always(faults.status(500));
    const waiting = await predict(token);
    await ask('PATCH', `/history/${waiting.id}`, JSON.stringify({ food: 'an apple' }), token);
    await save('needs-label-then-corrected', `photo:${waiting.id}`);
    for await (const run of client.workflow.list({ query: `WorkflowType = 'correctEntry'` }))
      await save('correction', run.workflowId);

    const outage = await predict(token);
    classifier.always(null);
    await save('through-an-outage', `photo:${outage.id}`);

    await predict(token, undefined, true);
    await eventually(async () => {
      for await (const run of client.workflow.list({
        query: `WorkflowType = 'analyzePhoto' AND PalateState = 'failed'`,
      })) {
        await save('unreadable', run.workflowId);
        return true;
      }
      return false;
    });

    const form = new FormData();
    form.append('image', new Blob([new Uint8Array(await drawMeal('eggs', 1))], { type: 'image/jpeg' }), 'meal.jpg');
    await save('upload', `photo:${(await ask('POST', '/upload', form, token)).id}`);

    await client.workflow.execute('reapEntries', {
      workflowId: 'reap-recorded',
      taskQueue: 'palate',
      args: [{ batches: 10, removed: 0 }],
    });
    await save('reaped', 'reap-recorded');

    const { id } = await ask('GET', '/api/auth/me', undefined, token);
    await ask('DELETE', '/api/auth/me', undefined, token);
    // Its late look comes after a quarter of an hour; the history up to the receipt is what matters.
    const erasing = client.workflow.getHandle(`erase:${id}`);
    await eventually(async () => {
      const history = await erasing.fetchHistory().catch(() => null); // launched after the answer
      return (history?.events ?? []).filter((event) => event.timerStartedEventAttributes).length >= 2;
    });
    await writeFile(path.join(folder, `erased.${version}.json`), exported(await erasing.fetchHistory()));
    console.log('erased: recorded');
  } finally {
    await connection.close();
    await palate.stop();
    await classifier.stop();
  }
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
