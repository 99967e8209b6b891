import { randomUUID } from 'node:crypto';
import { picture } from '../photos/meals';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import type { OneMeal } from './catalogueMeals';

jest.setTimeout(120_000);

/** Pictures of meals: uploads of whoever added the meal, that come and go with it. */
let house: House;
let url: string;
let ann: Awaited<ReturnType<typeof signUp>>;
let bob: Awaited<ReturnType<typeof signUp>>;
beforeAll(async () => {
  house = await openPalate('meal-pictures');
  ({ url } = await house.start({ PREDICT_WAIT_MS: '12000' }));
  [ann, bob] = [await signUp(url), await signUp(url)];
}, 60_000);
afterAll(() => house.close());

const formOf = (fields: [string, string][], image?: Buffer) => {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  if (image) form.append('image', new Blob([new Uint8Array(image)]), 'dal.jpg');
  return form;
};
const dal: [string, string][] = [
  ['name', 'Dal'],
  ['nutrition', '{"calories":310}'],
  ['ingredients[]', 'lentils'],
  ['ingredients[]', 'cumin'],
  ['isVegan', 'true'],
  ['cookTime', '35'],
];
const add = (form: FormData, headers = {}) =>
  ask<OneMeal>(url, 'POST', '/api/v1/meals', { token: ann.token, form, headers });
const change = (id: string, what: object) =>
  ask<OneMeal>(url, 'PUT', `/api/v1/meals/${id}`, { token: ann.token, ...what });
const read = async (id: string) =>
  (await ask<OneMeal>(url, 'GET', `/api/v1/meals/${id}`, { token: bob.token })).body.data.meal;
const shown = async (id: string) => eventually(async () => (await read(id)).image.url ?? false, 30_000);
const uploads = () =>
  house.mongo.collection<{ _id: string }>('entries').countDocuments({ kind: 'upload', deletedAt: null });
const idIn = (address: string) => /\/pictures\/([0-9a-f]{24})\//.exec(address)![1]!;
const objectsOf = async (id: string) => {
  const keys: string[] = [];
  for await (const key of house.objects.list(`photos/${id}/`)) keys.push(key);
  return keys;
};

it('a meal comes as a form with its picture, which everyone fetches by a signed address, and no other way', async () => {
  const { status, body } = await add(formOf(dal, await picture(1)));
  expect(status).toBe(201);
  const { meal } = body.data;
  expect(meal).toMatchObject({ name: 'Dal', mealType: null, ingredients: ['lentils', 'cumin'], cookTime: 35, isVegan: true, nutrition: { calories: 310 } });
  const address = await shown(meal.id);
  const response = await fetch(address);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  expect((await fetch(address.replace(/sig=./, 'sig=_'))).status).toBe(403);
  // It lives as long as the meal.
  expect(await house.mongo.collection<{ _id: string }>('entries').findOne({ _id: idIn(address) })).toMatchObject({ ownerId: ann.id, kind: 'upload', expiresAt: null });
  const log = await ask<{ items: unknown[] }>(url, 'GET', '/history', { token: ann.token });
  expect(log.body.items).toEqual([]);
}); // prettier-ignore

it('without a picture a form is a meal like any other, and changes one', async () => {
  const { status, body } = await add(formOf([...dal, ['image', 'undefined']]));
  expect([status, body.data.meal.image]).toEqual([201, { url: null }]);
  const { id } = body.data.meal;
  const changed = await change(id, { form: formOf([['name', 'Dal fry'], ['isVegan', '']]) });
  expect([changed.status, changed.body.data.meal]).toMatchObject([200, { name: 'Dal fry', isVegan: null, cookTime: 35 }]);
}); // prettier-ignore

it('another picture takes the place of the first, null takes it away, and a change of words leaves it', async () => {
  const { id } = (await add(formOf(dal, await picture(2)))).body.data.meal;
  const first = idIn(await shown(id));
  expect((await change(id, { json: { name: 'Dal makhani', image: { url: 'x' } } })).status).toBe(200);
  expect(idIn(await shown(id))).toBe(first);
  expect((await change(id, { form: formOf([], await picture(3)) })).status).toBe(200);
  const second = await eventually(async () => {
    const { url: address } = (await read(id)).image;
    return address !== null && idIn(address) !== first && idIn(address);
  }, 60_000);
  await eventually(async () => (await objectsOf(first)).length === 0);
  expect((await change(id, { json: { image: null } })).body.data.meal.image).toEqual({ url: null });
  await eventually(async () => (await objectsOf(second)).length === 0);
});

it('goes with its meal', async () => {
  const { id } = (await add(formOf(dal, await picture(4)))).body.data.meal;
  const address = await shown(id);
  await ask(url, 'DELETE', `/api/v1/meals/${id}`, { token: ann.token });
  await eventually(async () => (await fetch(address)).status === 404);
  await eventually(async () => (await objectsOf(idIn(address))).length === 0);
});

it('what is no picture is refused, and no meal is written', async () => {
  const before = await house.mongo.collection('meals').countDocuments({});
  expect((await add(formOf(dal, Buffer.from('<html>no picture</html>')))).status).toBe(415);
  const whole = await picture(5);
  const cut = await add(formOf(dal, whole.subarray(0, whole.length - 2_000)));
  expect([cut.status, (cut.body as unknown as { errors: { path: string }[] }).errors[0]!.path]).toEqual([422, 'body.image']);
  expect(await house.mongo.collection('meals').countDocuments({})).toBe(before);
  const other = await ask(url, 'PUT', `/api/v1/meals/${'f'.repeat(24)}`, { token: ann.token, form: formOf([], whole) });
  expect(other.status).toBe(404);
}); // prettier-ignore

it('under an Idempotency-Key it is one meal with one picture; other bytes under it are another request', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const before = await uploads();
  const [one, again] = [await add(formOf(dal, await picture(6)), headers), await add(formOf(dal, await picture(6)), headers)];
  expect([again.status, again.body.data.meal.id]).toEqual([201, one.body.data.meal.id]);
  expect((await uploads()) - before).toBe(1);
  expect((await add(formOf(dal, await picture(7)), headers)).status).toBe(422);
}); // prettier-ignore

it('an erased account takes its pictures along, and its meals stay; the export has both', async () => {
  const leaver = await signUp(url);
  const form = formOf(dal, await picture(9));
  const { body } = await ask<OneMeal>(url, 'POST', '/api/v1/meals', { token: leaver.token, form });
  const address = await shown(body.data.meal.id);
  const exported = await ask<{ meals: { id: string; image: { id: string } }[]; log: { id: string }[] }>(url, 'GET', '/api/auth/export', { token: leaver.token });
  expect(exported.body.meals[0]!.image.id).toBe(idIn(address));
  expect(exported.body.log.map(({ id }) => id)).toContain(idIn(address));
  await ask(url, 'DELETE', '/api/auth/me', { token: leaver.token });
  await eventually(async () => (await read(body.data.meal.id)).createdBy._id === 'someone', 40_000);
  expect((await read(body.data.meal.id)).image).toEqual({ url: null });
  await eventually(async () => (await objectsOf(idIn(address))).length === 0);
}); // prettier-ignore

it('a picture whose meal was never written is reaped, as its request died before', async () => {
  const { id } = (await add(formOf(dal, await picture(8)))).body.data.meal;
  const pictureId = idIn(await shown(id));
  const entries = house.mongo.collection<{ _id: string }>('entries');
  await entries.updateOne({ _id: pictureId }, { $set: { expiresAt: new Date(Date.now() + 3_000_000) } });
  expect((await house.store.photos.reapable(100)).map((one) => one.id)).not.toContain(pictureId);
  // Tokens end with it.
  house.time.passedMs += 3_600_000;
  expect((await house.store.photos.reapable(100)).map((one) => one.id)).toContain(pictureId);
});
