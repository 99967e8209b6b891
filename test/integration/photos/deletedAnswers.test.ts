import type { StoredAnswer } from '../../../src/store/idempotency';
import { ask, openPalate, photoForm, signUp, type Answer, type Ask, type House } from '../palate';
import { soup } from '../meals/catalogueMeals';
import { picture } from './meals';

jest.setTimeout(120_000);

/** An answer that was kept under an Idempotency-Key is gone with what it shows, whatever fails on the way. */
let house: House;
let url: string;
let token: string;
let bytes: Buffer;
beforeAll(async () => {
  house = await openPalate('deleted-answers');
  ({ url } = await house.start());
  ({ token } = await signUp(url));
  bytes = await picture(50);
}, 60_000);
afterAll(() => house.close());

let keys = 0;
type Send = () => Promise<Answer>;
interface Made {
  /** Sends the request again, under the same key. */
  repeat: Send;
  remove: Send;
}

/** Sends a request under a key of its own, and says how it is repeated. */
const keyed = async (method: string, target: string, what: () => Ask) => {
  const key = `made-${(keys += 1)}`;
  const repeat = () => ask(url, method, target, { token, ...what(), headers: { 'idempotency-key': key } });
  const first = await repeat();
  expect([200, 201]).toContain(first.status);
  return { repeat, body: first.body as never };
};
const removing = (target: string) => () => ask(url, 'DELETE', target, { token });
const eaten = (hour: number) => ({ caption: 'two boiled eggs', consumed_at: `2026-02-03T${String(hour)}:00:00Z` });
const photo = (hour: number) => () => ({ form: photoForm(bytes, eaten(hour)) });
const meal = () => keyed('POST', '/save_meal', () => ({ json: { name: 'Stew', calories: 420 } }));
const idOf = (body: { id: string }) => body.id;
const mealIdOf = (body: { meal: { id: string } }) => body.meal.id;

const kinds: [string, () => Promise<Made>][] = [
  [
    'a photo',
    async () => {
      const { repeat, body } = await keyed('POST', '/predict', photo(10 + (keys % 10)));
      return { repeat, remove: removing(`/history/${idOf(body)}`) };
    },
  ],
  [
    'a photo that was there already',
    async () => {
      const sent = photo(10 + (keys % 10));
      const { body } = await keyed('POST', '/predict', sent);
      const again = await keyed('POST', '/predict', sent);
      expect(idOf(again.body)).toBe(idOf(body));
      return { repeat: again.repeat, remove: removing(`/history/${idOf(body)}`) };
    },
  ],
  [
    'a bare picture',
    async () => {
      const { repeat, body } = await keyed('POST', '/upload', () => ({ form: photoForm(bytes) }));
      return { repeat, remove: removing(`/upload/${idOf(body)}`) };
    },
  ],
  [
    'a meal by hand',
    async () => {
      const { repeat, body } = await meal();
      return { repeat, remove: removing(`/history/${mealIdOf(body)}`) };
    },
  ],
  [
    'a copy',
    async () => {
      const { body } = await meal();
      const copy = await keyed('POST', `/history/${mealIdOf(body)}/copy`, () => ({}));
      return { repeat: copy.repeat, remove: removing(`/history/${idOf(copy.body)}`) };
    },
  ],
  [
    'an entry with an item that was added',
    async () => {
      const { body } = await meal();
      const added = await keyed('POST', `/history/${mealIdOf(body)}/items`, () => ({
        json: { food: 'an apple', grams: 100 },
      }));
      return { repeat: added.repeat, remove: removing(`/history/${mealIdOf(body)}`) };
    },
  ],
  [
    'a food',
    async () => {
      const { repeat, body } = await keyed('POST', '/foods', () => ({
        json: { name: 'Soup', per_100g: { calories: 50 } },
      }));
      return { repeat, remove: removing(`/foods/${idOf(body)}`) };
    },
  ],
  [
    'a meal plan',
    async () => {
      const added = await keyed('POST', '/api/v1/meals', () => ({ json: soup }));
      const { id } = (added.body as { data: { meal: { id: string } } }).data.meal;
      const day = { day: 'monday', meals: [{ mealType: 'dinner', meal: id }] };
      const json = { weekStartDate: '2026-02-02', days: [day] };
      const { repeat, body } = await keyed('POST', '/api/v1/meal-plans', () => ({ json }));
      const { data } = body as { data: { plan: { id: string } } };
      return { repeat, remove: removing(`/api/v1/meal-plans/${data.plan.id}`) };
    },
  ],
  [
    'a meal of the catalogue',
    async () => {
      const { repeat, body } = await keyed('POST', '/api/v1/meals', () => ({ json: soup }));
      return { repeat, remove: removing(`/api/v1/meals/${mealIdOf((body as { data: never }).data)}`) };
    },
  ],
];

const idempotency = () => house.mongo.collection<{ _id: string }>('idempotency');
/** From now on MongoDB refuses to replace an answer, or no longer. */
const refuseReplacing = async (refuse: boolean) => {
  const validator = refuse ? { 'answer.status': { $ne: 410 } } : {};
  await house.mongo.db!.command({ collMod: 'idempotency', validator });
};
const isGone = async (repeat: Send) => {
  const late = await repeat();
  expect([late.status, late.headers.get('idempotent-replayed')]).toEqual([410, 'true']);
  expect(late.body.detail).toMatch(/deleted/);
};

describe.each(kinds)('%s', (_what, make) => {
  it('that is deleted is shown by no repeat, from the moment of the answer on', async () => {
    const { repeat, remove } = await make();
    const kept = await repeat();
    expect(kept.headers.get('idempotent-replayed')).toBe('true');
    const [removed] = await Promise.all([remove(), ...Array.from({ length: 5 }, repeat)]);
    expect([200, 204]).toContain(removed.status);
    await isGone(repeat);
  });

  it('is not deleted where its stored answer cannot be replaced, and both are when it can', async () => {
    const { repeat, remove } = await make();
    await refuseReplacing(true);
    try {
      expect((await remove()).status).toBe(500);
      expect((await repeat()).headers.get('idempotent-replayed')).toBe('true');
      expect((await repeat()).status).toBeLessThan(300);
    } finally {
      await refuseReplacing(false);
    }
    expect([200, 204]).toContain((await remove()).status);
    await isGone(repeat);
  });

  it('that is deleted while its request is under way is not kept by that request', async () => {
    const { repeat, remove } = await make();
    const [row] = await idempotency()
      .find<{ _id: string; lease: string; answer: StoredAnswer }>({})
      .sort({ _id: -1 })
      .toArray();
    await idempotency().updateOne(
      { _id: row!._id },
      { $set: { answer: null, leaseUntil: new Date(Date.now() + 60_000) } },
    );
    expect((await repeat()).status).toBe(409);
    expect([200, 204]).toContain((await remove()).status);
    await house.store.idempotency.settle(row!._id, row!.lease, row!.answer);
    await isGone(repeat);
  });
});
