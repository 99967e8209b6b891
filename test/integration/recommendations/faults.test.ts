import { freshMs } from '../../../src/api/recommendations/states';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultParameters } from '../../../src/ml/recommend/models/defaults';
import { menuFiles } from '../../ml/recommend/cuisines';
import { artefactOf } from '../../ml/recommend/serving/served';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { readsOf } from '../reads';
import { processing, serveVersion, trained, type Trained } from './trained';

jest.setTimeout(60_000);

/** What is served when artefacts are damaged, copies are, and versions move. */
interface Answered {
  version: number;
  notes: string[];
  detail: string;
  recommendations: { id: string }[];
}
const { interactions } = menuFiles({ users: 80, perUser: 8 });
const { ease, itemKnn } = defaultParameters;

let house: House;
let url: string;
let ann: Awaited<ReturnType<typeof signUp>>;
let [first, second]: Buffer[] = [];

beforeAll(async () => {
  house = await openPalate('models');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
  ann = await signUp(url);
  [first, second] = [await artefactOf({ interactions }, ease), await artefactOf({ interactions }, itemKnn)];
});
afterAll(() => house.close());

const from = (at: string, { id }: Trained) =>
  ask<Answered>(at, 'GET', `/project/${id}/recommendations?user_id=u1`, { token: ann.token });
const withFlippedByte = (bytes: Buffer): Buffer => {
  const other = Buffer.from(bytes);
  const at = Math.floor(other.length / 2);
  other[at] = other[at]! ^ 1;
  return other;
};
const project = async (bytes: Buffer): Promise<Trained> => trained(house, ann.id, 'collaborative', bytes);
/** Artefacts that no other test has, so that no cache knows them. */
let seeds = 0;
const fresh = () => artefactOf({ interactions: `${interactions}\nu1,extra-${(seeds += 1)}` }, ease);
const damage = async ({ key }: { key: string }, bytes: Buffer) =>
  house.objects.put(key, withFlippedByte(bytes), { contentType: 'application/octet-stream' });
const corruptLoads = async (at: string) => {
  const { body } = await ask<{ text: string }>(at, 'GET', '/metrics');
  return Number(/^palate_model_corrupt_total (\d+)/m.exec(body.text)?.[1]);
};

const promisedMs = 1_000;
it('a promoted version is served by every replica within a second, and so is the one before it after a rollback', async () => {
  const { url: other } = await house.start({ PALATE_ROLE: 'api' });
  const one = await project(first!);
  for (const at of [url, other]) expect((await from(at, one)).body.version).toBe(1);
  /** How long after the move a request began that another version answered. How long requests take, on a machine that others share, is no part of it. */
  const lastWithAnother = async (version: number) => {
    const movedMs = performance.now();
    const lastOn = async (at: string) => {
      let lastMs = 0;
      await eventually(async () => {
        const begunMs = performance.now() - movedMs;
        if ((await from(at, one)).body.version === version) return true;
        lastMs = begunMs;
        return false;
      });
      return lastMs;
    };
    return Math.max(...(await Promise.all([url, other].map(lastOn))));
  };
  await serveVersion(house, one, second!);
  expect(await lastWithAnother(2)).toBeLessThan(promisedMs);
  const { body: now } = await from(url, one);
  await house.store.transaction((session) =>
    house.store.projects.rollBack(
      one.id,
      ann.id,
      [1, 2],
      { version: 1, algorithm: 'ease', quality: 'unproven' },
      session,
    ),
  );
  expect(await lastWithAnother(1)).toBeLessThan(promisedMs);
  expect((await from(url, one)).body.recommendations).not.toEqual(now.recommendations);
});

it('a damaged artefact is never served: the version before it is, with a note and a count', async () => {
  const [good, bad] = [await fresh(), await fresh()];
  const one = await project(good);
  const before = await corruptLoads(url);
  const version = await serveVersion(house, one, bad);
  await damage(version, bad);
  const { status, body } = await from(url, one);
  expect([status, body.version, body.notes]).toEqual([200, 1, ['The file of version 2 is damaged, so version 1 is served in its place. Train the project again to replace it.']]); // prettier-ignore
  expect((await from(url, one)).body).toEqual(body);
  // Numbers are collected at most once in two seconds.
  await eventually(async () => (await corruptLoads(url)) === before + 1);
});

it('an artefact that is missing counts as damaged, and without another version a sentence says what to do', async () => {
  const bytes = await fresh();
  const one = await processing(house, ann.id, 'collaborative');
  const { key } = await serveVersion(house, one, bytes);
  await house.objects.remove(key);
  const { status, body } = await from(url, one);
  expect([status, body.detail]).toEqual([503, `The file of this project's model is damaged. Train the project again: POST /project/${one.id}/train.`]); // prettier-ignore
  const items = await ask(url, 'GET', `/project/${one.id}/items`, { token: ann.token });
  expect(items.status).toBe(503);
});

it('a damaged copy on the disk is fetched again; a good one is read without the object store', async () => {
  const bytes = await fresh();
  const one = await processing(house, ann.id, 'collaborative');
  const { sha256, key } = await serveVersion(house, one, bytes);
  const { body: answered } = await from(url, one);
  const copy = path.join(house.home, 'cache', 'models', sha256);
  expect(await readFile(copy)).toEqual(bytes);

  await writeFile(copy, withFlippedByte(bytes));
  const restarted = await house.start({ PALATE_ROLE: 'api' });
  expect((await from(restarted.url, one)).body).toEqual(answered);
  expect(await readFile(copy)).toEqual(bytes);
  expect(await corruptLoads(restarted.url)).toBe(0);

  await house.objects.remove(key);
  const again = await house.start({ PALATE_ROLE: 'api' });
  expect((await from(again.url, one)).body).toEqual(answered);
  const names = await readdir(path.dirname(copy));
  expect(names.filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual([]);
});

it('a model that is larger than the memory for models is refused with a sentence', async () => {
  const bytes = await artefactOf({ interactions: manyItems() }, { ...itemKnn, neighbours: 50 });
  expect(bytes.length).toBeGreaterThan(1_000_000);
  const one = await project(bytes);
  const { url: small } = await house.start({ PALATE_ROLE: 'api', MODEL_MEMORY_MB: '1' });
  const { status, body } = await from(small, one);
  expect([status, body.detail]).toEqual([503, `The model takes ${Math.ceil(bytes.length / 1e6)} MB, and this server holds 1 MB of models. Tell the operator.`]); // prettier-ignore
});

it('a request costs at most one read of the database, and most cost none', async () => {
  const one = await project(await fresh());
  await from(url, one);
  let tookMs = 0;
  const reads = await readsOf(house.mongo, 'projects', async () => {
    const began = performance.now();
    await Promise.all(Array.from({ length: 40 }, () => from(url, one)));
    tookMs = performance.now() - began;
  });
  // What was read is used for half a second.
  expect(reads.length).toBeLessThanOrEqual(2 + Math.floor(tookMs / freshMs));
  expect(reads.length).toBeLessThan(20);
  expect(reads.every(({ docsExamined }) => docsExamined <= 2)).toBe(true);
});

function manyItems(): string {
  const lines = ['user_id,item_id'];
  for (let user = 0; user < 400; user += 1)
    for (let chosen = 0; chosen < 30; chosen += 1) lines.push(`u${user},i${(user * 37 + chosen * 61) % 4_000}`);
  return lines.join('\n');
}
