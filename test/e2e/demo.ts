import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eventually } from '../eventually';
import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../integration/engines';
import { startPalateProcess } from './palateProcess';

/** `npm run demo` as a user runs it: a program of its own against a server of its own, without a classifier. */
const script = path.join(__dirname, '..', '..', 'scripts', 'demo.mjs');

export async function demo(url: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [script, url], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FLASK_AI_BASE_URL: '', ...env },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

export async function startShown(env: Record<string, string> = {}, namespace = 'default') {
  const mongodbUri = freshDatabaseUri('demo');
  const taskQueue = freshTaskQueue('demo');
  const palate = await startPalateProcess({
    mongodbUri,
    temporalAddress: temporalAddress(),
    namespace,
    env: { TEMPORAL_TASK_QUEUE: taskQueue, ...env },
  });
  // A worker that is still on its way would be told of as degraded.
  await eventually(
    async () => ((await (await fetch(`${palate.url}/health`)).json()) as { status: string }).status === 'healthy',
  );
  return { ...palate, mongodbUri, taskQueue };
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
