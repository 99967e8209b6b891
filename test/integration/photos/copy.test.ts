import { ask, openPalate, photoForm, signUp, type House } from '../palate';
import { eat, setProfile, waitingPhoto, type Log, type View } from './logOf';
import { picture } from './meals';

jest.setTimeout(60_000);

/** The same breakfast again: figures and where they come from are taken over, the picture is not. */
let house: House;
let url: string;
let token: string;
let ownerId: string;
beforeAll(async () => {
  house = await openPalate('copy');
  ({ url } = await house.start());
  ({ token, id: ownerId } = await signUp(url));
}, 60_000);
afterAll(() => house.close());

const copy = (id: string, json?: unknown, headers: Record<string, string> = {}) =>
  ask<View>(url, 'POST', `/history/${id}/copy`, { token, json, headers });
const breakfast = () => eat(house, ownerId, '2026-03-01T07:30:00Z', 'two fried eggs and a slice of toast');

it('has the same figures and provenance, and says what it was copied from', async () => {
  const id = await breakfast();
  const { body: first } = await ask<View>(url, 'GET', `/history/${id}`, { token });
  const answer = await copy(id, { consumed_at: '2026-03-02' });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('location')).toBe(`/history/${answer.body.id}`);
  expect(answer.body.id).not.toBe(id);
  const { id: _id, consumed_at, timestamp: _at, copied_from, ...same } = answer.body as View & { timestamp: string };
  expect({ consumed_at, copied_from }).toEqual({ consumed_at: '2026-03-02T12:00:00.000Z', copied_from: id });
  expect(first).toMatchObject(same);
  expect(same.provenance.length).toBeGreaterThan(1);
  expect((await ask<View>(url, 'GET', `/history/${answer.body.id}`, { token })).body).toEqual({
    ...answer.body,
    versions: [],
  });
  expect(first.copied_from).toBeUndefined();
});

it('of a photo is a meal by hand without its picture, and outlives it', async () => {
  const form = photoForm(await picture(1), { caption: 'two slices of cheese pizza' });
  const { body: photo } = await ask<View>(url, 'POST', '/predict', { token, form });
  expect(photo).toMatchObject({ status: 'analyzed', kind: 'photo' });
  const { body: again } = await copy(photo.id);
  expect(again).toMatchObject({
    kind: 'manual',
    image_url: null,
    calories: photo.calories,
    caption: 'two slices of cheese pizza',
    inference_source: 'caption',
  });
  await ask(url, 'DELETE', `/history/${photo.id}`, { token });
  expect((await ask(url, 'GET', `/history/${again.id}`, { token })).status).toBe(200);
  const meals = await ask<{ id: string }[]>(url, 'GET', '/meals', { token });
  expect(meals.body.map(({ id }) => id)).toContain(again.id);
});

it('is corrected without its source, and the other way round', async () => {
  const id = await breakfast();
  const { body: again } = await copy(id);
  const half = await ask<View>(url, 'PATCH', `/history/${again.id}`, { token, json: { servings: 0.5 } });
  const { body: source } = await ask<View>(url, 'GET', `/history/${id}`, { token });
  expect(half.body.calories! / source.calories!).toBeCloseTo(0.5, 1);
});

it('without a time is eaten now, with one in the time zone of the profile', async () => {
  const person = await signUp(url);
  await setProfile(url, person.token, { time_zone: 'Asia/Kolkata' });
  const id = await eat(house, person.id, '2026-03-01T07:30:00Z', { name: 'Dal', kcal: 300 });
  const again = async (json?: unknown) =>
    (await ask<View>(url, 'POST', `/history/${id}/copy`, { token: person.token, json })).body.consumed_at;
  const before = Date.now();
  const now = Date.parse(await again());
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
  expect(await again({})).toMatch(/\+05:30$/);
  expect(await again({ consumed_at: '2026-03-02T08:00' })).toBe('2026-03-02T08:00:00.000+05:30');
});

it('under one Idempotency-Key is one entry', async () => {
  const id = await breakfast();
  const key = { 'idempotency-key': `copy ${id}` };
  const answers = [await copy(id, {}, key), await copy(id, {}, key)];
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect(answers[0]!.body.id).toBe(answers[1]!.body.id);
  expect((await copy(id, { consumed_at: '2026-03-02' }, key)).status).toBe(422);
  expect((await copy(id)).body.id).not.toBe(answers[0]!.body.id);
});

it('of an entry without figures, of an impossible time, of what is not there or not yours, is refused and leaves nothing', async () => {
  const person = await signUp(url);
  const waiting = await waitingPhoto(house, person.id, '2026-03-01T07:30:00Z');
  const status = async (id: string, json: unknown = {}, who: string | undefined = person.token) =>
    (await ask(url, 'POST', `/history/${id}/copy`, { token: who, json })).status;
  expect(await status(waiting)).toBe(422);
  expect(await status(await breakfast())).toBe(404);
  expect(await status('0'.repeat(24))).toBe(404);
  const own = await eat(house, person.id, '2026-03-01T07:30:00Z', 'an apple');
  expect(await status(own, { consumed_at: '2999-01-01' })).toBe(400);
  expect(await status(own, { grams: 10 })).toBe(400);
  expect((await ask(url, 'POST', `/history/${own}/copy`, { json: {} })).status).toBe(401);
  const { body } = await ask<Log>(url, 'GET', '/history', { token: person.token });
  expect(body.items.map(({ id }) => id).sort()).toEqual([waiting, own].sort());
});
