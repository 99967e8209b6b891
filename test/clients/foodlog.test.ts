import { parseSettings } from '../../src/config/settings';
import { leastEnvironment } from '../config/environment';
import { faults } from '../doubles/doubleServer';
import { HuggingFaceDouble } from '../doubles/huggingFace';
import { ask, eventually, openPalate, signUp, type House } from '../integration/palate';
import { eat } from '../integration/photos/logOf';
import { picture } from '../integration/photos/meals';
import { openFoodLog, type Json } from './foodlogApp';
import { listOf, momentOf, numberOf, textOf } from './reading';

jest.setTimeout(60_000);

/** FoodLog's front end (`foodlogApp.ts`), which gives up after 15 s, before a chain of two classifiers. */
const givesUpAfterMs = 15_000;
/** What its page has left when Palate stops waiting. The waits of these tests are shorter, and leave it as much. */
const leftMs = givesUpAfterMs - 12_000;
const waitMs = 5_000;
const sorry = 'Sorry! Unfortunately, we cannot analyze your picture!';

const huggingFace = new HuggingFaceDouble();
const mlService = new HuggingFaceDouble();
let house: House;
let url: string;
let seed = 5_000;

beforeAll(async () => {
  await Promise.all([huggingFace.start(), mlService.start()]);
  house = await openPalate('foodlog', {
    HF_SPACE_URL: huggingFace.endpointUrl,
    ML_SERVICE_URL: mlService.endpointUrl,
    PREDICT_WAIT_MS: String(waitMs),
    PHOTO_REASK_MS: '500',
    PHOTO_REASK_MAX_MS: '500',
  });
  ({ url } = await house.start());
}, 60_000);
beforeEach(async () => {
  huggingFace.reset();
  mlService.reset().answers([{ label: 'ramen', score: 0.9 }]);
  await house.closeCircuits();
});
afterAll(async () => {
  await house.close();
  await Promise.all([huggingFace.stop(), mlService.stop()]);
});

const openApp = (base = url, origin?: string) => openFoodLog(base, waitMs + leftMs, origin);
const newPerson = () => ({ email: `eater-${process.pid}-${(seed += 1)}@example.com`, password: 'correct-horse-1' });
const unsure = [{ label: 'pizza', score: 0.2 }];

/** A page with somebody signed in. */
async function openSignedIn(base?: string) {
  const page = openApp(base);
  const { token } = await signUp(url);
  page.useToken(token);
  return page;
}

it('gives the answer in time where nothing is set: its page gives up 3 s after Palate has stopped waiting', () => {
  expect(parseSettings(leastEnvironment).predictWaitMs).toBeLessThanOrEqual(givesUpAfterMs - leftMs);
});

it('signs up, signs in, and knows who it is', async () => {
  const page = openApp();
  const person = newPerson();
  const { id } = await page.signUp(person);
  expect(await page.me()).toBe(person.email);
  expect(await page.readLog()).toEqual([]);
  const again = openApp();
  expect(await again.signIn(person)).toEqual({ email: person.email, id });
  expect(await again.me()).toBe(person.email);
});

it.each([
  ['signUp', { password: 'short' }, /8 characters/],
  ['signUp', { email: 'nobody' }, /e-mail/],
  ['signIn', {}, /do not match/],
] as const)('%s with %j is refused with a sentence that it shows', async (way, more, sentence) => {
  await expect(openApp()[way]({ ...newPerson(), ...more })).rejects.toThrow(sentence);
});

it('a known e-mail address is refused with a sentence that it shows', async () => {
  const person = newPerson();
  await openApp().signUp(person);
  await expect(openApp().signUp(person)).rejects.toThrow(/exists/);
});

it('a token that is over is refused with a sentence, for the log and for a photo', async () => {
  const page = openApp();
  page.useToken('of.another.system');
  await expect(page.readLog()).rejects.toThrow(/token is not valid/);
  await expect(page.sendPhoto(await picture((seed += 1)))).rejects.toThrow(/token is not valid/);
  expect(huggingFace.calls).toBe(0);
});

it('a photo is analysed whichever of its two copies comes first, and is one meal in the log', async () => {
  const page = await openSignedIn();
  for (const order of [
    ['photo', 'image'],
    ['image', 'photo'],
  ]) {
    const shown = await page.sendPhoto(await picture((seed += 1)), { order });
    expect(shown).toMatchObject({ food: 'Pizza', raw: { consumed_at: '2026-03-01T12:30:00.000Z' } });
    expect(shown.calories).toBeGreaterThan(0);
    const [latest] = await page.readLog();
    expect(latest).toMatchObject({ id: shown.id, name: 'Pizza', calories: shown.calories });
    expect(latest!.eatenAt.toISOString()).toBe('2026-03-01T12:30:00.000Z');
    for (const image of [shown.image, latest!.image])
      expect(await page.page.showImage(textOf(image, 'image_url'))).toMatchObject({ type: 'image/jpeg' });
  }
  expect(await page.readLog()).toHaveLength(2);
  expect(huggingFace.calls).toBe(2);
});

it('all that its document names is in the answer, of the type it has there', async () => {
  const page = await openSignedIn();
  huggingFace.always(faults.status(500));
  const { raw } = await page.sendPhoto(await picture((seed += 1)));
  const facts = raw.nutrition_facts as Json;
  for (const name of ['calories', 'proteins', 'fats', 'carbohydrates']) numberOf(facts[name], name);
  const metadata = raw.metadata as { hf_space: unknown; usda_fdc: { strategy: unknown; components: unknown } };
  expect(metadata).toHaveProperty('hf_space');
  textOf(metadata.usda_fdc.strategy, 'strategy');
  listOf(metadata.usda_fdc.components, 'components', (component) => component);
  momentOf(raw.timestamp, 'timestamp');
  textOf(raw.user_id, 'user_id');
  expect(raw.inference_source).toBe('ml_service');
});

it('where every classifier refuses for good there is no meal in a 200, and its page shows one without a name', async () => {
  const page = await openSignedIn();
  huggingFace.always(faults.status(401));
  mlService.always(faults.status(401));
  const shown = await page.sendPhoto(await picture((seed += 1)));
  expect(shown).toMatchObject({ food: 'Logged Meal', calories: null, ingredients: [] });
  expect(shown.raw).toMatchObject({ status: 'needs_label', food: null, inference_source: null });
  textOf(shown.raw.ml_service_error, 'ml_service_error');
  expect(await page.page.showImage(textOf(shown.image, 'image_url'))).toMatchObject({ type: 'image/jpeg' });
  expect(await page.readLog()).toMatchObject([{ id: shown.id, name: 'Meal', calories: 0 }]);
});

it('of two pictures the photo is the one that is analysed', async () => {
  const { token } = await signUp(url);
  const [wanted, other] = [await picture((seed += 1)), await picture((seed += 1), { width: 200, height: 200 })];
  for (const [first, second] of [
    ['photo', 'image'],
    ['image', 'photo'],
  ] as const) {
    const form = new FormData();
    for (const field of [first, second])
      form.append(field, new Blob([new Uint8Array(field === 'photo' ? wanted : other)]), 'meal.jpg');
    const { body } = await ask<{ id: string; metadata: object }>(url, 'POST', '/predict', { token, form });
    expect(body.metadata).toMatchObject({ width: 480, height: 360 });
    expect((await ask(url, 'DELETE', `/history/${body.id}`, { token })).status).toBe(204);
  }
});

it('nobody who is signed in sends no token, or an empty Authorization, and sees the picture all the same', async () => {
  const page = openApp();
  const shown = await page.sendPhoto(await picture((seed += 1)));
  expect(shown.food).toBe('Pizza');
  expect(await page.page.showImage(textOf(shown.image, 'image_url'))).toMatchObject({ type: 'image/jpeg' });
  expect(shown.raw).not.toHaveProperty('user_id');

  const form = new FormData();
  form.append('photo', new File([new Uint8Array(await picture((seed += 1)))], 'meal.jpg', { type: 'image/jpeg' }));
  const answer = await page.page.fetch('/predict', { method: 'POST', headers: { authorization: '' }, body: form });
  expect([answer.status, answer.json<Json>().food]).toEqual([200, 'Pizza']);
});

it('a page of any other site does the same, as it sends no credentials', async () => {
  const page = openApp(url, 'https://foodlog.example');
  await page.signUp(newPerson());
  const { image } = await page.sendPhoto(await picture((seed += 1)));
  expect(await page.page.showImage(textOf(image, 'image_url'))).toMatchObject({ type: 'image/jpeg' });
  expect(await page.readLog()).toHaveLength(1);
});

it('a time that its picker has put hours ahead, as it shows UTC and sets local hours, is taken', async () => {
  const page = await openSignedIn();
  const at = new Date(Date.now() + 14 * 3_600_000).toISOString();
  expect((await page.sendPhoto(await picture((seed += 1)), { at })).raw.consumed_at).toBe(at);
  const tooFar = new Date(Date.now() + 48 * 3_600_000).toISOString();
  await expect(page.sendPhoto(await picture((seed += 1)), { at: tooFar })).rejects.toThrow(/lies in the future/);
});

it('a file that is no picture is refused with a sentence that it shows', async () => {
  const html = Buffer.from('<!doctype html><script>alert(1)</script>');
  await expect(openApp().sendPhoto(html)).rejects.toThrow(/not a picture/);
});

describe('a classifier that is unsure', () => {
  beforeEach(() => {
    huggingFace.answers(unsure);
    mlService.answers(unsure);
  });

  it('rejects the photo with the sentence of its document; by default with 200, which its page takes for a meal without a name', async () => {
    const page = await openSignedIn();
    const shown = await page.sendPhoto(await picture((seed += 1)));
    expect(shown.raw).toMatchObject({
      accepted: false,
      status: 'hf_rejected',
      label: 'pizza',
      confidence: 0.2,
      threshold: 0.5,
      message: sorry,
      error: sorry,
    });
    expect(shown).toMatchObject({ food: 'Logged Meal', calories: null, image: undefined, ingredients: [] });
    expect(await page.readLog()).toEqual([]);
  });

  it('with HF_REJECTION_STATUS_CODE=422 the page shows the sentence', async () => {
    const other = await house.start({ HF_REJECTION_STATUS_CODE: '422' });
    const page = await openSignedIn(other.url);
    await expect(page.sendPhoto(await picture((seed += 1)))).rejects.toThrow(new Error(sorry));
    expect(await page.readLog()).toEqual([]);
    await other.stop();
  });
});

it('where one hangs it is cut off in time for the next to speak; where all hang the answer comes before the page gives up', async () => {
  const page = await openSignedIn();
  huggingFace.always(faults.hang());
  expect((await page.sendPhoto(await picture((seed += 1)))).food).toBe('Ramen');

  await house.closeCircuits();
  mlService.always(faults.hang());
  const waiting = await page.sendPhoto(await picture((seed += 1)));
  expect(waiting).toMatchObject({ food: 'Still being analysed', calories: null, ingredients: [] });
  expect((await page.readLog()).find(({ id }) => id === waiting.id)).toMatchObject({ name: 'Meal', calories: 0 });

  huggingFace.always(null);
  await house.closeCircuits();
  await eventually(
    async () => (await page.readLog()).some(({ id, name }) => id === waiting.id && name === 'Pizza'),
    40_000,
  );
}, 90_000);

it('where all are down the photo is kept, and named once one is back', async () => {
  const page = await openSignedIn();
  await Promise.all([huggingFace.stop(), mlService.stop()]);
  const waiting = await page
    .sendPhoto(await picture((seed += 1)))
    .finally(() => Promise.all([huggingFace.start(), mlService.start()]));
  expect(waiting).toMatchObject({ food: 'Still being analysed', calories: null });
  await house.closeCircuits();
  await eventually(async () => (await page.readLog()).some(({ name }) => name === 'Pizza'), 40_000);
}, 90_000);

it('the log is read whole', async () => {
  const page = openApp();
  const { id } = await page.signUp(newPerson());
  for (let day = 1; day <= 25; day += 1)
    await eat(house, id, `2026-03-${String(day).padStart(2, '0')}T12:00:00Z`, { name: `day ${day}`, kcal: 100 });
  expect((await page.readLog()).map(({ name }) => name)).toEqual(
    Array.from({ length: 25 }, (_, at) => `day ${25 - at}`),
  );
});

describe('each address of its document', () => {
  const form = async (field: string) => {
    const body = new FormData();
    body.append(field, new File([new Uint8Array(await picture((seed += 1)))], 'meal.jpg', { type: 'image/jpeg' }));
    return body;
  };

  it('serves one who is signed in', async () => {
    const page = openApp();
    await page.signUp(newPerson());
    for (const field of ['image', 'photo'])
      expect((await page.call('POST', '/predict', await form(field))).food).toBe('Pizza');
    const upload = await page.call('POST', '/upload', await form('image'));
    expect(await page.page.showImage(textOf(upload.path, 'path'))).toMatchObject({ type: 'image/jpeg' });
    await page.call('POST', '/save_meal', { name: 'Soup', calories: 250, date: '2026-03-01' });
    expect(await page.call('GET', '/meals')).toMatchObject([{ name: 'Soup', calories: 250, date: '2026-03-01' }]);
    expect((await page.readLog()).map(({ name }) => name).sort()).toEqual(['Pizza', 'Pizza', 'Soup']);
    momentOf((await page.call('GET', '/health')).timestamp, 'timestamp');
  });

  it.each([
    ['GET', '/auth/me', undefined],
    ['GET', '/history', undefined],
    ['GET', '/meals', undefined],
    ['POST', '/save_meal', { name: 'Soup', calories: 250 }],
  ] as const)('%s %s refuses one who is not, with a sentence', async (method, path, body) => {
    await expect(openApp().call(method, path, body)).rejects.toThrow(/needs a login/);
  });
});
