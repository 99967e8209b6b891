import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { eventually } from '../eventually';
import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../integration/engines';
import { startPalateProcess } from './palateProcess';

/** `npm run demo` as a user runs it: a program of its own against a server of its own, without a classifier. */
const script = path.join(__dirname, '..', '..', 'scripts', 'demo.mjs');

export async function demo(url: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [script, url], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FLASK_AI_BASE_URL: '', DEMO_TRAINER_WAIT_S: '1', ...env },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

/** `trainer`: with a trainer beside it, as `npm start` has one. */
export async function startShown(env: Record<string, string> = {}, { namespace = 'default', trainer = false } = {}) {
  const mongodbUri = freshDatabaseUri('demo');
  const taskQueue = freshTaskQueue('demo');
  const home = await mkdtemp(path.join(os.tmpdir(), 'palate-home-'));
  const of = { mongodbUri, temporalAddress: temporalAddress(), namespace, home };
  const all = { TEMPORAL_TASK_QUEUE: taskQueue, TRAIN_BUDGET_S: '1', ...env };
  const palate = await startPalateProcess({ ...of, env: all });
  const beside = trainer ? await startPalateProcess({ ...of, role: 'trainer', env: all }) : null;
  // A worker that is still on its way would be told of as degraded.
  await eventually(
    async () => ((await (await fetch(`${palate.url}/health`)).json()) as { status: string }).status === 'healthy',
  );
  return {
    ...palate,
    mongodbUri,
    taskQueue,
    async stop() {
      await beside?.stop();
      const code = await palate.stop();
      await rm(home, { recursive: true, force: true });
      return code;
    },
  };
}

/** What was said under a title. */
export const from = (said: string, title: string) =>
  said.split(/\n\d+\. /).find((part) => part.startsWith(title)) ?? '';

export function expectOutageAndReplay(said: string): void {
  expect(from(said, 'A change')).toMatch(/version \d+ is there: cooking may take 20 minutes/);
  expect(from(said, 'Someone of support')).toMatch(/demo-support-\w+@example\.com has the role support/);
  const [, due, has] = /server_error: 2 attempts; version (\d+) is due, the ML service has (\d+)/.exec(
    from(said, 'The ML service is down'),
  )!;
  expect(Number(due)).toBe(Number(has) + 1);
  expect(from(said, 'It is up again')).toContain(`version ${due} is there: cooking may take 45 minutes`);
  expect(from(said, 'The failed list')).toContain('nothing of this account is on it');
}

export function expectStudio(said: string): void {
  expect(from(said, 'Two tables')).toMatch(/80 dishes, 160 guests, \d+ likes: project \d+ \(hybrid\) is processing/);
  expect(from(said, 'Its training')).toMatch(/\[#{20}\] 100 %\n +ready: \w+, \w+/);

  const judged = from(said, 'How the candidates were judged');
  const ndcgOf = (name: string) => Number(new RegExp(`${name} +\\w+ +(\\d\\.\\d+) \\(`).exec(judged)?.[1]);
  // There is something to learn in the tables of the demo.
  expect(ndcgOf('challenger')).toBeGreaterThan(1.2 * ndcgOf('popularity'));
  expect(judged).toMatch(/\* challenger/);
  expect(judged).toMatch(/\* is served: \S/);

  const [, ofGuest = '', ofDish = '', ofStranger = ''] = from(said, 'Recommendations, with reasons').split(
    /^ {3}(?=\w)/m,
  );
  for (const list of [ofGuest, ofDish, ofStranger]) expect(list.match(/^ {5}[A-Z][a-z]+ [a-z]+ \((Thai|Italian|Mexican|Baking)\)/gm)).toHaveLength(3); // prettier-ignore
  expect(ofGuest).toMatch(/^user_id=guest-0 \(version 1\)/);
  expect(ofGuest).toMatch(/\): \S/);
  expect(ofDish).toMatch(/^item_title=/);
  expect(ofStranger).toMatch(/note: \S/);

  expect(from(said, 'It is trained again')).toMatch(/version 2: .*\n +version 1: /);
  expect(from(said, 'Rollback')).toMatch(/version 2: .*, (kept|a rollback would serve it)\n +version 1: .*, served/);
  expect(from(said, 'The project is deleted')).toContain('projects of this account: 0');
}
