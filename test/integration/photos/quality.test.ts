import type { Document } from 'mongodb';
import { newId } from '../../../src/store/ids';
import type { Classified } from '../../../src/store/photos/facts';
import { ask, openPalate, signUp, type House } from '../palate';

jest.setTimeout(60_000);

/** How often people call what a classifier named something else. */
interface Quality {
  photos: number;
  food_corrected: number;
  weight_corrected: number;
  share: number | null;
  classifiers: { source: string; model: string; photos: number; food_corrected: number; share: number | null }[];
}

const face: Classified = { source: 'huggingface_space', model: 'nateraw/food', label: 'pizza' };
const dayMs = 86_400_000;

let house: House;
let url: string;
let metricsUrl: string;
let staff: Awaited<ReturnType<typeof signUp>>;
let token: string;
/** A token of now: tests move the clock by days. */
const logIn = async () => {
  const { body } = await ask<{ access_token: string }>(url, 'POST', '/api/auth/login', {
    json: { email: staff.email, password: staff.password },
  });
  token = body.access_token;
};
beforeAll(async () => {
  house = await openPalate('quality');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
  metricsUrl = `${url}/metrics`;
  staff = await signUp(url);
  await house.store.accounts.setRole(staff.email, 'support');
});
beforeEach(async () => {
  await house.mongo.collection('photo_facts').deleteMany({});
  await logIn();
});
afterAll(() => house.close());

const quality = async (query = '') => {
  const { status, body } = await ask<Quality>(url, 'GET', `/api/support/photos/quality${query}`, { token });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
};
const analyzed = async (classified: Classified = face) => {
  const id = newId();
  await house.store.photoFacts.recordAnalyzed(id, classified);
  return id;
};
const corrected = (id: string, what: 'food' | 'weight') => house.store.photoFacts.recordCorrected(id, { what });
const facts = () =>
  house.mongo.collection<Record<string, unknown> & { _id: string }>('photo_facts').find().sort({ _id: 1 }).toArray();

it('is told for all and by classifier', async () => {
  const ids = [];
  for (let i = 0; i < 8; i += 1) ids.push(await analyzed());
  await corrected(ids[0]!, 'food');
  await corrected(ids[1]!, 'food');
  await corrected(ids[2]!, 'weight');
  const other = await analyzed({ source: 'openai', model: 'gpt-4o-mini', label: 'lamb tagine' });
  await corrected(other, 'food');
  expect(await quality()).toMatchObject({
    days: 30,
    photos: 9,
    food_corrected: 3,
    weight_corrected: 1,
    share: 0.3333,
    classifiers: [
      {
        source: 'huggingface_space',
        model: 'nateraw/food',
        photos: 8,
        food_corrected: 2,
        weight_corrected: 1,
        share: 0.25,
      },
      { source: 'openai', model: 'gpt-4o-mini', photos: 1, food_corrected: 1, weight_corrected: 0, share: 1 },
    ],
  });
});

it('of nothing is not known', async () => {
  expect(await quality()).toMatchObject({ photos: 0, share: null, classifiers: [] });
});

it('counts each photo once, however often it is told', async () => {
  const id = await analyzed();
  await Promise.all([1, 2, 3].map(() => house.store.photoFacts.recordAnalyzed(id, { ...face, model: 'a later one' })));
  await corrected(id, 'food');
  await Promise.all([corrected(id, 'food'), corrected(id, 'weight'), corrected(id, 'food')]);
  expect(await quality()).toMatchObject({
    photos: 1,
    food_corrected: 1,
    weight_corrected: 0,
    classifiers: [{ model: 'nateraw/food' }],
  });
});

it('another food is the graver word, whichever comes first', async () => {
  const [a, b] = [await analyzed(), await analyzed()];
  await corrected(a, 'weight');
  await corrected(a, 'food');
  await corrected(b, 'food');
  await corrected(b, 'weight');
  expect(await quality()).toMatchObject({ photos: 2, food_corrected: 2, weight_corrected: 0, share: 1 });
});

it('a correction of what no classifier named is no fact', async () => {
  await corrected(newId(), 'food');
  expect(await facts()).toEqual([]);
});

it('a correction counts to the time of its photo, so that a share is never above 1', async () => {
  const old = await analyzed();
  house.time.passedMs += 40 * dayMs;
  await logIn();
  const young = await analyzed();
  await corrected(old, 'food');
  expect(await quality()).toMatchObject({ photos: 1, food_corrected: 0, share: 0 });
  expect(await quality('?days=60')).toMatchObject({ photos: 2, food_corrected: 1, share: 0.5 });
  await corrected(young, 'food');
  expect(await quality('?days=1')).toMatchObject({ photos: 1, food_corrected: 1, share: 1 });
});

it('facts hold what the classifier said and nothing of a person, and expire', async () => {
  const id = await analyzed();
  await corrected(id, 'food');
  const own = await analyzed({ source: 'memory', model: 'memory', label: 'grandma’s stew' });
  const kept = await facts();
  expect(kept.map((fact) => [fact._id, fact.kind, fact.what, fact.source, fact.model, fact.label])).toEqual([
    ...[
      [`photo.analyzed:${id}`, 'photo.analyzed', null, 'huggingface_space', 'nateraw/food', 'pizza'],
      [`photo.analyzed:${own}`, 'photo.analyzed', null, 'memory', 'memory', null],
    ].sort(([a], [b]) => (a! < b! ? -1 : 1)),
    [`photo.corrected:${id}`, 'photo.corrected', 'food', 'huggingface_space', 'nateraw/food', 'pizza'],
  ]);
  expect(new Set(kept.flatMap((fact) => Object.keys(fact)))).toEqual(
    new Set(['_id', 'kind', 'what', 'source', 'model', 'label', 'at', 'analyzedAt']),
  );
  const indexes = await house.mongo.collection('photo_facts').indexes();
  expect(indexes.find(({ key }) => 'at' in key)?.expireAfterSeconds).toBe(400 * 86_400);
});

it('is counted in the index alone', async () => {
  for (let i = 0; i < 20; i += 1) await corrected(await analyzed(), 'food');
  const db = house.mongo.db!;
  await db.command({ profile: 2 });
  await house.store.photoFacts.quality(new Date(0));
  await db.command({ profile: 0 });
  const [query] = await db
    .collection('system.profile')
    .find<Document>({ ns: `${db.databaseName}.photo_facts` })
    .toArray();
  expect([query?.planSummary, query?.keysExamined, query?.docsExamined]).toEqual([
    expect.stringMatching(/^IXSCAN/),
    40,
    0,
  ]);
});

it('is a number that machines read, at most once a minute', async () => {
  const share = async () =>
    /^palate_photos_corrected_share\{source="huggingface_space"\} (\S+)$/m.exec(
      await (await fetch(metricsUrl)).text(),
    )?.[1];
  house.time.passedMs += 61_000;
  expect(await share()).toBeUndefined();
  house.time.passedMs += 61_000;
  const id = await analyzed();
  await analyzed({ ...face, model: 'another of the same source' });
  expect(await share()).toBe('0');
  await corrected(id, 'food');
  expect(await share()).toBe('0');
  house.time.passedMs += 61_000;
  expect(await share()).toBe('0.5');
});

it('is for support: others are refused', async () => {
  const person = await signUp(url);
  const status = async (who?: string, query = '') =>
    (await ask(url, 'GET', `/api/support/photos/quality${query}`, { token: who })).status;
  expect([await status(), await status(person.token), await status(token)]).toEqual([401, 403, 200]);
  expect([await status(token, '?days=0'), await status(token, '?days=401'), await status(token, '?days=x')]).toEqual([
    400, 400, 400,
  ]);
});
