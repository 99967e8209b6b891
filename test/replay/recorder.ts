import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Client, Connection } from '@temporalio/client';
import { startPalate } from '../../bench/palate';
import { eventually } from '../eventually';

export const folder = path.join(__dirname, 'histories');
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
export async function openRecorder(env: Record<string, string>) {
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
  const isThere = (name: string) => {
    if (existsSync(file(name))) console.log(`${name}: is there already, left as it is`);
    return existsSync(file(name));
  };
  const write = async (name: string, workflowId: string, runId?: string) => {
    await writeFile(file(name), exported(await client.workflow.getHandle(workflowId, runId).fetchHistory()));
    console.log(`${name}: recorded`);
  };

  return {
    client,
    temporalAddress: palate.temporalAddress,
    isThere,
    url: palate.url,
    mongodbUri: palate.mongodbUri,
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
    /** Of a run that ends, and may not have begun yet. */
    async save(name: string, workflowId: string) {
      if (isThere(name)) return;
      const handle = client.workflow.getHandle(workflowId);
      await eventually(() => handle.describe().catch(() => null));
      await handle.result().catch(() => undefined);
      await write(name, workflowId);
    },
    /** Of a run as it stands, or of one of the runs under its id. */
    async keep(name: string, workflowId: string, runId?: string) {
      if (!isThere(name)) await write(name, workflowId, runId);
    },
    /** Up to the receipt: its late look comes after a quarter of an hour. */
    async saveErasure(name: string, ownerId: string) {
      const erasing = client.workflow.getHandle(`erase:${ownerId}`);
      await eventually(async () => {
        const history = await erasing.fetchHistory().catch(() => null); // launched after the answer
        return (history?.events ?? []).filter((event) => event.timerStartedEventAttributes).length >= 2;
      });
      await this.keep(name, erasing.workflowId);
    },
    async close() {
      await connection.close();
      await palate.stop();
    },
  };
}

/** Without stack traces: they matter to nobody's replay and name folders of the machine. */
const exported = (history: Parameters<typeof historyToJSON>[0]): string =>
  `${historyToJSON(history).replace(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""')}\n`;
