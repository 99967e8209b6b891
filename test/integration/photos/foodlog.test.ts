import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { eat } from './logOf';
import { picture } from './meals';

jest.setTimeout(60_000);

/**
 * FoodLog's front end as it is: the same file twice in one form, an instant as `meal_date`, no credentials but its token, which is empty
 * where nobody is signed in; it gives up after 15 s, knows no 202, and reads the log once and whole. Nothing of the wait is shortened.
 */
const givesUpAfterMs = 15_000;
const huggingFace = new HuggingFaceDouble();
const mlService = new HuggingFaceDouble();
let house: House;
let url: string;
let seed = 5_000;

beforeAll(async () => {
  await Promise.all([huggingFace.start(), mlService.start()]);
  house = await openPalate('foodlog', { HF_SPACE_URL: huggingFace.endpointUrl, ML_SERVICE_URL: mlService.endpointUrl });
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

interface Shown {
  status: number;
  food: string;
  calories: number | null;
  ingredients: string[];
  image_url: string | null;
  consumed_at: string;
  id: string;
}

/** What its page does with a photo; throws the sentence that it shows. */
async function sendPhoto(token: string | null, bytes: Buffer, order = ['photo', 'image']): Promise<Shown> {
  const file = new File([new Uint8Array(bytes)], 'meal.jpg', { type: 'image/jpeg' });
  const form = new FormData();
  for (const field of order) form.append(field, file);
  form.append('meal_date', '2026-03-01T12:30:00.000Z');
  const response = await fetch(`${url}/predict`, {
    method: 'POST',
    body: form,
    headers: { authorization: token === null ? '' : `Bearer ${token}` },
    signal: AbortSignal.timeout(givesUpAfterMs),
  });
  const body = (await response.json()) as Omit<Shown, 'status'> & { message?: string; error?: string };
  if (!response.ok) throw new Error(body.message ?? body.error);
  const { food, calories, ingredients, image_url, consumed_at, id } = body;
  return { status: response.status, food, calories, ingredients, image_url, consumed_at, id };
}
const readLog = async (token: string) =>
  (await ask<{ items: Omit<Shown, 'status'>[] }>(url, 'GET', '/history', { token })).body.items;

it('a photo is analysed whichever of its two copies comes first, and is one meal in the log', async () => {
  const { token } = await signUp(url);
  for (const order of [
    ['photo', 'image'],
    ['image', 'photo'],
  ]) {
    const shown = await sendPhoto(token, await picture((seed += 1)), order);
    expect(shown).toMatchObject({ status: 200, food: 'Pizza', consumed_at: '2026-03-01T12:30:00.000Z' });
    expect(shown.calories).toBeGreaterThan(0);
    expect((await fetch(shown.image_url!)).status).toBe(200);
    const log = await readLog(token);
    expect(log[0]).toMatchObject({ id: shown.id, food: 'Pizza', calories: shown.calories });
  }
  expect(await readLog(token)).toHaveLength(2);
  expect(huggingFace.calls).toBe(2);
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

it('nobody who is signed in sends an empty Authorization, and the photo is analysed all the same', async () => {
  expect(await sendPhoto(null, await picture((seed += 1)))).toMatchObject({ status: 200, food: 'Pizza' });
});

it('a refusal is a sentence under message', async () => {
  await expect(sendPhoto(null, Buffer.from('no picture'))).rejects.toThrow(/not a picture/);
});

it('who hangs is cut off in time for the next to speak; where all hang the answer comes before the page gives up', async () => {
  const { token } = await signUp(url);
  huggingFace.always(faults.hang());
  const named = await sendPhoto(token, await picture((seed += 1)));
  expect(named).toMatchObject({ status: 200, food: 'Ramen' });

  await house.closeCircuits();
  mlService.always(faults.hang());
  const waiting = await sendPhoto(token, await picture((seed += 1)));
  expect(waiting).toMatchObject({ status: 202, food: 'Still being analysed', calories: null, ingredients: [] });

  huggingFace.always(null);
  await house.closeCircuits();
  await eventually(
    async () => (await readLog(token)).some(({ id, food }) => id === waiting.id && food === 'Pizza'),
    40_000,
  );
}, 90_000);

it('the log is read whole', async () => {
  const person = await signUp(url);
  for (let day = 1; day <= 25; day += 1)
    await eat(house, person.id, `2026-03-${String(day).padStart(2, '0')}T12:00:00Z`, { name: `day ${day}`, kcal: 100 });
  const log = await readLog(person.token);
  expect(log.map(({ food }) => food)).toEqual(Array.from({ length: 25 }, (_, at) => `day ${25 - at}`));
});
