import sharp from 'sharp';
import { FooddataDouble, type FdcFood } from '../../doubles/fooddata';
import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';
import { resultOf } from '../resultOf';

/** What nobody knows is told in the words that were used, and counted nowhere. */
interface View {
  id: string;
  status: string;
  food: string | null;
  calories: number | null;
  interval: { low: number; high: number } | null;
  items: { id: string; label: string; grams: number }[];
  unrecognized: { id: string; text: string; amount?: string }[];
  incomplete: boolean;
  candidates: { label: string; confidence: number }[];
  provisional: boolean;
  corrected: boolean;
  inference_source: string | null;
  warnings: string[];
  message?: string;
}

jest.setTimeout(40_000);

/** A food of no table; 300 g of it have 150 kcal. */
const zorbleberry: FdcFood = {
  fdcId: 9_000_001,
  description: 'Zorbleberry, raw',
  dataType: 'Survey (FNDDS)',
  foodNutrients: [
    { nutrientId: 1008, nutrientNumber: '208', unitName: 'KCAL', nutrientName: 'Energy', value: 50 },
    { nutrientId: 1003, nutrientNumber: '203', unitName: 'G', nutrientName: 'Protein', value: 1 },
  ],
  foodMeasures: [],
};

describe.each([
  ['cached', undefined],
  ['replayed at each step', 0],
])('workflows %s', (_name, maxCachedWorkflows) => {
  const classifier = new HuggingFaceDouble();
  const fooddata = new FooddataDouble();
  let house: House;
  let url: string;
  let token: string;
  let seed = 4200;
  beforeAll(async () => {
    await Promise.all([classifier.start(), fooddata.start()]);
    house = await openPalate(
      'unrecognized',
      {
        HF_SPACE_URL: classifier.endpointUrl,
        FDC_BASE_URL: fooddata.baseUrl,
        FDC_API_KEY: 'test',
        PHOTO_CLASSIFY_ATTEMPTS: '2',
        PHOTO_CLASSIFY_RETRY_MS: '20',
        PHOTO_REASK_MS: '200',
        PHOTO_REASK_MAX_MS: '400',
        CIRCUIT_OPEN_MS: '100',
        CIRCUIT_OPEN_MAX_MS: '100',
      },
      maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows },
    );
    ({ url } = await house.start());
  }, 60_000);
  beforeEach(async () => {
    classifier.reset();
    fooddata.reset();
    await house.closeCircuits();
    await house.mongo.collection('food_answers').deleteMany({});
    ({ token } = await signUp(url));
  });
  afterAll(async () => {
    await house.close();
    await Promise.all([classifier.stop(), fooddata.stop()]);
  });

  const predict = async (caption?: string) => {
    const form = photoForm(await picture((seed += 1)), caption === undefined ? {} : { caption });
    return (await ask<View>(url, 'POST', '/predict', { token, form })).body;
  };
  const read = async (id: string) => (await ask<View>(url, 'GET', `/history/${id}`, { token })).body;
  const outcome = (id: string) => resultOf(house.temporal, `photo:${id}`);
  const known = { items: [{ label: 'Egg', grams: 100 }] };

  it('stands beside what is known, and the figures are of the rest', async () => {
    classifier.answers([{ label: 'pizza', score: 0.1 }]);
    const eaten = await predict('two boiled eggs and 300 g of zorbleberry');
    expect(eaten).toMatchObject({
      ...known,
      status: 'analyzed',
      food: 'Egg, zorbleberry',
      unrecognized: [{ id: '2', text: 'zorbleberry', amount: '300 g' }],
      incomplete: true,
      provisional: false,
    });
    expect(eaten.warnings.join()).toMatch(/zorbleberry: not known to any source, and not counted/);
    const alone = await predict('two boiled eggs');
    expect(alone).toMatchObject({ unrecognized: [], incomplete: false, calories: eaten.calories });

    const { body: summary } = await ask<{ days: Record<string, unknown>[] }>(url, 'GET', '/history/summary', { token });
    expect(summary.days.at(-1)).toMatchObject({
      calories: 2 * (alone.calories ?? NaN),
      incomplete: true,
      lower_bounds: expect.arrayContaining(['calories', 'proteins']) as string[],
    });
    const { body: csv } = await ask<{ text: string }>(url, 'GET', '/history.csv', { token });
    expect(csv.text.split('\r\n').map((line) => line.split(',').slice(-2).join())).toEqual([
      'incomplete,unrecognized',
      'false,',
      'true,zorbleberry',
      '',
    ]);
  });

  it('is named by its user, or taken out, and the meal is whole', async () => {
    classifier.answers([{ label: 'pizza', score: 0.1 }]);
    const eaten = await predict('two boiled eggs and 300 g of zorbleberry');
    const item = `/history/${eaten.id}/items/2`;
    expect(await ask(url, 'PATCH', item, { token, json: { grams: 200 } })).toMatchObject({ status: 422 });
    const otherwise = await ask<View>(url, 'PATCH', item, { token, json: { food: 'a gruntlefruit' } });
    expect(otherwise.body).toMatchObject({ ...known, unrecognized: [{ id: '2' }], incomplete: true });
    const named = await ask<View>(url, 'PATCH', item, { token, json: { food: 'banana', grams: 100 } });
    expect(named.body).toMatchObject({ unrecognized: [], incomplete: false });
    expect(named.body.items.map(({ id, grams }) => [id, grams])).toEqual([
      ['1', 100],
      ['2', 100],
    ]);

    const told = await predict('two boiled eggs and 300 g of zorbleberry');
    const path = `/history/${told.id}/items/2`;
    // How much it was has been said; only what it was was missing.
    const still = await ask<View>(url, 'PATCH', path, { token, json: { food: 'gruntlefruit' } });
    expect(still.body).toMatchObject({ unrecognized: [{ id: '2', text: 'gruntlefruit', amount: '300 g' }] });
    const weighed = await ask<View>(url, 'PATCH', path, { token, json: { food: 'strawberries' } });
    expect(weighed.body.items.map(({ id, grams }) => [id, grams])).toEqual([
      ['1', 100],
      ['2', 300],
    ]);

    const other = await predict('two boiled eggs and 300 g of zorbleberry');
    const out = await ask<View>(url, 'DELETE', `/history/${other.id}/items/2`, { token });
    expect(out.body).toMatchObject({ ...known, unrecognized: [], incomplete: false });
    expect(await ask(url, 'DELETE', `/history/${other.id}/items/1`, { token })).toMatchObject({ status: 422 });
  });

  it('leaves no telling what the rest weighs where only the whole was weighed', async () => {
    classifier.answers([{ label: 'pizza', score: 0.1 }]);
    const form = photoForm(await picture((seed += 1)), { caption: 'two boiled eggs and zorbleberry', grams: '500' });
    const { body: eaten } = await ask<View>(url, 'POST', '/predict', { token, form });
    expect(eaten).toMatchObject({ ...known, incomplete: true });
    expect(eaten.warnings.join()).toMatch(/500 g is what the whole weighs, and part of it is not known/);
    const entry = `/history/${eaten.id}`;
    expect(await ask(url, 'PATCH', entry, { token, json: { grams: 400 } })).toMatchObject({ status: 422 });
    const { body } = await ask<View>(url, 'PATCH', `${entry}/items/1`, { token, json: { grams: 120 } });
    expect(body.items.map(({ grams }) => grams)).toEqual([120]);
    const named = await ask<View>(url, 'PATCH', `${entry}/items/2`, {
      token,
      json: { food: 'gruntlefruit', grams: 90 },
    });
    expect(named.body.unrecognized).toEqual([{ id: '2', text: 'gruntlefruit', amount: '90 g' }]);
  });

  it('is asked of FoodData Central, also later where that is away', async () => {
    classifier.answers([{ label: 'pizza', score: 0.1 }]);
    fooddata.adds(zorbleberry);
    const found = await predict('300 g of zorbleberry');
    expect(found).toMatchObject({ status: 'analyzed', calories: 150, unrecognized: [], incomplete: false });

    await house.mongo.collection('food_answers').deleteMany({});
    fooddata.always(faults.status(500));
    const before = await predict('300 g of zorbleberry');
    expect(before).toMatchObject({
      status: 'analyzed',
      calories: null,
      interval: null,
      unrecognized: [{ text: 'zorbleberry', amount: '300 g' }],
      incomplete: true,
      provisional: true,
    });
    fooddata.always(null);
    expect(await outcome(before.id)).toBe('refined');
    expect(await read(before.id)).toMatchObject({ calories: 150, incomplete: false, provisional: false });
  });

  it('waits for its label where FoodData Central turns out not to know it either', async () => {
    classifier.answers([{ label: 'pizza', score: 0.1 }]);
    fooddata.always(faults.status(500));
    const before = await predict('300 g of zorbleberry');
    expect(before).toMatchObject({ status: 'analyzed', provisional: true });
    fooddata.always(null);
    expect(await outcome(before.id)).toBe('unlabelled');
    expect(await read(before.id)).toMatchObject({
      status: 'needs_label',
      calories: null,
      provisional: false,
      caption: '300 g of zorbleberry',
    });
  });

  it('as all that a caption names keeps the photo, which waits for its label with what the classifier took it for', async () => {
    classifier.answers([{ label: 'pizza', score: 0.2 }]);
    const eaten = await predict('300 g of zorbleberry');
    expect(eaten).toMatchObject({
      status: 'needs_label',
      calories: null,
      items: [],
      candidates: [{ label: 'pizza', confidence: 0.2 }],
    });
    expect(eaten.message).toMatch(/^It looks like pizza, but that is not sure.* Name it yourself/);
  });

  it('as all that a caption names leaves the word to a classifier that is back', async () => {
    classifier.always(faults.status(500));
    const before = await predict('300 g of zorbleberry');
    // Never 200 first: that says that nobody is asked again.
    expect(before).toMatchObject({ status: 'needs_label', calories: null, food: 'Still being analysed' });
    expect(before.message).toMatch(/the classifier is asked again/);
    classifier.always(null);
    await eventually(async () => (await read(before.id)).status === 'analyzed');
    // What was said with an amount is not passed over: the user says whether it is that dish.
    expect(await read(before.id)).toMatchObject({
      inference_source: 'huggingface_space',
      food: 'Pizza, zorbleberry',
      unrecognized: [{ text: 'zorbleberry', amount: '300 g' }],
      incomplete: true,
    });
  });

  it('as a label is a candidate and no food; a label that names no food is none', async () => {
    classifier.answers([{ label: 'zorbleberry', score: 0.9 }]);
    const eaten = await predict();
    expect(eaten).toMatchObject({ status: 'needs_label', candidates: [{ label: 'zorbleberry', confidence: 0.9 }] });
    expect(await outcome(eaten.id)).toBe('unlabelled');

    classifier.answers([
      { label: 'dining_table', score: 0.9 },
      { label: 'LABEL_0', score: 0.05 },
    ]);
    expect(await predict()).toMatchObject({ status: 'hf_rejected', label: 'no food' });
    classifier.answers([
      { label: 'person', score: 0.3 },
      { label: 'pizza', score: 0.6 },
    ]);
    expect(await predict()).toMatchObject({ status: 'analyzed', food: 'Pizza' });
  });

  describe('in a correction', () => {
    const correct = async (id: string, json: object, item = '') => {
      const path = `/history/${id}${item === '' ? '' : `/items/${item}`}`;
      const { status, body } = await ask<View>(url, 'PATCH', path, { token, json });
      expect(status).toBe(200);
      return body;
    };
    const pizza = async () => {
      const eaten = await predict();
      expect(eaten).toMatchObject({ food: 'Pizza' });
      return eaten;
    };

    it('takes nothing away: what stood before stands, beside the words', async () => {
      const before = await pizza();
      const after = await correct(before.id, { food: 'zorbleberry', grams: 300 });
      expect(after).toMatchObject({
        status: 'analyzed',
        corrected: true,
        food: 'Pizza, zorbleberry',
        calories: before.calories,
        items: before.items,
        unrecognized: [{ id: '2', text: 'zorbleberry', amount: '300 g' }],
        incomplete: true,
      });
      expect(after.warnings.join()).toMatch(/zorbleberry: not known .* what it was said in place of stands/);
      const again = await correct(before.id, { food: 'gruntlefruit' });
      expect(again).toMatchObject({ items: before.items, unrecognized: [{ id: '3', text: 'gruntlefruit' }] });
      const { status } = await ask(url, 'PATCH', `/history/${before.id}`, { token, json: { grams: 300 } });
      expect(status).toBe(422);
      const added = await ask<View>(url, 'POST', `/history/${before.id}/items`, {
        token,
        json: { food: 'brunglebeet' },
      });
      expect(added.body.unrecognized.map(({ text }) => text)).toEqual(['gruntlefruit', 'brunglebeet']);
    });

    it.each([
      ['the entry', ''],
      ['the words', '2'],
      ['the only item', '1'],
    ])('leaves nothing of itself once %s is named', async (_what, item) => {
      const { id } = await pizza();
      await correct(id, { food: 'zorbleberry' });
      const named = await correct(id, { food: '150 g of apple' }, item);
      expect(named).toMatchObject({ food: 'Apple', unrecognized: [], incomplete: false });
      expect(named.items.map(({ grams }) => grams)).toEqual([150]);
    });

    it('of one item leaves that item as it was, and goes when it is named', async () => {
      classifier.answers([{ label: 'pizza', score: 0.1 }]);
      const before = await predict('two boiled eggs and a banana');
      const unknown = await correct(before.id, { food: 'gruntlefruit' }, '1');
      expect(unknown).toMatchObject({
        items: before.items,
        calories: before.calories,
        unrecognized: [{ id: '3', text: 'gruntlefruit' }],
        incomplete: true,
      });
      const weighed = await correct(before.id, { grams: 60 }, '1');
      expect(weighed).toMatchObject({ unrecognized: [{ id: '3' }] });
      const otherwise = await correct(before.id, { food: 'brunglebeet' }, '3');
      expect(otherwise).toMatchObject({ items: weighed.items, unrecognized: [{ id: '3', text: 'brunglebeet' }] });
      const named = await correct(before.id, { food: '150 g of apple' }, '1');
      expect(named.items.map(({ id, label }) => [id, label])).toEqual([
        ['1', 'Apple'],
        ['2', 'Banana'],
      ]);
      expect(named).toMatchObject({ unrecognized: [], incomplete: false });
    });

    it('of one item stays where that item is taken out, and is taken out alone', async () => {
      classifier.answers([{ label: 'pizza', score: 0.1 }]);
      const { id } = await predict('two boiled eggs and a banana');
      await correct(id, { food: 'gruntlefruit' }, '1');
      const out = await ask<View>(url, 'DELETE', `/history/${id}/items/1`, { token });
      expect(out.body).toMatchObject({ food: 'Banana, gruntlefruit', incomplete: true });
      const none = await ask<View>(url, 'DELETE', `/history/${id}/items/3`, { token });
      expect(none.body).toMatchObject({ food: 'Banana', incomplete: false });
    });

    it('leaves a photo without figures waiting for its label', async () => {
      classifier.answers([{ label: 'zorbleberry', score: 0.9 }]);
      const before = await predict();
      expect(before.status).toBe('needs_label');
      const after = await correct(before.id, { food: 'gruntlefruit' });
      expect(after).toMatchObject({ status: 'needs_label', corrected: false, calories: null, items: [] });
      expect(after.message).toMatch(/Name it yourself/);
      expect(await correct(before.id, { food: '150 g of apple' })).toMatchObject({ status: 'analyzed', food: 'Apple' });
    });

    it('is remembered of the plate, and what it was said in place of is not', async () => {
      const bytes = await picture(4_700);
      const send = async (photo: Buffer) =>
        (await ask<View>(url, 'POST', '/predict', { token, form: photoForm(photo) })).body;
      const first = await send(bytes);
      expect(first.food).toBe('Pizza');
      await correct(first.id, { food: 'zorbleberry' });
      house.time.passedMs += 11 * 60_000;
      const unknown = await send(await sharp(bytes).jpeg({ quality: 70 }).toBuffer());
      expect(unknown.status).toBe('needs_label');
      expect(unknown.candidates[0]!.label).toBe('zorbleberry');
    });
  });

  it('of a meal in words is told, and a meal of nothing else is refused', async () => {
    const save = (text: string) =>
      ask<{ entry: View; detail: string }>(url, 'POST', '/save_meal', { token, json: { text } });
    const { status, body } = await save('two boiled eggs and 300 g of zorbleberry');
    expect(status).toBe(201);
    expect(body.entry).toMatchObject({ ...known, unrecognized: [{ text: 'zorbleberry' }], incomplete: true });
    expect(await save('300 g of zorbleberry')).toMatchObject({ status: 422 });
  });
});

describe('who is believed', () => {
  const classifier = new HuggingFaceDouble();
  let house: House;
  let url: string;
  beforeAll(async () => {
    await classifier.start();
    house = await openPalate('believed', { HF_SPACE_URL: classifier.endpointUrl });
    ({ url } = await house.start());
  }, 60_000);
  afterAll(async () => {
    await house.close();
    await classifier.stop();
  });

  it('the words of its user, and the answer says what the picture looks like', async () => {
    const { token } = await signUp(url);
    const predict = async (caption: string, seed: number) => {
      const form = photoForm(await picture(seed), { caption });
      return (await ask<View>(url, 'POST', '/predict', { token, form })).body;
    };
    const said = await predict('two boiled eggs', 4301);
    expect(said).toMatchObject({
      food: 'Egg',
      inference_source: 'caption',
      candidates: expect.arrayContaining([{ label: 'pizza', confidence: 0.953 }]) as unknown[],
    });
    expect(said.warnings.join()).toMatch(/The picture looks like pizza; your words were taken for what it is/);
    const agreed = await predict('two slices of pizza', 4302);
    expect(agreed).toMatchObject({ food: 'Pizza', inference_source: 'huggingface_space' });
    expect(agreed.warnings.join()).not.toMatch(/looks like/);
    // Words about nothing that is eaten add nothing.
    expect(await predict('with mum', 4399)).toMatchObject({ food: 'Pizza', unrecognized: [], incomplete: false });
    // Words that say what there is besides take nothing away.
    const beside = await predict('with a glass of whole milk', 4304);
    expect(beside).toMatchObject({ food: 'Pizza, Whole milk', inference_source: 'huggingface_space' });
    // Words that name no food contradict nothing.
    expect(await predict('yummy', 4303)).toMatchObject({ food: 'Pizza', inference_source: 'huggingface_space' });
  });
});
