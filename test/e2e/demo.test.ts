import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { createConnection } from 'mongoose';
import { photoWorkflows } from '../../src/messages/photos';
import { eventually } from '../eventually';
import { freePort } from '../../scripts/engines/network.mjs';
import { freshTaskQueue, temporalAddress } from '../integration/engines';
import { demo, expectOutageAndReplay, expectStudio, from, startShown } from './demo';

/** A namespace nobody else uses: schedules have fixed ids, and are those of the last Palate that was started in one. */
async function makeNamespace(): Promise<string> {
  const connection = await Connection.connect({ address: temporalAddress() });
  const namespace = freshTaskQueue('demo-namespace');
  await connection.workflowService
    .registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') })
    .finally(() => connection.close());
  return namespace;
}

/** What the Palate that is shown has in its namespace, and the demo's own must not touch. */
async function inNamespace<T>(namespace: string, look: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: temporalAddress() });
  return look(new Client({ connection, namespace })).finally(() => connection.close());
}
const scheduleQueue = (namespace: string) =>
  inNamespace(
    namespace,
    async ({ schedule }) => (await schedule.getHandle(photoWorkflows.reap.id()).describe()).action.taskQueue,
  );
const openRunsOfDemos = (namespace: string) =>
  inNamespace(
    namespace,
    async ({ workflow }) =>
      (await workflow.count("TaskQueue STARTS_WITH 'palate-demo-' AND ExecutionStatus = 'Running'")).count,
  );

it('walks the main job to its end', async () => {
  const namespace = await makeNamespace();
  const palate = await startShown({}, { namespace, trainer: true });
  try {
    const engines = {
      MONGODB_URI: palate.mongodbUri,
      TEMPORAL_ADDRESS: temporalAddress(),
      TEMPORAL_NAMESPACE: namespace,
      DEMO_TRAINER_WAIT_S: '',
    };
    const { code, said } = await demo(palate.url, engines);
    expect(`${code}\n${said}`).toMatch(/^0\n/);
    const steps = said.split(/\n\d+\. /);
    expect(steps).toHaveLength(27);
    const [health, captioned, , bare, corrected, item, resent, remembered, half, words, log, deleted] = steps;
    expect(health).toContain(`${palate.url}: healthy`);
    expect(health).toContain('npm run foods:import -- --download survey');
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
    expectStudio(said);
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
    expect(await scheduleQueue(namespace)).toBe(palate.taskQueue);
    // They are listed as ended a moment after they are.
    for (const each of [namespace, 'default']) await eventually(async () => (await openRunsOfDemos(each)) === 0);
  } finally {
    await palate.stop();
  }
}, 130_000);

it('says why a second Palate cannot be started, and that nobody trains, and goes on', async () => {
  const palate = await startShown();
  try {
    const { code, said } = await demo(palate.url, {
      MONGODB_URI: '',
      PALATE_HOME: path.join(__dirname, 'no-such-home'),
    });
    expect(`${code}\n${said}`).toMatch(/^0\n/);
    expect(from(said, 'A second Palate')).toMatch(/^.*\n +not shown: Palate has never run on .*npm start first/);
    expect(from(said, 'The account is erased')).toMatch(/\/erasures\//);
    // Nor is there a trainer.
    expect(from(said, 'Its training')).toMatch(
      /not shown further: nobody has gone on with it for 1 s\. A trainer does that/,
    );
    expect(from(said, 'The project is deleted')).toContain('projects of this account: 0');
  } finally {
    await palate.stop();
  }
}, 130_000);

it('says what to do where nothing answers', async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const { code, said } = await demo(nowhere);
  expect(code).toBe(1);
  expect(said).toBe(
    `Nothing answers at ${nowhere}. Start Palate with \`npm start\` first, or name the server: npm run demo -- http://host:port\n`,
  );
}, 30_000);
