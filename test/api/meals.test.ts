import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { ownEmbedding } from '../../src/ml/embeddings';
import { catalogueRoutes } from '../../src/api/meals/catalogue';
import type { MealDeps } from '../../src/api/meals/deps';
import { newMealFacts, NewMeal, type Meal } from '../../src/model/meals';
import type { CatalogueSnapshot } from '../../src/store/meals';
import { startShell, type Shell } from './shell';
import { eventually } from '../eventually';

/** The catalogue on a real socket, from a store of the test's own: what MongoDB gives has a test with MongoDB. */
const facts = newMealFacts(NewMeal.parse({ name: 'Soup', mealType: 'dinner' }));
const meal = (n: number): Meal => ({
  ...facts,
  id: String(n).padStart(24, '0'),
  name: `Soup ${n} ${'x'.repeat(1_000)}`,
  embedding: ownEmbedding(facts),
  createdBy: null,
  imageId: null,
  imported: true,
  likeCount: 0,
  revision: 1,
  createdAt: new Date(0),
  updatedAt: new Date(0),
});

const seen = { opened: 0, closed: 0, parts: 0 };
let parts: (size: number) => AsyncIterable<Meal[]>;
const open = (): Promise<CatalogueSnapshot> => {
  seen.opened += 1;
  return Promise.resolve({
    version: 'lineage-7',
    async *meals(size) {
      for await (const part of parts(size)) {
        seen.parts += 1;
        yield part;
      }
    },
    close: () => Promise.resolve(void (seen.closed += 1)),
  });
};
/** `count` parts of `size` meals, then `after`. */
const some = (count: number, after: () => Promise<void> = () => Promise.resolve()) =>
  async function* (size: number): AsyncGenerator<Meal[]> {
    for (let part = 0; part < count; part += 1) {
      await Promise.resolve();
      yield Array.from({ length: size }, (_, n) => meal(part * size + n));
    }
    await after();
  };

let shell: Shell;
beforeAll(async () => {
  const deps = { store: { meals: { catalogue: { open } } }, clock: () => new Date() } as unknown as MealDeps;
  shell = await startShell(catalogueRoutes(deps));
});
afterAll(() => shell.close());
beforeEach(() => Object.assign(seen, { opened: 0, closed: 0, parts: 0 }));

const get = (headers: Record<string, string> = {}, method = 'get') =>
  shell.call(method, '/api/ml/meals', { as: 'ann', headers });
const allClosed = () => eventually(() => Promise.resolve(seen.opened > 0 && seen.closed === seen.opened));

test.each([0, 1, 3])('%d parts are one JSON document with a weak validator and no length', async (count) => {
  parts = some(count);
  const response = await get();
  const body = (await response.json()) as { success: boolean; data: { id: string }[] };
  expect([response.status, body.success, body.data.length]).toEqual([200, true, count * 50]);
  expect(response.headers.get('etag')).toBe('W/"meals-2-lineage-7"');
  expect(response.headers.get('content-length')).toBeNull();
  await allClosed();
});

test.each(['W/"meals-2-lineage-7"', '"meals-2-lineage-7"', '"a", W/"meals-2-lineage-7"', '*'])(
  'who has %s is told so, and no meal is read',
  async (tag) => {
    parts = some(3);
    const response = await get({ 'if-none-match': tag });
    expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([
      304,
      '',
      'W/"meals-2-lineage-7"',
    ]);
    expect(seen.parts).toBe(0);
    await allClosed();
  },
);

test('who has another version, or only asks for the head, gets what is due', async () => {
  parts = some(1);
  expect((await get({ 'if-none-match': 'W/"meals-2-lineage-6"' })).status).toBe(200);
  const head = await get({}, 'head');
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(seen.parts).toBe(1);
  await allClosed();
});

test('a failure in the middle breaks the connection: what came is never taken for the whole', async () => {
  parts = some(2, () => Promise.reject(new Error('the database went away')));
  const response = await get();
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow(/terminated/);
  await allClosed();
  expect(seen.parts).toBe(2);

  // The same, byte by byte: neither a last chunk nor the end of the document.
  const socketEnd = await new Promise<{ text: string; complete: boolean }>((resolve, reject) => {
    const asked = request(`${shell.url}/api/ml/meals`, { headers: { authorization: 'Bearer ann' } }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('error', () => undefined);
      answer.on('close', () => resolve({ text, complete: answer.complete }));
    });
    asked.on('error', reject);
    asked.end();
  });
  expect(socketEnd.complete).toBe(false);
  expect(socketEnd.text).toContain('"name":"Soup 99 ');
  expect(socketEnd.text.endsWith(']}')).toBe(false);
});

test('a failure before the first meal is an answer with a reason, or a broken connection, never an empty catalogue', async () => {
  parts = some(0, () => Promise.reject(new Error('the database went away')));
  await expect(get().then((response) => response.text())).rejects.toThrow();
  await allClosed();
});

test('a client that reads slowly holds the reading back, and one that leaves ends it', async () => {
  let made = 0;
  parts = async function* (size) {
    for (; made < 5_000; made += 1) {
      await Promise.resolve();
      yield Array.from({ length: size }, (_, n) => meal(n));
    }
  };
  const asked = request(`${shell.url}/api/ml/meals`, { headers: { authorization: 'Bearer ann' } });
  asked.on('error', () => undefined);
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  await once(answer, 'readable');
  // Each part is over 50 kB: what is in the buffers of two sockets is some hundred of them.
  let before = -1;
  let looks = 0;
  await eventually(() => {
    looks = made === before ? looks + 1 : 0;
    before = made;
    return Promise.resolve(looks >= 5);
  });
  expect(made).toBeLessThan(1_000);
  answer.destroy();
  await allClosed();
});
