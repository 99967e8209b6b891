import { ask, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';

/** Foods that a user described are found under their names, and picked foods make a meal. */
interface View {
  id: string;
  status: string;
  calories: number | null;
  items: {
    label: string;
    grams: number;
    calories: number;
    portion: { source: string };
    provenance: { source: string; food_id?: string }[];
  }[];
}
interface Saved {
  entry: View;
}

jest.setTimeout(60_000);

let house: House;
let url: string;
let token: string;
let granola: string;
beforeAll(async () => {
  house = await openPalate('own-foods');
  ({ url } = await house.start());
  ({ token } = await signUp(url));
  const json = {
    name: 'Tutti granola',
    per_100g: { calories: 450, proteins: 10, fats: 20, carbohydrates: 57 },
    portions: [{ description: '1 bowl', grams: 60 }],
  };
  const { status, body } = await ask<{ id: string }>(url, 'POST', '/foods', { token, json });
  expect([status, body]).toEqual([201, expect.objectContaining({ id: expect.stringMatching(/^own:/) as string })]);
  granola = body.id;
}, 60_000);
afterAll(() => house.close());

const predict = async (caption: string, who = token) =>
  (
    await ask<View>(url, 'POST', '/predict', {
      token: who,
      form: photoForm(await picture(77 + caption.length), { caption }),
    })
  ).body;

it('a caption that names it takes its figures, and nobody else’s caption does', async () => {
  const [item] = (await predict('50 g of tutti granola')).items;
  expect(item).toMatchObject({ label: 'Tutti granola', grams: 50, calories: 225 });
  expect(item!.provenance[0]).toMatchObject({ source: 'own', food_id: granola });
  const other = await signUp(url);
  const theirs = await predict('50 g of tutti granola', other.token);
  expect(theirs.items.flatMap(({ provenance }) => provenance).filter(({ source }) => source === 'own')).toEqual([]);
});

it('its own portions count, by name and by number', async () => {
  expect((await predict('a bowl of tutti granola')).items[0]).toMatchObject({
    grams: 60,
    portion: { source: 'caption' },
  });
  expect((await predict('two bowls of tutti granola please')).items[0]).toMatchObject({ grams: 120, calories: 540 });
});

it('picked foods make a meal, by weight and by portion', async () => {
  const json = {
    items: [
      { food_id: granola, grams: 100 },
      { food_id: 'table:banana', portion: 'default' },
    ],
  };
  const { status, body } = await ask<Saved>(url, 'POST', '/save_meal', { token, json });
  expect(status).toBe(201);
  expect(body.entry.items.map(({ label }) => label)).toEqual(['Tutti granola', 'Banana']);
  expect(body.entry.items[0]!.calories).toBe(450);
  expect(Math.abs(body.entry.calories! - body.entry.items.reduce((sum, one) => sum + one.calories, 0))).toBeLessThan(2);
});

it.each([
  [{ items: [] }, 400],
  [{ items: [{ food_id: 'fdc:999999999', grams: 1 }] }, 404],
  [{ items: [{ food_id: 'own:aaaaaaaaaaaaaaaaaaaaaaaa', grams: 1 }] }, 404],
  [{ items: [{ food_id: 'table:banana', portion: 'bathtub' }] }, 422],
  [{ items: [{ food_id: 'nonsense', grams: 1 }] }, 400],
  [{ items: [{ food_id: 'table:banana', grams: -1 }] }, 400],
])('%j is refused with %i', async (json, status) => {
  expect((await ask(url, 'POST', '/save_meal', { token, json })).status).toBe(status);
});

it('another’s food is not there', async () => {
  const other = await signUp(url);
  const json = { items: [{ food_id: granola, grams: 100 }] };
  expect((await ask(url, 'POST', '/save_meal', { token: other.token, json })).status).toBe(404);
});
