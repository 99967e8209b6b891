import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { faults } from '../doubles/doubleServer';
import { HuggingFaceDouble } from '../doubles/huggingFace';
import { eventually } from '../eventually';
import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../integration/engines';
import { ask, photoForm, signUp } from '../integration/palate';
import { picture } from '../integration/photos/meals';
import { startPalateProcess, type PalateProcess } from './palateProcess';

/** How whole processes begin and end. */
it('a trainer serves its health and its numbers until it is told to end', async () => {
  const trainer = await startPalateProcess({
    mongodbUri: freshDatabaseUri('trainer'),
    temporalAddress: temporalAddress(),
    role: 'trainer',
  });
  expect(await (await fetch(`${trainer.metricsUrl}/health/live`)).json()).toEqual({ status: 'live' });
  expect(await (await fetch(`${trainer.metricsUrl}/metrics`)).text()).toContain('palate_launch_backlog 0');
  expect(await (await fetch(`${trainer.metricsUrl}/health`)).json()).toMatchObject({
    status: 'healthy',
    role: 'trainer',
    parts: { mongodb: { status: 'up' }, temporal: { status: 'up' } },
    degraded: [],
  });
  await expect(fetch(`${trainer.url}/health`)).rejects.toThrow();
  expect(await trainer.stop()).toBe(0);
}, 120_000);

interface Part {
  status: 'up' | 'degraded' | 'down';
}

it('a worker by itself says what it could not set up in Temporal, in its health and its numbers', async () => {
  const worker = await startPalateProcess({
    mongodbUri: freshDatabaseUri('worker'),
    temporalAddress: temporalAddress(),
    role: 'worker',
    // In which nothing can be made.
    env: { TEMPORAL_NAMESPACE: 'there-is-no-such-namespace' },
  });
  const health = await eventually(async () => {
    const answer = (await (await fetch(`${worker.metricsUrl}/health`)).json()) as { parts: Record<string, Part> };
    // It is tried last; until then nothing is known to be missing.
    return answer.parts.schedules?.status === 'down' && answer.parts;
  });
  expect(health).toMatchObject({
    mongodb: { status: 'up' },
    worker: { status: 'down' },
    search_attributes: { status: 'down', without: expect.stringContaining('all else works') as string },
    schedules: { status: 'down' },
  });
  const numbers = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
  expect(numbers).toContain('palate_worker_setup_missing{part="search_attributes"} 1');
  expect(numbers).toContain('palate_worker_setup_missing{part="schedules"} 1');
  expect(await worker.stop()).toBe(0);
}, 120_000);

it('SIGTERM with a photo under way: ends in time and in order, and the next process finishes the photo', async () => {
  const classifier = await new HuggingFaceDouble().start();
  const home = await mkdtemp(path.join(os.tmpdir(), 'palate-roles-'));
  const where = {
    mongodbUri: freshDatabaseUri('sigterm'),
    temporalAddress: temporalAddress(),
    home,
    env: { TEMPORAL_TASK_QUEUE: freshTaskQueue('sigterm'), HF_SPACE_URL: classifier.endpointUrl, PREDICT_WAIT_MS: '0' },
  };
  const processes: PalateProcess[] = [];
  try {
    const first = await startPalateProcess(where);
    processes.push(first);
    const { token } = await signUp(first.url);
    classifier.next(faults.hang());
    const form = photoForm(await picture(7));
    const taken = await ask<{ id: string }>(first.url, 'POST', '/predict', { token, form });
    expect(taken.status).toBe(202);
    await eventually(() => Promise.resolve(classifier.received.length === 1));

    const asked = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(15_000);
    expect(first.output.join('')).not.toContain('a part did not stop cleanly');

    const second = await startPalateProcess(where);
    processes.push(second);
    const entry = await eventually(async () => {
      const { body } = await ask(second.url, 'GET', `/photos/${taken.body.id}`, { token });
      return body.status === 'analyzed' && body;
    }, 60_000);
    expect(entry).toMatchObject({ inference_source: 'huggingface_space' });
    expect(await second.stop()).toBe(0);
  } finally {
    for (const one of processes) await one.kill();
    await classifier.stop();
    await rm(home, { recursive: true, force: true });
  }
}, 240_000);
