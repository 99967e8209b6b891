import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createConnection } from 'mongoose';
import { reapId } from '../../src/messages/photos';
import { eventually } from '../eventually';
import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../integration/engines';
import { openPeople } from './people';
import { freePort, startPalateProcess } from './palateProcess';

/** `npm run demo` as a user runs it: a program of its own against a server of its own, without a classifier. */
const script = path.join(__dirname, '..', '..', 'scripts', 'demo.mjs');

async function demo(url: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [script, url], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FLASK_AI_BASE_URL: '', ...env },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

async function startShown(env: Record<string, string> = {}) {
  const mongodbUri = freshDatabaseUri('demo');
  const taskQueue = freshTaskQueue('demo');
  const palate = await startPalateProcess({
    mongodbUri,
    temporalAddress: temporalAddress(),
    env: { TEMPORAL_TASK_QUEUE: taskQueue, ...env },
  });
  // A worker that is still on its way would be told of as degraded.
  await eventually(
    async () => ((await (await fetch(`${palate.url}/health`)).json()) as { status: string }).status === 'healthy',
  );
  return { ...palate, mongodbUri, taskQueue };
}

/** What the Palate that is shown has in its namespace, and the demo's own must not touch. */
async function inNamespace<T>(look: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: temporalAddress() });
  return look(new Client({ connection })).finally(() => connection.close());
}
const scheduleQueue = () =>
  inNamespace(async ({ schedule }) => (await schedule.getHandle(reapId).describe()).action.taskQueue);
const openRunsOfDemos = () =>
  inNamespace(
    async ({ workflow }) =>
      (await workflow.count("TaskQueue STARTS_WITH 'palate-demo-' AND ExecutionStatus = 'Running'")).count,
  );

const from = (said: string, title: string) => said.split(/\n\d+\. /).find((part) => part.startsWith(title)) ?? '';

function expectOutageAndReplay(said: string): void {
  expect(from(said, 'A change')).toMatch(/version \d+ is there: cooking may take 20 minutes/);
  expect(from(said, 'Someone of support')).toMatch(/demo-support-\w+@example\.com has the role support/);
  const [, due, has] = /server_error: 2 attempts; version (\d+) is due, the ML service has (\d+)/.exec(
    from(said, 'The ML service is down'),
  )!;
  expect(Number(due)).toBe(Number(has) + 1);
  expect(from(said, 'It is up again')).toContain(`version ${due} is there: cooking may take 45 minutes`);
  expect(from(said, 'The failed list')).toContain('nothing of this account is on it');
}

it('walks the main job to its end', async () => {
  const palate = await startShown();
  try {
    const engines = { MONGODB_URI: palate.mongodbUri, TEMPORAL_ADDRESS: temporalAddress() };
    const { code, said } = await demo(palate.url, engines);
    expect(`${code}\n${said}`).toMatch(/^0\n/);
    const steps = said.split(/\n\d+\. /);
    expect(steps).toHaveLength(20);
    const [health, captioned, , bare, corrected, item, resent, remembered, half, words, log, deleted] = steps;
    expect(health).toContain(`${palate.url}: healthy`);
    expect(captioned).toMatch(/pizza: [\d.]+ g \(caption\) → [\d.]+ kcal/i);
    expect(captioned).toMatch(/milk: [\d.]+ g .*→ [\d.]+ kcal/i);
    expect(captioned).toMatch(/picture: http/);
    expect(bare).toMatch(/needs_label: \S/);
    expect(corrected).toMatch(/egg.*→ [\d.]+ kcal/i);
    expect(corrected).toMatch(/toast.*→ [\d.]+ kcal/i);
    const kcal = (text: string | undefined) => Number(/in all ([\d.]+) kcal/.exec(text ?? '')?.[1]);
    expect(kcal(item)).toBeGreaterThan(kcal(corrected));
    expect(resent).toMatch(/Is it the same meal\?/);
    expect(remembered).toMatch(/named by: memory/);
    expect(remembered).toMatch(/egg.*\(memory\)/i);
    expect(kcal(half) / kcal(item)).toBeCloseTo(0.5, 1);
    expect(words).toMatch(/: [\d.]+ kcal on \d{4}-\d\d-\d\d/);
    expect(log?.trim().split('\n').length).toBeGreaterThanOrEqual(3);
    expect(deleted).toContain('its picture now answers 404');
    expect(steps.at(-1)).toMatch(/\/erasures\/[0-9a-f]{24}: (running|done)/);

    // What needs an ML service is shown on a Palate of the demo's own, of which nothing stays.
    expect(from(said, 'A second Palate')).toMatch(/http:\/\/127\.0\.0\.1:\d+: it goes/);
    expectOutageAndReplay(said);
    expect(from(said, 'An account that is erased')).toMatch(/has forgotten it\n.*: done/);
    const connection = await createConnection(palate.mongodbUri).asPromise();
    try {
      const { databases } = await connection.db!.admin().listDatabases({ nameOnly: true });
      expect(databases.filter(({ name }) => name.startsWith('palate-demo-'))).toEqual([]);
    } finally {
      await connection.close();
    }
    expect(await scheduleQueue()).toBe(palate.taskQueue);
    expect(await openRunsOfDemos()).toBe(0);
  } finally {
    await palate.stop();
  }
}, 90_000);

it('says why a second Palate cannot be started, and goes on', async () => {
  const palate = await startShown();
  try {
    const { code, said } = await demo(palate.url, {
      MONGODB_URI: '',
      PALATE_HOME: path.join(__dirname, 'no-such-home'),
    });
    expect(`${code}\n${said}`).toMatch(/^0\n/);
    expect(from(said, 'A second Palate')).toMatch(/^.*\n +not shown: Palate has never run on .*npm start first/);
    expect(from(said, 'The account is erased')).toMatch(/\/erasures\//);
  } finally {
    await palate.stop();
  }
}, 90_000);

describe('with an ML service that it plays itself', () => {
  let shown: Awaited<ReturnType<typeof startShown>>;
  let both: Record<string, string>;
  let quick: Record<string, string>;
  beforeAll(async () => {
    both = { FLASK_AI_BASE_URL: `http://127.0.0.1:${await freePort()}`, INTERNAL_HMAC_SECRET: 'a secret of the demo' };
    quick = { CONTEXT_SYNC_MAX_ATTEMPTS: '2', CONTEXT_SYNC_RETRY_MS: '200', CONTEXT_SYNC_DEBOUNCE_MS: '200' };
    shown = await startShown({ ...both, ...quick });
  }, 60_000);
  afterAll(() => shown.stop());

  it('shows a change, an outage, the failed list and a replay, and leaves nobody behind', async () => {
    const { code, said } = await demo(shown.url, { ...both, MONGODB_URI: shown.mongodbUri });
    expect(`${code}\n${said}`).toMatch(/^0\n/);
    expectOutageAndReplay(said);
    const erased = from(said, 'The account is erased');
    expect(erased).toMatch(/demo-support-\w+@example\.com lost the role and is erased too/);
    expect(erased).toContain('the ML service has forgotten it');
    expect(erased).toMatch(/\/erasures\/[0-9a-f]{24}: done/);

    const people = await openPeople(shown.mongodbUri);
    try {
      // Both are gone for good, or on their way.
      await eventually(async () => (await people.store.accounts.list({ limit: 10 })).length === 0, 30_000);
    } finally {
      await people.close();
    }
  }, 150_000);

  it('goes on without support where the database is not', async () => {
    const elsewhere = { ...both, MONGODB_URI: freshDatabaseUri('demo-elsewhere') };
    const { code, said } = await demo(shown.url, elsewhere);
    expect(`${code}\n${said}`).toMatch(/^0\n/);
    expect(from(said, 'A change')).toMatch(/cooking may take 20 minutes/);
    expect(from(said, 'Someone of support')).toMatch(/not shown, as the database is not here: No account has demo-/);
    expect(said).not.toContain('failed list');
    expect(from(said, 'The account is erased')).toContain('the ML service has forgotten it');
  }, 150_000);

  it('says that the secrets differ', async () => {
    const { code, said } = await demo(shown.url, { ...both, INTERNAL_HMAC_SECRET: 'another secret' });
    expect(`${code}\n${said}`).toMatch(/^0\n/);
    expect(from(said, 'A change')).toContain('signed by another secret');
  }, 150_000);

  it('plays the ML service on this machine alone', async () => {
    const { code, said } = await demo(shown.url, { ...both, FLASK_AI_BASE_URL: 'http://ml.example.com' });
    expect(`${code}\n${said}`).toMatch(/^0\n/);
    expect(from(said, 'A change')).toContain('not shown: FLASK_AI_BASE_URL leads to another machine');
  }, 150_000);
});

it('says what to do where nothing answers', async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const { code, said } = await demo(nowhere);
  expect(code).toBe(1);
  expect(said).toBe(
    `Nothing answers at ${nowhere}. Start Palate with \`npm start\` first, or name the server: npm run demo -- http://host:port\n`,
  );
}, 20_000);
