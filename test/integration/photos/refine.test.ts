import { FooddataDouble } from '../../doubles/fooddata';
import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';
import { resultOf } from '../resultOf';

/**
 * What is known here while FoodData Central is away: marked where that would have been asked, and corrected by itself once it is back. Of
 * words it is asked for what is not known here ("drumbleroot", "quibblefish").
 */
interface View {
  id: string;
  status: string;
  food: string | null;
  calories: number | null;
  provisional: boolean;
  incomplete: boolean;
  corrected: boolean;
  unrecognized: { id: string; text: string }[];
  items: { id: string; label: string; grams: number; provenance: { source: string }[] }[];
  metadata: { usda_fdc: { strategy: string; reason?: string } };
  versions?: { by: string; provisional: boolean; calories: number | null }[];
}

jest.setTimeout(60_000);

describe.each([
  ['cached', undefined],
  ['replayed at each step', 0],
])('workflows %s', (_name, maxCachedWorkflows) => {
  const classifier = new HuggingFaceDouble();
  const fooddata = new FooddataDouble();
  let house: House;
  let url: string;
  let token: string;
  let seed = 1200;
  beforeAll(async () => {
    await Promise.all([classifier.start(), fooddata.start()]);
    house = await openPalate(
      'refine',
      {
        HF_SPACE_URL: classifier.endpointUrl,
        FDC_BASE_URL: fooddata.baseUrl,
        FDC_API_KEY: 'test',
        PHOTO_REASK_MS: '200',
        PHOTO_REASK_MAX_MS: '400',
        CIRCUIT_OPEN_MS: '100',
        CIRCUIT_OPEN_MAX_MS: '100',
      },
      maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows },
    );
    ({ url } = await house.start());
    ({ token } = await signUp(url));
  }, 60_000);
  beforeEach(async () => {
    classifier.reset();
    fooddata.reset();
    await house.closeCircuits();
    await house.mongo.collection('food_answers').deleteMany({});
  });
  afterAll(async () => {
    await house.close();
    await Promise.all([classifier.stop(), fooddata.stop()]);
  });

  const predict = async () =>
    (await ask<View>(url, 'POST', '/predict', { token, form: photoForm(await picture((seed += 1))) })).body;
  const read = async (id: string) => (await ask<View>(url, 'GET', `/history/${id}`, { token })).body;
  const correct = (id: string, json: object) => ask<View>(url, 'PATCH', `/history/${id}`, { token, json });
  const sourcesOf = ({ items }: View) => items.map(({ provenance }) => provenance[0]!.source);
  /** The run that refines the entry's correction. */
  const correctionOf = async (id: string) =>
    house.temporal.workflow.getHandle((await house.store.photos.refiningOf(id))!.workflowId);
  const outcome = (id: string) => resultOf(house.temporal, `photo:${id}`);

  it('is marked, replaced by itself, and what it was is kept', async () => {
    fooddata.always(faults.status(500));
    const before = await predict();
    expect(before).toMatchObject({
      status: 'analyzed',
      provisional: true,
      metadata: { usda_fdc: { strategy: 'none' } },
    });
    expect(before.items[0]!.provenance[0]!.source).toBe('table');
    fooddata.always(null);
    expect(await outcome(before.id)).toBe('refined');
    const after = await read(before.id);
    expect(after).toMatchObject({ status: 'analyzed', provisional: false, corrected: false });
    expect(after.items[0]!.provenance[0]!.source).toBe('fdc');
    expect(after.versions).toEqual([
      expect.objectContaining({ by: 'fooddata', provisional: true, calories: before.calories }),
    ]);
  });

  it('never over a weight that the user stated', async () => {
    fooddata.always(faults.status(500));
    const before = await predict();
    const { body: corrected } = await correct(before.id, { grams: 111 });
    expect(corrected).toMatchObject({ corrected: true, provisional: false });
    fooddata.always(null);
    expect(await outcome(before.id)).toBe('labelled');
    const { versions: _versions, ...after } = await read(before.id);
    expect(after).toMatchObject({ food: corrected.food, calories: corrected.calories, corrected: true });
  });

  describe('of a correction', () => {
    it('are replaced by themselves: the food stays the user’s, and what they were is kept', async () => {
      fooddata.always(faults.status(500));
      const { id } = await predict();
      const { body: corrected } = await correct(id, { food: 'a banana and two cups of drumbleroot' });
      expect(corrected).toMatchObject({ corrected: true, provisional: true, incomplete: true });
      expect(sourcesOf(corrected)).toEqual(['table']);
      expect(await outcome(id)).toBe('labelled');
      const run = await correctionOf(id);
      fooddata.always(null);
      expect(await run.result()).toBe('refined');
      const after = await read(id);
      expect(after).toMatchObject({ status: 'analyzed', food: corrected.food, corrected: true, provisional: false });
      expect(after.items.map(({ label, grams }) => ({ label, grams }))).toEqual([
        ...corrected.items.map(({ label, grams }) => ({ label, grams })),
        { label: 'drumbleroot', grams: 260 },
      ]);
      expect(sourcesOf(after)).toEqual(['table', 'fdc']);
      expect(after.versions!.at(-1)).toMatchObject({ by: 'fooddata', provisional: true, calories: corrected.calories });
    });

    it('are those of before, until what the user named is known', async () => {
      const before = await predict();
      fooddata.always(faults.status(500));
      await house.mongo.collection('food_answers').deleteMany({});
      const { body: corrected } = await correct(before.id, { food: 'drumbleroot' });
      expect(corrected).toMatchObject({
        items: before.items,
        calories: before.calories,
        unrecognized: [{ text: 'drumbleroot' }],
        provisional: true,
      });
      const run = await correctionOf(before.id);
      fooddata.always(null);
      expect(await run.result()).toBe('refined');
      const after = await read(before.id);
      expect(after.items.map(({ id, label }) => [id, label])).toEqual([[corrected.unrecognized[0]!.id, 'drumbleroot']]);
      expect(after).toMatchObject({ provisional: false, incomplete: false });
    });

    it('are those of before for good, where nobody knows what the user named', async () => {
      const before = await predict();
      fooddata.always(faults.status(500));
      await correct(before.id, { food: 'zorbleberry' });
      const run = await correctionOf(before.id);
      fooddata.always(null);
      expect(await run.result()).toBe('refined');
      expect(await read(before.id)).toMatchObject({
        items: before.items,
        unrecognized: [{ text: 'zorbleberry' }],
        provisional: false,
        incomplete: true,
      });
    });

    it('are none of a photo without any, which waits for its label where nobody knows what the user named', async () => {
      classifier.answers([{ label: 'zorbleberry', score: 0.9 }]);
      const { id, status } = await predict();
      expect(status).toBe('needs_label');
      fooddata.always(faults.status(500));
      const { body: corrected } = await correct(id, { food: 'gruntlefruit' });
      expect(corrected).toMatchObject({ status: 'analyzed', provisional: true, items: [] });
      const run = await correctionOf(id);
      fooddata.always(null);
      expect(await run.result()).toBe('refined');
      expect(await read(id)).toMatchObject({ status: 'needs_label', corrected: false, items: [], unrecognized: [] });
    });

    it('are those of one item only, where the word was about one', async () => {
      const { id, items } = await predict();
      fooddata.always(faults.status(500));
      await house.mongo.collection('food_answers').deleteMany({});
      const path = `/history/${id}/items/${items[0]!.id}`;
      const { body: corrected } = await ask<View>(url, 'PATCH', path, { token, json: { food: 'drumbleroot' } });
      const { body: added } = await ask<View>(url, 'POST', `/history/${id}/items`, {
        token,
        json: { food: 'quibblefish' },
      });
      expect(corrected).toMatchObject({ corrected: true, provisional: true });
      const run = await correctionOf(id);
      fooddata.always(null);
      expect(await run.result()).toBe('refined');
      const after = await read(id);
      expect(added).toMatchObject({ items: [], incomplete: true });
      expect(after.items.map(({ id, label }) => ({ id, label }))).toEqual(
        added.unrecognized.map(({ id, text }) => ({ id, label: text })),
      );
      expect(sourcesOf(after)).toEqual(['fdc', 'fdc']);
    });

    describe('about one item after another', () => {
      const word = (id: string, item: string, food: string) =>
        ask<View>(url, 'PATCH', `/history/${id}/items/${item}`, { token, json: { food } });
      const two = async (caption = 'two boiled eggs and a glass of whole milk') => {
        const form = photoForm(await picture((seed += 1)), { caption });
        classifier.answers([{ label: 'pizza', score: 0.2 }]);
        return (await ask<View>(url, 'POST', '/predict', { token, form })).body;
      };

      it('are replaced for all of them, by the run of the last one', async () => {
        const { id, items } = await two();
        expect(items).toHaveLength(2);
        fooddata.always(faults.status(500));
        await house.mongo.collection('food_answers').deleteMany({});
        await word(id, items[0]!.id, 'drumbleroot');
        const first = await correctionOf(id);
        const { body: corrected } = await word(id, items[1]!.id, 'quibblefish');
        expect(corrected).toMatchObject({ corrected: true, provisional: true });
        const second = await correctionOf(id);
        expect(sourcesOf(corrected)).toEqual([]);
        fooddata.always(null);
        expect(await second.result()).toBe('refined');
        expect(await first.result()).toBe('superseded');
        const after = await read(id);
        expect(after.items.map(({ id, label }) => ({ id, label }))).toEqual(
          corrected.unrecognized.map(({ id, text }) => ({ id, label: text })),
        );
        expect(sourcesOf(after)).toEqual(['fdc', 'fdc']);
        expect(after).toMatchObject({ provisional: false, incomplete: false });
      });

      it('are replaced for all of them at once, where FoodData Central is back for the last one', async () => {
        const { id, items } = await two();
        fooddata.always(faults.status(500));
        await house.mongo.collection('food_answers').deleteMany({});
        await word(id, items[0]!.id, 'drumbleroot');
        fooddata.always(null);
        await house.closeCircuits();
        const { body: corrected } = await word(id, items[1]!.id, 'quibblefish');
        expect(sourcesOf(corrected)).toEqual(['fdc', 'fdc']);
        expect(corrected.provisional).toBe(false);
      });

      it('keep the weight that was stated of an item meanwhile, and what was taken out', async () => {
        const { id, items } = await two();
        fooddata.always(faults.status(500));
        await house.mongo.collection('food_answers').deleteMany({});
        const { body: said } = await word(id, items[0]!.id, 'drumbleroot and an apple');
        expect(said.unrecognized).toEqual([{ id: items[0]!.id, text: 'drumbleroot' }]);
        const apple = said.items.find(({ label }) => label === 'Apple')!;
        const run = await correctionOf(id);
        const path = `/history/${id}/items`;
        await ask<View>(url, 'PATCH', `${path}/${apple.id}`, { token, json: { grams: 111 } });
        const { body: weighed } = await ask<View>(url, 'DELETE', `${path}/${items[1]!.id}`, { token });
        expect(weighed).toMatchObject({ provisional: true, items: [{ grams: 111, label: 'Apple' }] });
        fooddata.always(null);
        expect(await run.result()).toBe('refined');
        const after = await read(id);
        expect(after.items.map(({ label, grams }) => [label, grams]).sort()).toEqual([
          ['Apple', 111],
          ['drumbleroot', 80],
        ]);
        expect(after.provisional).toBe(false);
      });

      it('are replaced where the machine’s own were provisional, too', async () => {
        fooddata.always(faults.status(500));
        const { id, items, provisional } = await two('two boiled eggs and quibblefish');
        expect(provisional).toBe(true);
        await word(id, items[0]!.id, 'drumbleroot');
        const run = await correctionOf(id);
        fooddata.always(null);
        expect(await run.result()).toBe('refined');
        const after = await read(id);
        expect(after.items.map(({ label }) => label)).toEqual(['drumbleroot', 'quibblefish']);
        expect(sourcesOf(after)).toEqual(['fdc', 'fdc']);
        expect(after.provisional).toBe(false);
      });
    });

    it.each([
      ['food', { food: 'two boiled eggs' }],
      ['weight', { servings: 2 }],
    ])('are not, where the user states another %s first', async (_what, word) => {
      // Its run asks again when the user has spoken.
      const patient = await house.start({ PALATE_ROLE: 'api', PHOTO_REASK_MS: '2000', PHOTO_REASK_MAX_MS: '2000' });
      fooddata.always(faults.status(500));
      const { id } = await predict();
      await ask(patient.url, 'PATCH', `/history/${id}`, { token, json: { food: 'drumbleroot and an apple' } });
      const first = await correctionOf(id);
      fooddata.always(null);
      await house.closeCircuits();
      const { body: corrected } = await correct(id, word);
      expect(corrected).toMatchObject({ corrected: true, provisional: false });
      expect(await first.result()).toBe('superseded');
      const { versions: _versions, ...after } = await read(id);
      expect(after).toMatchObject({ food: corrected.food, calories: corrected.calories, provisional: false });
      await patient.stop();
    });

    it('end with the entry', async () => {
      fooddata.always(faults.status(500));
      const { id } = await predict();
      await correct(id, { food: 'drumbleroot' });
      const run = await correctionOf(id);
      expect((await ask(url, 'DELETE', `/history/${id}`, { token })).status).toBe(204);
      expect(await run.result()).toBe('gone');
    });

    it('end with the account, also where the launch is not kept any more', async () => {
      const stranger = (await signUp(url)).token;
      fooddata.always(faults.status(500));
      const form = photoForm(await picture((seed += 1)));
      const { id } = (await ask<View>(url, 'POST', '/predict', { token: stranger, form })).body;
      await ask(url, 'PATCH', `/history/${id}`, { token: stranger, json: { food: 'drumbleroot' } });
      const run = await correctionOf(id);
      await house.mongo.collection('launches').deleteMany({});
      expect((await ask(url, 'DELETE', '/api/auth/me', { token: stranger })).status).toBe(202);
      await eventually(async () => (await run.describe()).status.name === 'TERMINATED');
    });
  });

  it('another time is no word about figures: they are replaced all the same', async () => {
    fooddata.always(faults.status(500));
    const before = await predict();
    await ask(url, 'PATCH', `/history/${before.id}`, { token, json: { consumed_at: '2026-03-01' } });
    fooddata.always(null);
    expect(await outcome(before.id)).toBe('refined');
    expect((await read(before.id)).provisional).toBe(false);
  });

  it('ends when the entry is deleted', async () => {
    fooddata.always(faults.status(500));
    const { id } = await predict();
    expect((await ask(url, 'DELETE', `/history/${id}`, { token })).status).toBe(204);
    expect(await outcome(id)).toBe('gone');
  });

  it('waits as long as it is told to, then the figures stand and stay marked', async () => {
    const short = await house.start({ PHOTO_REFINE_FOR_MS: '300' });
    fooddata.always(faults.status(500));
    const { body } = await ask<View>(short.url, 'POST', '/predict', {
      token,
      form: photoForm(await picture((seed += 1))),
    });
    expect(await outcome(body.id)).toBe('analyzed');
    expect((await read(body.id)).provisional).toBe(true);
    await short.stop();
  });
});

it('a photo does not wait again for what is known to be away', async () => {
  const classifier = await new HuggingFaceDouble().start();
  const fooddata = await new FooddataDouble().start();
  const house = await openPalate('refine-circuit', {
    HF_SPACE_URL: classifier.endpointUrl,
    FDC_BASE_URL: fooddata.baseUrl,
    FDC_API_KEY: 'test',
    CIRCUIT_FAILURES: '1',
  });
  try {
    const { url } = await house.start();
    fooddata.always(faults.status(503));
    for (const seed of [1300, 1301, 1302]) {
      const { body } = await ask<View>(url, 'POST', '/predict', { form: photoForm(await picture(seed)) });
      expect(body).toMatchObject({ status: 'analyzed', provisional: true });
    }
    expect(fooddata.calls).toBe(1);
  } finally {
    await house.close();
    await Promise.all([classifier.stop(), fooddata.stop()]);
  }
});
