import type { Document } from 'mongodb';
import { ask, openPalate, signUp, type House } from '../palate';
import { eat, waitingPhoto, type Log, type View } from './logOf';

jest.setTimeout(60_000);

/** What is marked is found again, the one marked last first, whatever day it is of. */
let house: House;
let url: string;
beforeAll(async () => {
  house = await openPalate('favourites');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
});
afterAll(() => house.close());

const meals = async (ownerId: string, count: number) => {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1)
    ids.push(
      await eat(house, ownerId, new Date(Date.parse('2026-03-01T07:30:00Z') + i * 86_400_000), {
        name: `meal ${i}`,
        kcal: 100,
      }),
    );
  return ids;
};
const mark = (token: string, id: string, method = 'PUT') =>
  ask<View>(url, method, `/history/${id}/favourite`, { token });
const favourites = async (token: string, query = '') =>
  (await ask<Log>(url, 'GET', `/favourites${query}`, { token })).body;
const idsOf = ({ items }: Log) => items.map(({ id }) => id);

it('are listed in the order they were marked, and told in every answer', async () => {
  const { token, id } = await signUp(url);
  const [a, b, c] = (await meals(id, 3)) as [string, string, string];
  for (const one of [b, c, a]) {
    const { status, body } = await mark(token, one);
    expect([status, body.id, body.favourite, body.revision]).toEqual([200, one, true, 2]);
    house.time.passedMs += 1000;
  }
  expect(idsOf(await favourites(token))).toEqual([a, c, b]);
  const log = await ask<Log>(url, 'GET', '/history', { token });
  expect(log.body.items.map(({ favourite }) => favourite)).toEqual([true, true, true]);

  expect((await mark(token, c, 'DELETE')).body).toMatchObject({ id: c, favourite: false, revision: 3 });
  expect(idsOf(await favourites(token))).toEqual([a, b]);
  expect((await ask<View>(url, 'GET', `/history/${c}`, { token })).body.favourite).toBe(false);
});

it('are marked once: a repeat changes neither place nor revision', async () => {
  const { token, id } = await signUp(url);
  const [a, b] = (await meals(id, 2)) as [string, string];
  await mark(token, a);
  house.time.passedMs += 1000;
  await mark(token, b);
  house.time.passedMs += 1000;
  expect((await mark(token, a)).body).toMatchObject({ favourite: true, revision: 2 });
  expect(idsOf(await favourites(token))).toEqual([b, a]);
  await mark(token, b, 'DELETE');
  expect((await mark(token, b, 'DELETE')).body).toMatchObject({ favourite: false, revision: 3 });
});

it('are paged, and filter the log', async () => {
  const { token, id } = await signUp(url);
  const ids = await meals(id, 7);
  const marked = [ids[5]!, ids[0]!, ids[3]!, ids[2]!];
  // All in one moment: the id decides.
  for (const one of marked) await mark(token, one);
  const first = await favourites(token, '?limit=3');
  const rest = await favourites(token, `?limit=3&cursor=${first.nextCursor}`);
  expect([...idsOf(first), ...idsOf(rest)]).toEqual([...marked].reverse());
  expect(rest.nextCursor).toBeNull();

  const log = async (query: string) => (await ask<Log>(url, 'GET', `/history?favourite=true${query}`, { token })).body;
  expect(idsOf(await log(''))).toEqual([ids[5], ids[3], ids[2], ids[0]]);
  expect(idsOf(await log('&from=2026-03-03&to=2026-03-04'))).toEqual([ids[3], ids[2]]);
  const page = await log('&limit=2');
  expect(idsOf(await log(`&cursor=${page.nextCursor}`))).toEqual([ids[2], ids[0]]);
  expect((await ask(url, 'GET', `/history?cursor=${first.nextCursor}`, { token })).status).toBe(400);
});

it('stay while they wait for a name, are gone with a deleted entry, and a copy is none', async () => {
  const { token, id } = await signUp(url);
  const waiting = await waitingPhoto(house, id, '2026-03-01T07:30:00Z');
  const [meal] = (await meals(id, 1)) as [string];
  await mark(token, waiting);
  await mark(token, meal);
  const copy = await ask<View>(url, 'POST', `/history/${meal}/copy`, { token });
  expect(copy.body.favourite).toBe(false);
  await ask(url, 'DELETE', `/history/${meal}`, { token });
  expect(idsOf(await favourites(token))).toEqual([waiting]);
  expect((await mark(token, meal)).status).toBe(404);
});

it('are nobody else’s', async () => {
  const { token, id } = await signUp(url);
  const other = await signUp(url);
  const [meal] = (await meals(id, 1)) as [string];
  await mark(token, meal);
  for (const method of ['PUT', 'DELETE']) {
    expect((await mark(other.token, meal, method)).status).toBe(404);
    expect((await ask(url, method, `/history/${meal}/favourite`)).status).toBe(401);
  }
  expect(idsOf(await favourites(other.token))).toEqual([]);
  expect(idsOf(await favourites(token))).toEqual([meal]);
  expect((await ask(url, 'GET', '/favourites')).status).toBe(401);
});

it('are read without the rest of a long log', async () => {
  const { id } = await signUp(url);
  const [meal] = (await meals(id, 1)) as [string];
  const rows = house.mongo.collection<{ _id: string }>('entries');
  const row = (await rows.findOne({ _id: meal }))!;
  await rows.insertMany(
    Array.from({ length: 500 }, (_, i) => ({
      ...row,
      _id: i.toString(16).padStart(24, '0'),
      consumedAt: new Date(Date.parse('2025-01-01T00:00:00Z') + i * 3_600_000),
      favouriteAt: i % 50 === 0 ? new Date(Date.parse('2026-01-01T00:00:00Z') - i) : null,
    })),
  );
  const db = house.mongo.db!;
  await db.command({ profile: 2 });
  const found = [
    await house.store.photos.listFavourites(id, 20, null),
    await house.store.photos.listLog(id, 20, null, { from: null, until: null, favourite: true }),
  ];
  await db.command({ profile: 0 });
  expect(found.map(({ length }) => length)).toEqual([10, 10]);
  const queries = await db
    .collection('system.profile')
    .find<Document>({ ns: `${db.databaseName}.entries`, op: 'query' })
    .toArray();
  expect(queries).toHaveLength(2);
  for (const { keysExamined, hasSortStage } of queries) {
    expect(keysExamined).toBeLessThan(15);
    expect(hasSortStage).toBeUndefined();
  }
});
