import { ask, openPalate, signUp, type House } from '../palate';
import { eat, setProfile, waitingPhoto, type Log, type View } from './logOf';

jest.setTimeout(120_000);

/** The log summed up by day: what is added is what the entries show, what is not known stays so, and days are those of the zone. */
interface Day {
  date: string;
  entries: number;
  waiting: number;
  calories: number | null;
  nutrition_facts: Record<string, number | null>;
  incomplete: boolean;
  lower_bounds: string[];
  target: number | null;
  adherence: number | null;
}
interface Summary {
  from: string;
  to: string;
  time_zone: string;
  target: number | null;
  days: Day[];
  average: { calories: number | null; nutrition_facts: Record<string, number | null>; adherence: number | null };
  logged_days: number;
  unconfirmed_duplicates: number;
}

let house: House;
let url: string;
beforeAll(async () => {
  house = await openPalate('summary');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
  house.time.passedMs = Date.parse('2030-10-30T10:00:00Z') - Date.now();
});
afterAll(() => house.close());

const person = async (profile: Record<string, unknown> = {}) => {
  const one = await signUp(url);
  await setProfile(url, one.token, profile);
  return one;
};
const summary = async (token: string, query = ''): Promise<Summary> => {
  const { status, body } = await ask<Summary>(url, 'GET', `/history/summary${query}`, { token });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
};
const unknown = {
  calories: null,
  proteins: null,
  fats: null,
  carbohydrates: null,
  fiber: null,
  sugar: null,
  sodium_mg: null,
};

it('has a line for each day, and null where nothing was eaten', async () => {
  const { token, id } = await person({ daily_calories: 2000 });
  await eat(house, id, '2030-10-28T08:00:00Z', { name: 'Porridge', kcal: 400 });
  await eat(house, id, '2030-10-28T19:00:00Z', { name: 'Stew', kcal: 700 });
  await eat(house, id, '2030-10-30T08:00:00Z', { name: 'Porridge', kcal: 500 });
  await eat(house, id, '2030-10-23T23:59:59Z', { name: 'Too early', kcal: 400 });
  const told = await summary(token);
  expect(told).toMatchObject({ from: '2030-10-24', to: '2030-10-30', time_zone: 'UTC', target: 2000 });
  expect(told.days.map(({ date, entries, calories, adherence }) => [date, entries, calories, adherence])).toEqual([
    ['2030-10-24', 0, null, null],
    ['2030-10-25', 0, null, null],
    ['2030-10-26', 0, null, null],
    ['2030-10-27', 0, null, null],
    ['2030-10-28', 2, 1100, 0.55],
    ['2030-10-29', 0, null, null],
    ['2030-10-30', 1, 500, 0.25],
  ]);
  expect(told.days[0]).toMatchObject({ nutrition_facts: unknown, incomplete: false, lower_bounds: [], target: 2000 });
  expect(told.average).toMatchObject({ calories: 800, adherence: 0.4 });
  expect(told.logged_days).toBe(2);
});

it('without a target has no adherence, and without entries no averages', async () => {
  const { token, id } = await person();
  const empty = await summary(token, '?days=30');
  expect(empty.days).toHaveLength(30);
  expect(empty).toMatchObject({
    target: null,
    logged_days: 0,
    unconfirmed_duplicates: 0,
    average: { calories: null, nutrition_facts: unknown, adherence: null },
  });
  await eat(house, id, '2030-10-30T08:00:00Z', 'an apple');
  const told = await summary(token);
  expect(told.days.at(-1)).toMatchObject({ entries: 1, target: null, adherence: null });
  expect(told.average.adherence).toBeNull();
});

it('says where a total is a lower bound, counts what waits, and leaves out what may be there twice', async () => {
  const { token, id } = await person({ daily_calories: 1000 });
  const day = '2030-10-30';
  await eat(house, id, `${day}T07:00:00Z`, 'an apple');
  const apple = (await summary(token, `?from=${day}`)).days[0]!;
  expect(apple).toMatchObject({ entries: 1, incomplete: false, lower_bounds: [] });

  await eat(house, id, `${day}T08:00:00Z`, { name: 'Stew', kcal: 300 });
  const withStew = (await summary(token, `?from=${day}`)).days[0]!;
  expect(withStew).toMatchObject({ entries: 2, calories: apple.calories! + 300, incomplete: false });
  expect(withStew.nutrition_facts.proteins).toBe(apple.nutrition_facts.proteins);
  expect(withStew.lower_bounds).toEqual(['proteins', 'fats', 'carbohydrates', 'fiber', 'sugar', 'sodium_mg']);

  const unsaid = await eat(house, id, `${day}T09:00:00Z`, { name: 'Something', kcal: 1 });
  const entries = house.mongo.collection<{ _id: string }>('entries');
  await entries.updateOne({ _id: unsaid }, { $set: { 'analysis.totals.kcal': null } });
  const waiting = await waitingPhoto(house, id, `${day}T10:00:00Z`);
  const twice = await eat(house, id, `${day}T07:01:00Z`, 'an apple');
  await entries.updateOne({ _id: twice }, { $set: { duplicateOf: 'a'.repeat(24) } });
  const told = await summary(token, `?from=${day}`);
  expect(told.days[0]).toMatchObject({ entries: 3, waiting: 1, calories: withStew.calories, incomplete: true });
  expect(told.unconfirmed_duplicates).toBe(1);

  await ask(url, 'DELETE', `/history/${waiting}`, { token });
  expect((await summary(token, `?from=${day}`)).days[0]).toMatchObject({ waiting: 0, incomplete: true });
  await ask(url, 'DELETE', `/history/${unsaid}`, { token });
  expect((await summary(token, `?from=${day}`)).days[0]).toMatchObject({ entries: 2, incomplete: false });
});

it('a day on which no energy is known is logged, and is in no average of energy', async () => {
  const { token, id } = await person({ daily_calories: 1000 });
  await eat(house, id, '2030-10-29T08:00:00Z', { name: 'Stew', kcal: 300 });
  const unsaid = await eat(house, id, '2030-10-30T08:00:00Z', { name: 'Something', kcal: 1 });
  await house.mongo
    .collection<{ _id: string }>('entries')
    .updateOne({ _id: unsaid }, { $set: { 'analysis.totals.kcal': null } });
  const told = await summary(token);
  expect(told.days.at(-1)).toMatchObject({ entries: 1, calories: null, incomplete: true, adherence: null });
  expect(told).toMatchObject({ logged_days: 2, average: { calories: 300, adherence: 0.3 } });
});

it.each([
  ['Europe/Berlin', '2030-10-27', ['2030-10-26T22:00:00Z', '2030-10-27T22:59:59.999Z'], 25],
  ['Europe/Berlin', '2030-03-31', ['2030-03-30T23:00:00Z', '2030-03-31T21:59:59.999Z'], 23],
  ['Asia/Kolkata', '2030-10-27', ['2030-10-26T18:30:00Z', '2030-10-27T18:29:59.999Z'], 24],
  ['America/St_Johns', '2030-03-10', ['2030-03-10T03:30:00Z', '2030-03-11T02:29:59.999Z'], 23],
  ['Pacific/Apia', '2030-10-27', ['2030-10-26T11:00:00Z', '2030-10-27T10:59:59.999Z'], 24],
] as const)('in %s %s is from %j: %d hours', async (timeZone, day, [first, last], hours) => {
  expect(Math.round((Date.parse(last) - Date.parse(first)) / 3_600_000)).toBe(hours);
  const { token, id } = await person({ time_zone: timeZone });
  const before = new Date(Date.parse(first) - 1);
  const after = new Date(Date.parse(last) + 1);
  for (const [when, kcal] of [
    [before, 1],
    [first, 10],
    [last, 100],
    [after, 1000],
  ] as const)
    await eat(house, id, when, { name: 'Bite', kcal });
  const told = await summary(token, `?from=${day}&to=${day}`);
  expect(told).toMatchObject({ from: day, to: day, time_zone: timeZone });
  expect(told.days.map(({ date, calories }) => [date, calories])).toEqual([[day, 110]]);
});

/** A small generator of its own, so that a seed is a log. */
const luckOf = (seed: number) => {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    below: (n: number) => Math.floor(next() * n),
    oneOf: <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)]!,
  };
};

it('whatever was eaten, a day is the sum of what its entries show', async () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  const luck = luckOf(seed);
  const zones = ['UTC', 'Europe/Berlin', 'Pacific/Apia', 'Asia/Kolkata', 'America/St_Johns'];
  const words = [
    'two fried eggs and a slice of toast',
    'an apple',
    'a bowl of oatmeal with a banana',
    '37 g of cheddar',
    'a pint of beer',
  ];
  try {
    for (let round = 0; round < 5; round += 1) {
      const { token, id } = await person({ time_zone: luck.oneOf(zones), daily_calories: 1500 + luck.below(1500) });
      for (let i = luck.below(60); i >= 0; i -= 1) {
        const when = new Date(Date.parse('2030-10-10T00:00:00Z') + luck.below(25 * 24 * 60) * 60_000);
        if (luck.below(8) === 0) {
          await waitingPhoto(house, id, when);
          continue;
        }
        const entry = await eat(
          house,
          id,
          when,
          luck.below(2) ? luck.oneOf(words) : { name: 'Meal', kcal: luck.below(90_000) / 100 },
        );
        if (luck.below(5) === 0)
          await ask(url, 'PATCH', `/history/${entry}`, { token, json: { servings: (1 + luck.below(40)) / 7 } });
        if (luck.below(10) === 0)
          await house.mongo
            .collection<{ _id: string }>('entries')
            .updateOne({ _id: entry }, { $set: { duplicateOf: 'b'.repeat(24) } });
      }
      const told = await summary(token, '?from=2030-10-01&to=2030-11-05');
      const duplicates = new Set(
        (
          await house.mongo
            .collection<{ _id: string }>('entries')
            .find({ ownerId: id, duplicateOf: { $ne: null } })
            .toArray()
        ).map(({ _id }) => _id),
      );
      const shown: View[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: Log = (await ask<Log>(url, 'GET', `/history?limit=100${cursor && `&cursor=${cursor}`}`, { token }))
          .body;
        shown.push(...page.items);
        cursor = page.nextCursor;
      }
      const counted = shown.filter((entry) => entry.status === 'analyzed' && !duplicates.has(entry.id));
      for (const day of told.days) {
        const eaten = counted.filter(({ consumed_at }) => consumed_at.startsWith(day.date));
        expect(day.entries).toBe(eaten.length);
        for (const fact of Object.keys(unknown)) {
          const figures = eaten
            .map(({ nutrition_facts }) => nutrition_facts[fact] ?? null)
            .filter((figure) => figure !== null);
          const sum = figures.length === 0 ? null : Number(figures.reduce((total, one) => total + one, 0).toFixed(1));
          expect([day.date, fact, day.nutrition_facts[fact]]).toEqual([day.date, fact, sum]);
        }
      }
      expect(told.days.reduce((sum, { entries }) => sum + entries, 0)).toBe(counted.length);
      expect(told.unconfirmed_duplicates).toBe(duplicates.size);
      expect(told.days.reduce((sum, { waiting }) => sum + waiting, 0) + counted.length + duplicates.size).toBe(
        shown.length,
      );
    }
  } catch (error) {
    throw new Error(`With SEED=${seed}`, { cause: error });
  }
});

it.each([
  ['?days=8', /7, 30 or 90/],
  ['?days=7&from=2030-10-27', /one or the other/],
  ['?to=2030-10-27', /needs `from`/],
  ['?from=2030-10-28&to=2030-10-27', /lies after/],
  ['?from=2030-10-31', /lies after today/],
  ['?from=2029-10-28&to=2030-10-29', /367 days; at most 366/],
  ['?from=2030-10-28T12:00:00Z', /not a date/],
  ['?from=2030-02-29', /not a date/],
])('%s is refused with the reason', async (query, says) => {
  const { token } = await person();
  const { status, body } = await ask<{ detail: string }>(url, 'GET', `/history/summary${query}`, { token });
  expect(status).toBe(400);
  expect(body.detail).toMatch(says);
});

it('takes a leap year in one, is nobody else’s, and needs a login', async () => {
  const { token, id } = await person();
  await eat(house, id, '2028-02-29T12:00:00Z', { name: 'Stew', kcal: 300 });
  const told = await summary(token, '?from=2028-01-01&to=2028-12-31');
  expect([told.days.length, told.logged_days, told.days[59]!.calories]).toEqual([366, 1, 300]);
  const other = await person();
  expect((await summary(other.token, '?from=2028-01-01&to=2028-12-31')).logged_days).toBe(0);
  expect((await ask(url, 'GET', '/history/summary')).status).toBe(401);
});
