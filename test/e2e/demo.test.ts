import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eventually } from '../eventually';
import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../integration/engines';
import { freePort, startPalateProcess } from './palateProcess';

/** `npm run demo` as a user runs it: a program of its own against a server of its own, without a classifier. */
const script = path.join(__dirname, '..', '..', 'scripts', 'demo.mjs');

async function demo(url: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [script, url], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

it('walks the main job to its end', async () => {
  const palate = await startPalateProcess({
    mongodbUri: freshDatabaseUri('demo'),
    temporalAddress: temporalAddress(),
    env: { TEMPORAL_TASK_QUEUE: freshTaskQueue('demo') },
  });
  try {
    // A worker that is still on its way would be told of as degraded.
    await eventually(
      async () => ((await (await fetch(`${palate.url}/health`)).json()) as { status: string }).status === 'healthy',
    );
    const { code, said } = await demo(palate.url);
    expect(`${code}\n${said}`).toMatch(/^0\n/);
    const steps = said.split(/\n\d+\. /);
    expect(steps).toHaveLength(13);
    const [health, captioned, , bare, corrected, item, resent, remembered, half, words, log, deleted, erased] = steps;
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
    expect(erased).toMatch(/\/erasures\/[0-9a-f]{24}: (running|done)/);
  } finally {
    await palate.stop();
  }
}, 90_000);

it('says what to do where nothing answers', async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const { code, said } = await demo(nowhere);
  expect(code).toBe(1);
  expect(said).toBe(
    `Nothing answers at ${nowhere}. Start Palate with \`npm start\` first, or name the server: npm run demo -- http://host:port\n`,
  );
}, 20_000);
