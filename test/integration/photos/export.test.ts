import type { Document } from 'mongodb';
import { exportPages } from '../../../src/api/accounts/export';
import { analysisOfStated } from '../../../src/ml/foods';
import type { Entry } from '../../../src/model/photos';
import { buildIndexes } from '../../../src/store/indexes';
import { newId } from '../../../src/store/ids';
import { ask, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';

jest.setTimeout(60_000);

/** An export is everything, and neither it nor a log of years makes MongoDB read more than a page for a page. */
interface View {
  id: string;
  status: string;
}

let house: House;
beforeAll(async () => {
  house = await openPalate('export');
});
afterAll(() => house.close());

it('an export holds meals, photos, bare uploads and what is left of rejected ones, and nobody else’s', async () => {
  const api = await house.start({ PALATE_ROLE: 'api', PREDICT_WAIT_MS: '100' });
  const { url } = api;
  const { token } = await signUp(url);
  const other = await signUp(url);
  const send = async (target: string, seed: number, who = token) =>
    (await ask<View>(url, 'POST', target, { token: who, form: photoForm(await picture(seed)) })).body.id;
  const meal = await ask<{ meal: View }>(url, 'POST', '/save_meal', { token, json: { name: 'Stew', calories: 420 } });
  const photo = await send('/predict', 1);
  const upload = await send('/upload', 2);
  const rejected = await send('/predict', 3);
  await house.store.photos.beginRejection(rejected, { label: 'pizza', confidence: 0.3, threshold: 0.5 });
  await house.store.photos.bury(rejected, 'hf_rejected');
  const deleted = await send('/predict', 4);
  await house.store.photos.hide(deleted);
  await send('/predict', 5, other.token);

  const { status, body } = await ask<{ log: Entry[] }>(url, 'GET', '/api/auth/export', { token });
  expect(status).toBe(200);
  expect(body.log.map(({ id }) => id)).toEqual([meal.body.meal.id, photo, upload, rejected].sort());
  expect(body.log.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
    'manual analyzed',
    'photo analyzing',
    'photo hf_rejected',
    'upload analyzing',
  ]);
  await api.stop();
});

describe('a log of years', () => {
  const ownerId = newId();
  const entries = 600;
  const pageRows = 20;
  const firstDay = Date.parse('2025-01-01T12:00:00Z');
  /** Runs `work` and gives what MongoDB read for it: keys and rows of each query of the collection. */
  const readBy = async (work: () => Promise<unknown>): Promise<{ keys: number; rows: number; plan: string }[]> => {
    const db = house.mongo.db!;
    await db.command({ profile: 2 });
    try {
      await work();
    } finally {
      await db.command({ profile: 0 });
    }
    const profiled = db.collection('system.profile');
    const found = await profiled.find<Document>({ ns: `${db.databaseName}.entries`, op: 'query' }).toArray();
    await profiled.drop();
    return found.map(({ keysExamined, docsExamined, planSummary }) => ({
      keys: keysExamined as number,
      rows: docsExamined as number,
      plan: planSummary as string,
    }));
  };

  beforeAll(async () => {
    await buildIndexes(house.mongo);
    const meal = await house.store.photos.createMeal({
      id: newId(),
      ownerId,
      caption: null,
      consumedAt: new Date(firstDay),
      consumedAtSource: 'stated',
      analysis: analysisOfStated('Stew', { kcal: 420 }),
    });
    const rows = house.mongo.collection<{ _id: string }>('entries');
    const row = (await rows.findOne({ _id: meal!.id }))!;
    // Ten to a day, and of each kind some.
    const more = Array.from({ length: entries - 1 }, (_, i) => ({
      ...row,
      _id: newId(),
      kind: ['manual', 'photo', 'upload'][(i + 1) % 3],
      consumedAt: new Date(firstDay + Math.floor(i / 10) * 86_400_000),
    }));
    await rows.insertMany(more);
  });

  it('is read a page at a time, however deep', async () => {
    const seen: string[] = [];
    const queries = await readBy(async () => {
      let before: { consumedAt: Date; id: string } | null = null;
      for (;;) {
        const page: Entry[] = await house.store.photos.listLog(ownerId, pageRows, before);
        seen.push(...page.map(({ id }) => id));
        const last = page.at(-1);
        if (!last) return;
        before = { consumedAt: last.consumedAt, id: last.id };
      }
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(400); // all but the uploads
    expect(queries).toHaveLength(21);
    // A third of what is passed are uploads, and the rest of the day at which a page begins is passed again.
    for (const { keys, plan } of queries) {
      expect(plan).toMatch(/^IXSCAN/);
      expect(keys).toBeLessThan(2.5 * pageRows);
    }
  });

  it('is exported whole, by pages that read no more than they give', async () => {
    const seen: Entry[] = [];
    const queries = await readBy(async () => {
      for await (const entry of exportPages(house.store.photos, pageRows)(ownerId)) seen.push(entry);
    });
    expect(new Set(seen.map(({ id }) => id)).size).toBe(entries);
    expect(queries).toHaveLength(entries / pageRows + 1);
    for (const { keys, rows, plan } of queries) {
      expect(plan).toMatch(/^IXSCAN/);
      expect(keys).toBeLessThan(pageRows + 10);
      expect(rows).toBeLessThanOrEqual(pageRows + 3);
    }
  });
});
