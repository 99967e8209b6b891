import { FooddataDouble } from '../../doubles/fooddata';
import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';

/** Figures of our own table while FoodData Central is away: marked, and corrected by themselves once it is back. */
interface View {
  id: string;
  status: string;
  food: string | null;
  calories: number | null;
  provisional: boolean;
  corrected: boolean;
  items: { provenance: { source: string }[] }[];
  metadata: { usda_fdc: { strategy: string; reason?: string } };
  versions?: { by: string; provisional: boolean; calories: number | null }[];
}

jest.setTimeout(40_000);

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
  const outcome = (id: string) => house.temporal.workflow.getHandle(`photo:${id}`).result();

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

  it.each([
    ['another food', { food: 'two boiled eggs' }],
    ['another weight', { grams: 111 }],
  ])('never over a word of the user: %s', async (_what, word) => {
    fooddata.always(faults.status(500));
    const before = await predict();
    const { body: corrected } = await ask<View>(url, 'PATCH', `/history/${before.id}`, { token, json: word });
    expect(corrected).toMatchObject({ corrected: true, provisional: false });
    fooddata.always(null);
    expect(await outcome(before.id)).toBe('labelled');
    const { versions: _versions, ...after } = await read(before.id);
    expect(after).toMatchObject({ food: corrected.food, calories: corrected.calories, corrected: true });
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
