import { ask, openPalate, photoForm, signUp, type House } from '../palate';
import { eat, setProfile, type Log, type View } from './logOf';
import { picture } from './meals';

jest.setTimeout(60_000);

/** Times are read and shown in the zone of the profile, and the log is asked for by days of that zone. */
let house: House;
let url: string;
beforeAll(async () => {
  house = await openPalate('history');
  ({ url } = await house.start({ PALATE_ROLE: 'api', PREDICT_WAIT_MS: '50' }));
});
afterAll(() => house.close());

const personIn = async (timeZone: string) => {
  const person = await signUp(url);
  await setProfile(url, person.token, { time_zone: timeZone });
  return person;
};
const foods = async (token: string, query = ''): Promise<(string | null)[]> => {
  const { status, body } = await ask<Log>(url, 'GET', `/history${query}`, { token });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.items.map(({ food }) => food);
};

describe('a time without an offset', () => {
  it.each([
    ['2026-03-01', '2026-03-01T12:00:00.000+01:00'],
    ['2026-03-01 19:30', '2026-03-01T19:30:00.000+01:00'],
    ['2026-03-01T19:30:00Z', '2026-03-01T20:30:00.000+01:00'],
    ['2026-03-29T02:30', '2026-03-29T03:30:00.000+02:00'],
    ['2025-10-26T02:30', '2025-10-26T02:30:00.000+02:00'],
  ])('%s in Berlin is %s, by each of the ways to say it', async (said, shown) => {
    house.time.passedMs = Math.max(0, Date.parse('2026-04-01T00:00:00Z') - Date.now());
    const { token } = await personIn('Europe/Berlin');
    const meal = await ask<{ entry: View; meal: { date: string } }>(url, 'POST', '/save_meal', {
      token,
      json: { name: 'Soup', calories: 210, date: said },
    });
    expect(meal.body.entry.consumed_at).toBe(shown);
    expect(meal.body.meal.date).toBe(shown.slice(0, 10));
    const { id } = meal.body.entry;
    expect(Date.parse((await house.store.photos.find(id))!.consumedAt.toISOString())).toBe(Date.parse(shown));

    await ask(url, 'PATCH', `/history/${id}`, { token, json: { consumed_at: '2026-01-01' } });
    const moved = await ask<View>(url, 'PATCH', `/history/${id}`, { token, json: { consumed_at: said } });
    expect(moved.body.consumed_at).toBe(shown);

    for (const field of ['consumed_at', 'meal_date']) {
      const form = photoForm(await picture(said.length + field.length), { [field]: said });
      const photo = await ask<View>(url, 'POST', '/predict', { token, form });
      expect(photo.status).toBe(202);
      expect(photo.body.consumed_at).toBe(shown);
      expect((await ask<View>(url, 'GET', `/photos/${photo.body.id}`, { token })).body.consumed_at).toBe(shown);
    }
  });

  it('is UTC for who has said no zone, and for who has no account, and is written as it always was', async () => {
    const { token } = await signUp(url);
    const form = async () => photoForm(await picture(7), { consumed_at: '2026-03-01T12:30' });
    for (const who of [token, undefined])
      expect((await ask<View>(url, 'POST', '/predict', { token: who, form: await form() })).body.consumed_at).toBe(
        '2026-03-01T12:30:00.000Z',
      );
  });

  it('is the day it was said for, also where noon there is another day in UTC', async () => {
    const { token } = await personIn('Pacific/Apia');
    await ask(url, 'POST', '/save_meal', { token, json: { name: 'Taro', calories: 210, date: '2026-03-01' } });
    const { body } = await ask<{ date: string }[]>(url, 'GET', '/meals', { token });
    expect(body.map(({ date }) => date)).toEqual(['2026-03-01']);
    expect(await foods(token, '?from=2026-03-01&to=2026-03-01')).toEqual(['Taro']);
  });

  it('follows a changed profile at once', async () => {
    const { token } = await personIn('Asia/Kolkata');
    await ask(url, 'POST', '/save_meal', { token, json: { name: 'Dal', calories: 210, date: '2026-03-01T12:00:00Z' } });
    const shown = async () => (await ask<Log>(url, 'GET', '/history', { token })).body.items[0]!.consumed_at;
    expect(await shown()).toBe('2026-03-01T17:30:00.000+05:30');
    await setProfile(url, token, { time_zone: 'America/St_Johns' });
    expect(await shown()).toBe('2026-03-01T08:30:00.000-03:30');
  });
});

describe('a part of the log', () => {
  let token: string;
  let id: string;
  beforeAll(async () => {
    house.time.passedMs = Date.parse('2030-10-28T10:00:00Z') - Date.now();
    ({ token, id } = await personIn('Europe/Berlin'));
    // Clocks go back on 2030-10-27: that day has 25 hours.
    for (const [when, name] of [
      ['2030-10-26T21:59:59.999Z', 'last of 26'],
      ['2030-10-26T22:00:00Z', 'first of 27'],
      ['2030-10-27T22:59:59.999Z', 'last of 27'],
      ['2030-10-27T23:00:00Z', 'first of 28'],
      ['2030-10-21T22:00:00Z', 'first of 22'],
      ['2030-10-21T21:59:59.999Z', 'last of 21'],
      ['2030-07-30T22:00:00Z', 'first of July 31'],
      ['2030-07-30T21:59:59.999Z', 'last of July 30'],
      ['2030-10-29T00:00:00Z', 'tomorrow'],
    ] as const)
      await eat(house, id, when, { name, kcal: 100 });
  });

  it.each([
    ['?from=2030-10-27&to=2030-10-27', ['last of 27', 'first of 27']],
    ['?from=2030-10-26&to=2030-10-26', ['last of 26']],
    ['?from=2030-10-28', ['tomorrow', 'first of 28']],
    ['?to=2030-07-30', ['last of July 30']],
    ['?from=2030-10-27T22:59:59.999Z&to=2030-10-27T23:00:00Z', ['first of 28', 'last of 27']],
    // Without an offset: half past two, when it is that for the first time.
    ['?from=2030-10-27T00:00&to=2030-10-27T02:30', ['first of 27']],
    ['?from=9999-12-31&to=9999-12-31', []],
    ['?from=0000-01-01&to=0001-01-01', []],
    ['?days=7', ['first of 28', 'last of 27', 'first of 27', 'last of 26', 'first of 22']],
    [
      '?days=90',
      ['first of 28', 'last of 27', 'first of 27', 'last of 26', 'first of 22', 'last of 21', 'first of July 31'],
    ],
  ])('%s', async (query, names) => expect(await foods(token, query)).toEqual(names));

  it('is the latest hundred entries for who asks without limit and cursor, and is paged as ever for who does', async () => {
    const eater = await signUp(url);
    const at = (minute: number) => new Date(Date.parse('2030-10-01T12:00:00Z') + minute * 60_000);
    const numbers = (most: number, count: number) => Array.from({ length: count }, (_, i) => `meal ${most - i}`);
    await Promise.all(
      Array.from({ length: 105 }, (_, i) => eat(house, eater.id, at(i), { name: `meal ${i}`, kcal: 100 })),
    );
    const { body } = await ask<Log>(url, 'GET', '/history', { token: eater.token });
    expect(body.items.map(({ food }) => food)).toEqual(numbers(104, 100));
    expect(await foods(eater.token, `?cursor=${body.nextCursor}`)).toEqual(numbers(4, 5));
    expect(await foods(eater.token, '?from=2030-10-01')).toEqual(numbers(104, 100));
    const page = await ask<Log>(url, 'GET', '/history?limit=3', { token: eater.token });
    expect(page.body.items).toHaveLength(3);
    expect(await foods(eater.token, `?cursor=${page.body.nextCursor}`)).toEqual(numbers(101, 20));
  });

  it('is paged like the whole', async () => {
    const first = await ask<Log>(url, 'GET', '/history?days=7&limit=2', { token });
    const rest = await foods(token, `?days=7&limit=100&cursor=${first.body.nextCursor}`);
    expect(first.body.items.map(({ food }) => food)).toEqual(['first of 28', 'last of 27']);
    expect(rest).toEqual(['first of 27', 'last of 26', 'first of 22']);
  });

  it('that holds nothing says so, and not that the log is empty', async () => {
    const { body } = await ask<Log>(url, 'GET', '/history?from=2001-01-01&to=2001-01-02', { token });
    expect(body).toEqual({ items: [], nextCursor: null, message: 'no entry in this range' });
    const nobody = await signUp(url);
    expect((await ask<Log>(url, 'GET', '/history', { token: nobody.token })).body.message).toBe('history empty');
  });

  it.each([
    ['?days=14', /7, 30 or 90/],
    ['?days=7&from=2030-10-27', /one or the other/],
    ['?days=7&to=2030-10-27', /one or the other/],
    ['?from=2030-10-28&to=2030-10-27', /before/],
    ['?from=2030-02-30', /not a date/],
    ['?to=yesterday', /not a date/],
    ['?favourite=maybe', /true/],
  ])('%s is refused with the reason', async (query, says) => {
    const { status, body } = await ask<{ detail: string }>(url, 'GET', `/history${query}`, { token });
    expect(status).toBe(400);
    expect(body.detail).toMatch(says);
  });

  it('is nobody else’s, and needs a login', async () => {
    const other = await signUp(url);
    expect(await foods(other.token, '?days=90')).toEqual([]);
    expect((await ask(url, 'GET', '/history?days=7')).status).toBe(401);
  });
});
