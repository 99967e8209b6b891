import { parse } from 'csv-parse/sync';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { formulaBomb, unseenBomb } from '../../hostile/texts';
import { newId } from '../../../src/store/ids';
import { ask, openPalate, signUp, type House } from '../palate';
import { eat, setProfile, waitingPhoto, type View } from './logOf';

jest.setTimeout(120_000);

/** The log as a table: everything once, as the entries show it, and nothing in it that a spreadsheet would run. */
let house: House;
let url: string;
beforeAll(async () => {
  house = await openPalate('csv');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
  house.time.passedMs = Date.parse('2030-10-30T23:30:00Z') - Date.now();
});
afterAll(() => house.close());

type Row = Record<string, string>;
const fetched = (token: string, query = '', method = 'GET') =>
  fetch(`${url}/history.csv${query}`, { method, headers: { authorization: `Bearer ${token}` } });
const textOf = async (response: Response) => Buffer.from(await response.arrayBuffer()).toString();
const rowsOf = async (token: string, query = ''): Promise<Row[]> => {
  const response = await fetched(token, query);
  const text = await textOf(response);
  if (response.status !== 200) throw new Error(text);
  return parse(text, { bom: true, columns: true }) as unknown as Row[];
};

it('tells each entry as the log does', async () => {
  const { token, id } = await signUp(url);
  await setProfile(url, token, { time_zone: 'Europe/Berlin' });
  const eggs = await eat(house, id, '2030-10-27T00:30:00Z', 'two fried eggs and a slice of toast');
  const stew = await eat(house, id, '2030-10-26T19:05:09Z', { name: 'Stew', kcal: 420 });
  const waiting = await waitingPhoto(house, id, '2030-10-25T22:00:00Z');
  await house.mongo.collection<{ _id: string }>('entries').updateOne({ _id: waiting }, { $set: { duplicateOf: stew } });
  await ask(url, 'PATCH', `/history/${eggs}`, { token, json: { grams: 222.2 } });
  await ask(url, 'PUT', `/history/${eggs}/favourite`, { token });
  const { body: shown } = await ask<View & { portion: { grams: number }; interval: { low: number; high: number } }>(
    url,
    'GET',
    `/history/${eggs}`,
    { token },
  );
  const rows = await rowsOf(token);
  expect(rows).toEqual([
    {
      id: eggs,
      date: '2030-10-27',
      time: '02:30:00',
      time_zone: 'Europe/Berlin',
      food: shown.food,
      grams: String(shown.portion.grams),
      kcal: String(shown.calories),
      kcal_low: String(shown.interval.low),
      kcal_high: String(shown.interval.high),
      protein_g: String(shown.nutrition_facts.proteins),
      fat_g: String(shown.nutrition_facts.fats),
      carbohydrate_g: String(shown.nutrition_facts.carbohydrates),
      fibre_g: String(shown.nutrition_facts.fiber),
      sugar_g: String(shown.nutrition_facts.sugar),
      sodium_mg: String(shown.nutrition_facts.sodium_mg),
      named_by: 'caption',
      portion_source: 'given',
      sources: 'table',
      fdc_ids: (shown.provenance as { fdc_id: number }[]).map(({ fdc_id }) => fdc_id).join(' '),
      estimated: 'false',
      provisional: 'false',
      corrected: 'true',
      favourite: 'true',
      caption: 'two fried eggs and a slice of toast',
      duplicate_of: '',
      incomplete: 'false',
      unrecognized: '',
    },
    expect.objectContaining({
      id: stew,
      date: '2030-10-26',
      time: '21:05:09',
      food: 'Stew',
      grams: '',
      kcal: '420',
      protein_g: '',
      named_by: 'user',
      portion_source: '',
      sources: 'user',
      fdc_ids: '',
      corrected: 'false',
      favourite: 'false',
      caption: '',
    }),
    expect.objectContaining({
      id: waiting,
      date: '2030-10-26',
      time: '00:00:00',
      food: '',
      kcal: '',
      kcal_low: '',
      estimated: '',
      duplicate_of: stew,
    }),
  ]);
});

it('is a file for spreadsheets: byte order mark, names of columns, lines of RFC 4180', async () => {
  const { token } = await signUp(url);
  await setProfile(url, token, { time_zone: 'Asia/Kolkata' });
  const response = await fetched(token);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(bytes.toString().slice(1)).toBe(
    'id,date,time,time_zone,food,grams,kcal,kcal_low,kcal_high,protein_g,fat_g,carbohydrate_g,fibre_g,sugar_g,sodium_mg,' +
      'named_by,portion_source,sources,fdc_ids,estimated,provisional,corrected,favourite,caption,duplicate_of,' +
      'incomplete,unrecognized\r\n',
  );
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': 'attachment; filename="palate-log-2030-10-31.csv"',
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  });
  expect(response.headers.get('content-length')).toBeNull();
  expect((await fetched(token, '', 'HEAD')).status).toBe(200);
});

it('defuses what a spreadsheet would run, and leaves other words as they are', async () => {
  const { token, id } = await signUp(url);
  const names = ['=HYPERLINK("http://evil","soup")', '+1', '-1+1', '@SUM(A1)', 'Crème, "brûlée"\nand 🍎', '-5'];
  for (const [i, name] of names.entries())
    await eat(house, id, new Date(Date.parse('2030-10-01T12:00:00Z') - i), { name, kcal: 100 });
  expect((await rowsOf(token)).map(({ food }) => food)).toEqual([
    '\'=HYPERLINK("http://evil","soup")',
    '+1',
    "'-1+1",
    "'@SUM(A1)",
    'Crème, "brûlée"\nand 🍎',
    '-5',
  ]);
});

it('is whole and without repeats over many pages, also of one moment, and is cut to a range', async () => {
  const { token, id } = await signUp(url);
  const first = await eat(house, id, '2030-10-01T12:00:00Z', { name: 'Stew', kcal: 420 });
  const entries = house.mongo.collection<{ _id: string }>('entries');
  const row = (await entries.findOne({ _id: first }))!;
  const more = Array.from({ length: 1499 }, (_, i) => ({
    ...row,
    _id: i.toString(16).padStart(24, '0'),
    consumedAt: new Date(Date.parse('2030-10-01T12:00:00Z') - Math.floor(i / 700) * 86_400_000),
  }));
  await entries.insertMany(more);
  const rows = await rowsOf(token);
  expect(rows).toHaveLength(1500);
  expect(new Set(rows.map((one) => one.id)).size).toBe(1500);
  expect(rows.map((one) => one.date)).toEqual(
    rows
      .map((one) => one.date)
      .sort()
      .reverse(),
  );
  expect(await rowsOf(token, '?from=2030-09-30&to=2030-09-30')).toHaveLength(700);
  expect(await rowsOf(token, '?to=2030-09-29')).toHaveLength(99);
  expect(await rowsOf(token, '?days=30')).toHaveLength(701);
});

it('lets others have their turn, whatever the captions are', async () => {
  const { token, id } = await signUp(url);
  const first = await eat(house, id, '2030-10-01T12:00:00Z', { name: 'Stew', kcal: 420 });
  const entries = house.mongo.collection<{ _id: string }>('entries');
  const row = (await entries.findOne({ _id: first }))!;
  const captions = [formulaBomb(2000), unseenBomb(2000)];
  await entries.insertMany(
    Array.from({ length: 499 }, (_, i) => ({ ...row, _id: newId(), caption: captions[i % captions.length] })),
  );
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const text = await textOf(await fetched(token));
  delay.disable();
  expect(text.split('\r\n')).toHaveLength(502);
  expect(delay.max / 1e6).toBeLessThan(500);
});

it('is nobody else’s, needs a login, and refuses a range that is none', async () => {
  const { token, id } = await signUp(url);
  await eat(house, id, '2030-10-01T12:00:00Z', { name: 'Stew', kcal: 420 });
  const other = await signUp(url);
  expect(await rowsOf(other.token)).toEqual([]);
  expect((await ask(url, 'GET', '/history.csv')).status).toBe(401);
  for (const query of ['?days=8', '?days=7&from=2030-10-01', '?from=2030-10-02&to=2030-10-01', '?from=x'])
    expect((await ask(url, 'GET', `/history.csv${query}`, { token })).status).toBe(400);
});
