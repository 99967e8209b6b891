import { openPalate, type House } from '../integration/palate';
import { picture } from '../integration/photos/meals';
import { listOf, textOf } from './reading';
import { openSmartbite, signUpForm, type Json, type SmartbiteApp } from './smartbiteApp';
import { readConstraint, readFeedback, readMeal, readMealPage, readPlan, readUser } from './smartbiteReading';

jest.setTimeout(60_000);

/** SmartBite's app at a whole Palate: meals as forms and pages, likes, constraints, feedback and plans. */
let house: House;
let app: SmartbiteApp;
let other: SmartbiteApp;
let userId: string;
let username: string;

beforeAll(async () => {
  house = await openPalate('smartbite-meals');
  const { url } = await house.start();
  app = openSmartbite(url);
  ({ _id: userId, username } = readUser(await app.signUp(signUpForm())));
  other = openSmartbite(url);
  await other.signUp(signUpForm());
}, 60_000);
afterAll(() => house.close());

/** Its form of a meal, field by field as the page appends them. */
const mealForm = (fields: readonly (readonly [string, string | Buffer])[]) => {
  const form = new FormData();
  for (const [name, value] of fields)
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)], { type: 'image/jpeg' }), 'meal.jpg');
  return form;
};
const nutrition = {
  calories: 310,
  protein: 17,
  carbs: 45,
  fats: 7,
  fiber: 9,
  sugar: 4,
  sodium: 640,
  glycemicIndex: 32,
};
const dal: (readonly [string, string])[] = [
  ['name', 'Dal'],
  ['description', 'Red lentils,\nslowly cooked'],
  ['cuisine', 'Indian'],
  ['mealType', 'dinner'],
  ['nutrition', JSON.stringify(nutrition)],
  ['ingredients[]', 'red lentils'],
  ['ingredients[]', 'cumin'],
  ['allergens[]', 'mustard'],
  ['costLevel', 'low'],
  ['cookTime', '35'],
  ['prepTimeMinutes', '10'],
  ['skillLevel', 'beginner'],
  ['appliances[]', 'hasGasStove'],
  ['appliances[]', 'hasBlender'],
  ['isVegetarian', 'true'],
  ['isVegan', 'false'],
  ['isGlutenFree', 'true'],
  ['isDairyFree', 'true'],
  ['isNutFree', 'false'],
];
const without = (...names: string[]) => dal.filter(([name]) => !names.includes(name));
const add = async (fields: readonly (readonly [string, string | Buffer])[]) =>
  readMeal((await app.call('POST', '/meals', { form: mealForm(fields) })).meal, userId);

describe('a meal as a form', () => {
  it('is read back field by field', async () => {
    expect(await add(dal)).toMatchObject({
      name: 'DAL',
      description: 'Red lentils,\nslowly cooked',
      cuisine: 'indian',
      mealType: 'dinner',
      nutrition,
      ingredients: ['red lentils', 'cumin'],
      allergens: ['mustard'],
      appliances: ['stovetop', 'blender'],
      costLevel: 'low',
      skillLevel: 'beginner',
      cookTime: 35,
      prepTimeMinutes: 10,
      diets: ['isVegetarian', 'isGlutenFree', 'isDairyFree'],
      author: username,
      isMine: true,
      isLiked: false,
      likes: 0,
      picture: null,
    });
  });

  it.each(['last', 'first'])('carries a picture that the page shows, as its %s field', async (place) => {
    const image = ['image', await picture(place === 'last' ? 21 : 22)] as const;
    const meal = await add(place === 'last' ? [...dal, image] : [image, ...dal]);
    expect((await app.page.showImage(textOf(meal.picture, 'picture'))).type).toBe('image/jpeg');
  });

  it('is answered before the app gives up, also where nobody makes its picture ready', async () => {
    const lonely = await openPalate('smartbite-no-worker', { PALATE_ROLE: 'api' });
    try {
      const alone = openSmartbite((await lonely.start()).url);
      await alone.signUp(signUpForm());
      const form = mealForm([...dal, ['image', await picture(24)]]);
      expect(readMeal((await alone.call('POST', '/meals', { form })).meal).picture).toBeNull();
    } finally {
      await lonely.close();
    }
  });

  it('may lack a type, a picture, lists, and anything that was not filled in', async () => {
    expect((await add(without('mealType'))).mealType).toBeNull();
    expect((await add([...without('mealType'), ['mealType', '']])).mealType).toBeNull();
    const bare = await add([
      ['name', 'Rice'],
      ['description', ''],
      ['cuisine', ''],
      ['nutrition', '{}'],
      ['cookTime', ''],
      ['prepTimeMinutes', ''],
      ['image', 'undefined'],
    ]);
    expect(bare).toMatchObject({ description: null, cuisine: null, cookTime: null, ingredients: [], diets: [] });
  });

  it('changes one, and only its author can', async () => {
    const { _id } = await add([...dal, ['image', await picture(23)]]);
    const form = () => mealForm([...without('name', 'isVegan', 'ingredients[]'), ['name', 'Dal fry'], ['isVegan', 'true'], ['ingredients[]', 'chana dal']]);
    const changed = readMeal((await app.call('PUT', `/meals/${_id}`, { form: form() })).meal, userId);
    expect(changed).toMatchObject({ _id, name: 'DAL FRY', ingredients: ['chana dal'], diets: ['isVegetarian', 'isVegan', 'isGlutenFree', 'isDairyFree'] });
    await app.page.showImage(textOf(changed.picture, 'picture'));
    await expect(other.call('PUT', `/meals/${_id}`, { form: form() })).rejects.toMatchObject({ name: 'Shown', status: 403 });
  }); // prettier-ignore

  it('is deleted', async () => {
    const { _id } = await add(dal);
    textOf((await app.remove(`/meals/${_id}`)).message, 'message');
    await expect(app.get(`/meals/${_id}`)).rejects.toMatchObject({ name: 'Shown', status: 404 });
  });
});

describe('the page of meals', () => {
  const filters = (chosen: Record<string, string>) =>
    new URLSearchParams({ page: '1', limit: '1000', cuisine: '', mealType: '', costLevel: '', ...chosen }).toString();
  const pageOf = async (chosen: Record<string, string>, by = app) =>
    readMealPage(await by.get(`/meals?${filters(chosen)}`), userId);

  it('is one page of up to 1,000, or many', async () => {
    const all = await pageOf({});
    expect(all).toMatchObject({ limit: 1000, page: 1, totalPages: 1, totalDocs: all.rows.length });
    const small = await pageOf({ page: '2', limit: '2' });
    expect(small.rows.map(({ _id }) => _id)).toEqual(all.rows.slice(2, 4).map(({ _id }) => _id));
    expect(small).toMatchObject({ limit: 2, page: 2, totalPages: Math.ceil(all.totalDocs / 2) });
    await expect(pageOf({ limit: '1001' })).rejects.toMatchObject({ name: 'Shown', status: 400 });
  });

  it('is filtered by what was chosen, and by nothing that is empty', async () => {
    await other.post('/meals', { name: 'Toast', cuisine: 'french', mealType: 'breakfast', costLevel: 'high' });
    const names = async (chosen: Record<string, string>) => (await pageOf(chosen)).rows.map(({ name }) => name);
    expect(await names({ cuisine: 'french' })).toEqual(['TOAST']);
    expect(await names({ mealType: 'breakfast' })).toEqual(['TOAST']);
    expect(await names({ costLevel: 'high' })).toEqual(['TOAST']);
    const vegetarian = await pageOf({ vegetarian: 'true' });
    expect(vegetarian.rows.every(({ diets }) => diets.includes('isVegetarian'))).toBe(true);
    expect(vegetarian.totalDocs).toBeLessThan((await pageOf({})).totalDocs);
  });

  it('tells whose a meal is, and says nothing else of others', async () => {
    const mine = await pageOf({ cuisine: 'indian' });
    expect(mine.rows.map(({ isMine, author }) => [isMine, author])).toEqual(mine.rows.map(() => [true, username]));
    const theirs = await pageOf({ cuisine: 'french' });
    expect(theirs.rows.map(({ isMine }) => isMine)).toEqual([false]);
    expect(JSON.stringify(await app.get('/meals?limit=1000'))).not.toMatch(/embedding|@/);
  });
});

describe('likes', () => {
  const tap = async (id: string, by: SmartbiteApp = app) =>
    readMeal((await by.post(`/meals/${id}/like`, {})).meal, userId);

  it('come and go; two taps within two seconds are one', async () => {
    const { _id } = await add(dal);
    expect(await tap(_id)).toMatchObject({ isLiked: true, likes: 1 });
    expect(await tap(_id)).toMatchObject({ isLiked: true, likes: 1 });
    expect(readUser(await app.get('/users/me')).favourites).toContain(_id);
    house.time.passedMs += 3_000;
    expect(await tap(_id)).toMatchObject({ isLiked: false, likes: 0 });
    expect(readUser(await app.get('/users/me')).favourites).not.toContain(_id);
  });

  it('of others count, and name nobody', async () => {
    const { _id } = await add(dal);
    await tap(_id, other);
    const { meal } = await app.get(`/meals/${_id}`);
    expect([(meal as Json).likedBy, readMeal(meal, userId)]).toMatchObject([[], { isLiked: false, likes: 1 }]);
  });
});

it('constraints are read before any were said, saved, and taken back', async () => {
  const usual = { maxCookTime: 30, skillLevel: 'beginner', has: [], cookingDays: [] };
  expect(readConstraint(await app.get('/constraints'))).toEqual(usual);
  const appliances = { hasGasStove: true, hasOven: false, hasMicrowave: true, hasAirFryer: false, hasBlender: false };
  const form = { maxCookTime: 45, skillLevel: 'intermediate', appliances, cookingDays: ['monday', 'friday'] };
  const saved = { maxCookTime: 45, skillLevel: 'intermediate', has: ['hasGasStove', 'hasMicrowave'], cookingDays: ['monday', 'friday'] };
  expect(readConstraint(await app.post('/constraints', form))).toEqual(saved);
  expect(readConstraint(await app.get('/constraints'))).toEqual(saved);
  textOf((await app.remove('/constraints')).message, 'message');
  expect(readConstraint(await app.get('/constraints'))).toEqual(usual);
}); // prettier-ignore

it('feedback of every type is taken and listed', async () => {
  const { _id: mealId } = await add(dal);
  const types = ['too_expensive', 'too_hard_to_cook', 'too_spicy', 'too_many_carbs', 'too_low_protein', 'portion_size_issue', 'taste_issue', 'liked', 'disliked'];
  for (const type of types) {
    const data = await app.post('/feedback', { type, mealId, rating: 4, comment: '' });
    textOf(data.message, 'message');
    expect(readFeedback(data.feedback).type).toBe(type.replaceAll('_', ' '));
  }
  await app.post('/feedback', { type: 'liked', mealId });
  const { feedbacks } = await app.get('/feedback');
  const read = listOf(feedbacks, 'feedbacks', readFeedback);
  expect(read.map(({ type }) => type)).toEqual(['liked', ...types.reverse().map((type) => type.replaceAll('_', ' '))]);
}); // prettier-ignore

describe('plans', () => {
  const plans = async () => listOf((await app.get('/meal-plans')).plans, 'plans', readPlan);
  const week = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

  it('a week is planned, followed, changed and deleted', async () => {
    const [first, second] = [await add(dal), await add([['name', 'Soup']])];
    const days = week.map((day) => ({ day, meals: [{ mealType: 'lunch', meal: first._id }, { mealType: 'dinner', meal: second._id }] }));
    const made = (await app.post('/meal-plans', { title: 'Week 10', weekStartDate: '2026-03-02T00:00:00.000Z', days, nutritionSummary: { calories: 9800, protein: 420, carbs: 1200, fats: 300 } })).plan as Json;
    const id = textOf(made._id, '_id');
    await app.post('/feedback', { type: 'portion_size_issue', mealPlanId: id, rating: 2, comment: 'Too much' });

    for (const [action, slot] of Object.entries({ adhere: 'monday', skip: 'tuesday' }))
      textOf((await app.post(`/meal-plans/${id}/${action}`, { day: slot, mealType: 'dinner' })).message, 'message');
    textOf((await app.post(`/meal-plans/${id}/replace`, { day: 'wednesday', mealType: 'dinner', replacedWith: 'Pizza' })).message, 'message');

    const [plan] = await plans();
    expect(plan).toMatchObject({ _id: id, title: 'Week 10' });
    expect(plan!.slots).toHaveLength(14);
    expect(plan!.slots.filter(({ status }) => status !== 'planned').map(({ day, mealType, name, status }) => [day, mealType, name, status])).toEqual([
      ['MONDAY', 'dinner', 'Soup', 'eaten'],
      ['TUESDAY', 'dinner', 'Soup', 'skipped'],
      ['WEDNESDAY', 'dinner', 'Soup', 'replaced'],
    ]);
    expect(readPlan((await app.get(`/meal-plans/${id}`)).plan)).toEqual(plan);

    await app.put(`/meal-plans/${id}`, { title: 'Week ten', weekStartDate: '2026-03-02', days });
    expect((await plans())[0]).toEqual({ ...plan, title: 'Week ten' });
    textOf((await app.remove(`/meal-plans/${id}`)).message, 'message');
    expect(await plans()).toEqual([]);
  }); // prettier-ignore

  it('a slot that is not planned is a sentence', async () => {
    const { _id } = await add(dal);
    const { plan } = await app.post('/meal-plans', { weekStartDate: '2026-03-09', days: [{ day: 'monday', meals: [{ mealType: 'dinner', meal: _id }] }] });
    const path = `/meal-plans/${textOf((plan as Json)._id, '_id')}/adhere`;
    await expect(app.post(path, { day: 'sunday', mealType: 'dinner' })).rejects.toMatchObject({ name: 'Shown', status: 404 });
  }); // prettier-ignore
});
