import { z } from 'zod';
import { blockOf } from '../../../src/api/middleware/limiter';
import { json } from '../../../src/api/route';
import { startShell, type Shell } from '../../api/shell';
import { openShellStore, type ShellDatabase } from './database';

const max = 100;
const now = new Date('2030-01-01T12:00:10Z');
const clock = () => now;
const routes = () => [
  json({ method: 'get', path: '/x', access: 'user', summary: 'x', responses: { 200: z.null() } }, () => null),
];

let databases: ShellDatabase[];
let replicas: Shell[];
beforeEach(async () => {
  const first = await openShellStore('limits', clock);
  databases = [first];
  replicas = [];
  for (let i = 0; i < 2; i += 1) {
    replicas.push(await startShell(routes(), { deps: { clock, store: first.store }, settings: { rateLimitMax: max } }));
  }
});
afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await Promise.all(databases.map((database) => database.drop()));
});

/** Statuses of `count` requests of one account, `atOnce` at a time, to both replicas in turn. */
const ask = async (count: number, atOnce: number, as = 'ann') => {
  const found: number[] = [];
  for (let sent = 0; sent < count; sent += atOnce) {
    const answers = Array.from({ length: atOnce }, async (_unused, index) => {
      const response = await replicas[(sent + index) % replicas.length]!.call('get', '/x', { as });
      await response.arrayBuffer();
      return response.status;
    });
    found.push(...(await Promise.all(answers)));
  }
  return found;
};

test.each([1, 20, 100])(
  'two replicas, %i at once: nobody refused early, at most a block each too many',
  async (atOnce) => {
    const statuses = await ask(300, atOnce);
    const served = statuses.filter((status) => status === 200).length;
    console.log(`served ${served} of a limit of ${max} with two replicas, ${atOnce} at once`);
    expect(served).toBeGreaterThanOrEqual(max);
    expect(served).toBeLessThanOrEqual(max + 2 * blockOf(max));
    expect(statuses.indexOf(429)).toBeGreaterThanOrEqual(Math.max(0, max - atOnce));
    expect(new Set(statuses.slice(-atOnce))).toEqual(new Set([429]));
    // Another account is not touched.
    expect(new Set(await ask(10, 2, 'sue'))).toEqual(new Set([200]));
  },
);

test('the count of all replicas lies in one row, and goes with its window', async () => {
  await ask(60, 10);
  const rows = await databases[0]!.connection
    .collection<{ _id: string; count: number; expiresAt: Date }>('rate_limits')
    .find()
    .toArray();
  expect(rows).toHaveLength(1);
  expect(rows[0]!._id).toMatch(/^general\|account:a{24}\|\d+$/);
  expect(rows[0]!.expiresAt.toISOString()).toBe('2030-01-01T12:02:00.000Z');
});

test('without MongoDB requests are served, counted by each replica', async () => {
  await databases[0]!.connection.close();
  const statuses = await ask(240, 20);
  const served = statuses.filter((status) => status === 200).length;
  expect(served).toBe(2 * max);
  expect(statuses.every((status) => status === 200 || status === 429)).toBe(true);
  databases = [];
});
