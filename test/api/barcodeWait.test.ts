import { z } from 'zod';
import { findProduct } from '../../src/api/foods/barcode';
import type { FoodDeps } from '../../src/api/foods/deps';
import { problem } from '../../src/api/errors';
import { json } from '../../src/api/route';
import { problemOf, startShell } from './shell';

test('a look-up by bar code is waited for 15 seconds where nothing else is said', async () => {
  const waits: number[] = [];
  const deps = {
    store: { foods: { barcodes: { find: () => Promise.resolve(undefined) } } },
    settings: { fdcApiKey: 'key' },
    joint: { ask: (_run: unknown, withinMs: number) => (waits.push(withinMs), Promise.resolve(null)) },
  };
  const look = (more: Partial<FoodDeps> = {}) =>
    findProduct({ ...deps, ...more } as unknown as FoodDeps, '00012345678905', () => Promise.resolve());
  await expect(look()).rejects.toThrow('still being looked up');
  await expect(look({ barcodeWaitMs: 300 })).rejects.toThrow('still being looked up');
  expect(waits).toEqual([15_000, 300]);
});

test('a scan at a server without a key is told so, and is no failure in the log', async () => {
  const deps = {
    store: { foods: { barcodes: { find: () => Promise.resolve(undefined) } } },
    settings: { fdcApiKey: null },
  } as unknown as FoodDeps;
  const shared = { method: 'get', access: 'public', responses: { 200: z.unknown() } } as const;
  const shell = await startShell(
    [
      json({ ...shared, path: '/scan', summary: 'Scan' }, () =>
        findProduct(deps, '00012345678905', () => Promise.resolve()),
      ),
      json({ ...shared, path: '/away', summary: 'Away' }, () => {
        throw problem('unavailable');
      }),
    ],
    { app: { checkAnswers: false } },
  );
  const scanned = await shell.call('get', '/scan');
  expect([scanned.status, (await problemOf(scanned)).detail]).toEqual([503, expect.stringContaining('FDC_API_KEY')]);
  await shell.call('get', '/away');
  await shell.close();
  const of = (route: string) => shell.lines.find((line) => line.route === route);
  expect(of('/scan')).toMatchObject({ level: 30, status: 503, msg: 'request' });
  expect(of('/scan')).not.toHaveProperty('err');
  expect(of('/away')).toMatchObject({ level: 50, msg: 'request failed', err: { type: 'HttpProblem' } });
});
