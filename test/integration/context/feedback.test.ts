import { newId } from '../../../src/store/ids';
import { ask, openPalate, type House } from '../palate';
import { newPerson, stockMeals, versionsOf } from './people';

jest.setTimeout(60_000);

/** Feedback over HTTP. */
interface Feedback {
  _id: string;
  id: string;
  type: string;
  rating: number | null;
  comment: string | null;
  mealId: string | null;
  mealPlanId: string | null;
  meal: { name: string } | null;
  mealPlan: { title: string } | null;
  createdAt: string;
}
type Made = { feedback: Feedback; message: string };
type Page = { feedbacks: Feedback[]; nextCursor: string | null };

const path = '/api/v1/feedback';
let house: House;
let url: string;
let mealId: string;

beforeAll(async () => {
  house = await openPalate('feedback');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
  [mealId = ''] = await stockMeals(house, [{ name: 'Lentil soup', cuisine: 'indian' }]);
});
afterAll(() => house.close());

const planOf = async (person: Awaited<ReturnType<typeof newPerson>>) => {
  const days = [{ day: 'monday', meals: [{ mealType: 'dinner', meal: mealId }] }];
  const { body } = await person.post<{ plan: { id: string } }>('/api/v1/meal-plans', {
    title: 'Quiet week',
    weekStartDate: '2026-03-02',
    days,
  });
  return body.data.plan.id;
};

it('is kept with what it is about, and listed latest first', async () => {
  const person = await newPerson(url);
  const planId = await planOf(person);
  const rated = await person.post<Made>(path, { type: 'meal_rating', mealId, rating: 4, comment: '  Good!  ' });
  expect(rated.status).toBe(201);
  expect(rated.body).toMatchObject({ success: true, error: null });
  const { feedback } = rated.body.data;
  expect(feedback).toMatchObject({
    type: 'meal_rating',
    rating: 4,
    comment: 'Good!',
    mealId,
    meal: { name: 'Lentil soup' },
    mealPlanId: null,
    mealPlan: null,
  });
  expect(feedback._id).toBe(feedback.id);
  expect(rated.body.data.message).not.toBe('');

  await person.post(path, { type: 'too_expensive', mealPlanId: planId });
  const { body } = await person.get<Page>(path);
  expect(body.data.feedbacks).toHaveLength(2);
  expect(body.data.feedbacks[0]).toMatchObject({
    type: 'too_expensive',
    mealPlanId: planId,
    mealPlan: { title: 'Quiet week' },
    rating: null,
    comment: null,
  });
  expect(body.data.feedbacks[1]).toEqual(feedback);
  expect(body.data.nextCursor).toBeNull();
});

it('a meal that has left the catalogue can still be spoken of', async () => {
  const person = await newPerson(url);
  const { status, body } = await person.post<Made>(path, { type: 'disliked', mealId: newId() });
  expect(status).toBe(201);
  expect(body.data.feedback.meal).toBeNull();
});

it.each([
  ['type', { type: 'boring' }],
  ['type', {}],
  ['mealId', { mealId: undefined }],
  ['mealId', { mealId: 'not-an-id' }],
  ['mealId', { mealId: { $gt: '' } }],
  ['mealPlanId', { mealPlanId: '12345' }],
  ['rating', { rating: 0 }],
  ['rating', { rating: 6 }],
  ['rating', { rating: 2.5 }],
  ['rating', { rating: '4' }],
  ['rating', { type: 'meal_rating' }],
  ['comment', { comment: 'x'.repeat(2001) }],
  ['comment', { comment: 'x'.repeat(100_000) }],
])('a wrong %s is 400 and named, and nothing is kept or lost (%#)', async (field, fields) => {
  const person = await newPerson(url);
  await person.post(path, { type: 'liked', mealId });
  const before = await versionsOf(house, person.id);
  const answer = await person.post(path, {
    ...(Object.keys(fields).length > 0 && { type: 'liked' }),
    mealId,
    ...fields,
  });
  expect(answer.status).toBe(400);
  expect(answer.body.success).toBe(false);
  expect(answer.body.errors?.map((fault) => fault.path)).toEqual([`body.${field}`]);
  expect(answer.body.message?.length).toBeLessThan(500);
  expect((await person.get<Page>(path)).body.data.feedbacks).toHaveLength(1);
  expect(await versionsOf(house, person.id)).toEqual(before);
});

it('a comment may have 2,000 characters', async () => {
  const person = await newPerson(url);
  const comment = 'ü'.repeat(2000);
  const { status, body } = await person.post<Made>(path, { type: 'liked', mealId, comment });
  expect(status).toBe(201);
  expect(body.data.feedback.comment).toBe(comment);
});

it('somebody else’s plan is no plan, and somebody else’s feedback is not listed', async () => {
  const [owner, other] = await Promise.all([newPerson(url), newPerson(url)]);
  const planId = await planOf(owner);
  await owner.post(path, { type: 'liked', mealId });
  const before = await versionsOf(house, other.id);
  expect((await other.post(path, { type: 'liked', mealPlanId: planId })).status).toBe(404);
  expect((await other.post(path, { type: 'liked', mealPlanId: newId() })).status).toBe(404);
  expect((await other.get<Page>(path)).body.data.feedbacks).toEqual([]);
  expect(await versionsOf(house, other.id)).toEqual(before);
});

it('asks for a token', async () => {
  expect((await ask(url, 'GET', path)).status).toBe(401);
  expect((await ask(url, 'POST', path, { json: { type: 'liked', mealId } })).status).toBe(401);
});

it('each raises the version once, a repeat under its key not again', async () => {
  const person = await newPerson(url);
  const before = await versionsOf(house, person.id);
  const body = { type: 'liked', mealId };
  const first = await person.post<Made>(path, body, { 'idempotency-key': 'feedback-1' });
  const again = await person.post<Made>(path, body, { 'idempotency-key': 'feedback-1' });
  expect(again.body.data.feedback.id).toBe(first.body.data.feedback.id);
  const after = await versionsOf(house, person.id);
  expect(after.version).toBe(before.version + 1);
  expect(after.sections).toEqual({ ...before.sections, feedback: after.version });
});

describe('of 10,000 rows', () => {
  const rows = 10_000;
  let person: Awaited<ReturnType<typeof newPerson>>;

  const insert = async (count: number) => {
    const createdAt = new Date();
    const ids = Array.from({ length: count }, () => newId());
    await house.mongo.collection<{ _id: string; [key: string]: unknown }>('feedback').insertMany(
      ids.map((_id, at) => ({
        _id,
        ownerId: person.id,
        type: 'liked',
        rating: null,
        mealId,
        mealPlanId: null,
        comment: `number ${at}`,
        createdAt,
      })),
    );
  };
  beforeAll(async () => {
    person = await newPerson(url);
    await insert(rows);
  });

  it('pages follow each other without gap or repeat, also while others are written', async () => {
    const first = await person.get<Page>(`${path}?limit=3`);
    await person.post(path, { type: 'disliked', mealId });
    const second = await person.get<Page>(`${path}?limit=3&cursor=${first.body.data.nextCursor ?? ''}`);
    expect([...first.body.data.feedbacks, ...second.body.data.feedbacks].map(({ comment }) => comment)).toEqual(
      [1, 2, 3, 4, 5, 6].map((back) => `number ${rows - back}`),
    );
    expect((await person.get<Page>(path)).body.data.feedbacks).toHaveLength(100);
    expect((await person.get(`${path}?limit=101`)).status).toBe(400);
    expect((await person.get(`${path}?cursor=x`)).status).toBe(400);
  });

  it('the list reads a page of them, and the context a hundred', async () => {
    const explained = await house.mongo
      .collection('feedback')
      .find({ ownerId: person.id })
      .sort({ _id: -1 })
      .limit(100)
      .explain('executionStats');
    const { executionStats } = explained as { executionStats: Record<string, number> };
    expect(executionStats).toMatchObject({ nReturned: 100, totalDocsExamined: 100, totalKeysExamined: 100 });

    const { body } = await person.get<{ feedback: { comment: string | null }[] }>('/api/ml/user-context');
    expect(body.data.feedback).toHaveLength(100);
    expect(body.data.feedback[1]?.comment).toBe(`number ${rows - 1}`);
  });

  it('an account has at most 20,000, also where several arrive at once; what was kept is answered again', async () => {
    const body = { type: 'liked', mealId };
    const key = { 'idempotency-key': 'kept in time' };
    expect((await person.post(path, body, key)).status).toBe(201);
    const kept = () => house.mongo.collection('feedback').countDocuments({ ownerId: person.id });
    await insert(19_999 - (await kept()));
    const atOnce = await Promise.all([1, 2, 3, 4].map(() => person.post(path, body)));
    expect(atOnce.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(await kept()).toBe(20_000);
    const before = await versionsOf(house, person.id);
    const refused = await person.post(path, body);
    expect([refused.status, refused.body.message]).toEqual([409, expect.stringContaining('20000 times')]);
    expect(await versionsOf(house, person.id)).toEqual(before);
    expect((await person.post(path, body, key)).status).toBe(201);
  });
});
