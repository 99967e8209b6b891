import { FooddataDouble } from '../../doubles/fooddata';
import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { killChangeStreams } from '../changeStreams';
import { picture } from './meals';
import { resultOf } from '../resultOf';

/** The main job on real engines: request → workflow → activity → store → answer. Once with cached workflows, once replayed at each step. */
interface View {
  id: string;
  status: string;
  revision: number;
  food: string | null;
  calories: number | null;
  items: {
    label: string;
    grams: number;
    portion: { grams: number; source: string };
    calories: number;
    provenance: { source: string; fdc_id?: number; grams: number }[];
  }[];
  candidates: { label: string; confidence: number }[];
  image_url: string | null;
  inference_source: string | null;
  estimated: boolean;
  interval: { low: number; high: number } | null;
  metadata: { usda_fdc?: { strategy: string } };
  warnings: string[];
  caption: string | null;
  ml_service_error?: string;
  message?: string;
  corrected: boolean;
}
interface Log {
  items: View[];
  message?: string;
  nextCursor: string | null;
}

const quick = {
  PHOTO_CLASSIFY_RETRY_MS: '20',
  PHOTO_CLASSIFY_ATTEMPTS: '2',
  PHOTO_REASK_MS: '200',
  PHOTO_REASK_MAX_MS: '400',
  PHOTO_REASK_FOR_MS: '60000',
  CIRCUIT_OPEN_MS: '100',
  CIRCUIT_OPEN_MAX_MS: '100',
};

jest.setTimeout(60_000);

describe.each([
  ['cached', undefined],
  ['replayed at each step', 0],
])('photos, workflows %s', (_name, maxCachedWorkflows) => {
  const classifier = new HuggingFaceDouble();
  const fooddata = new FooddataDouble();
  let house: House;
  let url: string;
  let token: string;
  let seed = 0;
  const nextPicture = () => picture((seed += 1));
  const predict = async (fields: Record<string, string> = {}, who: string | null = token, bytes?: Buffer) =>
    ask<View>(url, 'POST', '/predict', {
      token: who ?? undefined,
      form: photoForm(bytes ?? (await nextPicture()), fields),
    });
  const objectsLeft = async (id: string) => {
    const found: string[] = [];
    for await (const key of house.objects.list(`photos/${id}/`)) found.push(key.split('/').at(-1)!);
    return found.sort();
  };

  beforeAll(async () => {
    await Promise.all([classifier.start(), fooddata.start()]);
    house = await openPalate(
      'photos',
      {
        ...quick,
        HF_SPACE_URL: classifier.endpointUrl,
        FDC_BASE_URL: fooddata.baseUrl,
        FDC_API_KEY: 'test',
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
  });
  afterAll(async () => {
    await house.close();
    await Promise.all([classifier.stop(), fooddata.stop()]);
  });

  it('names, weighs and stores a meal', async () => {
    const { status, body } = await predict();
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'analyzed', inference_source: 'huggingface_space', estimated: false });
    expect(body.candidates[0]).toEqual({ label: 'pizza', confidence: 0.953 });
    expect(body.items[0]!.provenance[0]!.source).toBe('fdc');
    expect(body.calories).toBe(body.items.reduce((sum, item) => sum + item.calories, 0));
    expect(body.interval!.low).toBeLessThan(body.calories!);
    expect(body.interval!.high).toBeGreaterThan(body.calories!);

    const log = await ask<Log>(url, 'GET', '/history', { token });
    expect(log.body.items[0]).toMatchObject({ id: body.id, food: body.food, calories: body.calories });
    const shown = await fetch(body.image_url!);
    expect(shown.status).toBe(200);
    expect(shown.headers.get('content-type')).toBe('image/jpeg');
    expect(shown.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(await objectsLeft(body.id)).toEqual(['picture.jpg', 'thumbnail.jpg']);
  });

  it('rejects what the classifier is unsure of, and keeps nothing', async () => {
    classifier.answers([{ label: 'pizza', score: 0.31 }]);
    const { status, body } = await predict();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      accepted: false,
      status: 'hf_rejected',
      label: 'pizza',
      confidence: 0.31,
      threshold: 0.5,
      message: 'Sorry! Unfortunately, we cannot analyze your picture!',
      error: 'Sorry! Unfortunately, we cannot analyze your picture!',
    });
    expect(await objectsLeft(body.id)).toEqual([]);
    const log = await ask<Log>(url, 'GET', '/history', { token });
    expect(log.body.items.map(({ id }) => id)).not.toContain(body.id);
    expect((await ask(url, 'GET', `/photos/${body.id}`, { token })).body).toMatchObject({ status: 'hf_rejected' });
  });

  it('never rejects a photo with a caption: below the threshold the words name the food', async () => {
    classifier.answers([{ label: 'pizza', score: 0.31 }]);
    const { body } = await predict({ caption: 'two boiled eggs' });
    expect(body).toMatchObject({ status: 'analyzed', inference_source: 'caption' });
    expect(body.items[0]!.grams).toBe(100);
  });

  it('words that name no food are no label, and still keep the photo from being rejected', async () => {
    classifier.answers([{ label: 'pizza', score: 0.31 }]);
    for (const caption of ['my lunch, yummy!', 'no breakfast today', '0 apples']) {
      const { status, body } = await predict({ caption });
      expect([status, body.status, body.food, body.calories]).toEqual([200, 'needs_label', null, null]);
    }
  });

  it('without classifier and caption waits for the word of the user, and works it in', async () => {
    classifier.always(faults.status(402));
    const { status, body } = await predict();
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'needs_label', food: null, calories: null });
    expect(body.ml_service_error).toBeTruthy();
    expect((await ask<Log>(url, 'GET', '/history', { token })).body.items[0]).toMatchObject({
      id: body.id,
      status: 'needs_label',
    });
    const corrected = await ask<View>(url, 'PATCH', `/history/${body.id}`, {
      token,
      json: { food: 'two slices of cheese pizza' },
    });
    expect(corrected.status).toBe(200);
    expect(corrected.body).toMatchObject({ status: 'analyzed', inference_source: 'user', corrected: true });
    expect(corrected.body.calories).toBeGreaterThan(300);
  });

  it('is finished by the classifier when it is back, and answers 202 until then', async () => {
    classifier.always(faults.status(500));
    const { status, body, headers } = await predict();
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/photos/${body.id}`);
    expect(body).toMatchObject({
      status: 'needs_label',
      food: 'Still being analysed',
      calories: null,
      ingredients: [],
    });
    classifier.always(null);
    const done = await eventually(async () => {
      const now = await ask<View>(url, 'GET', `/photos/${body.id}`, { token });
      return now.body.status === 'analyzed' && now.body;
    });
    expect(done.inference_source).toBe('huggingface_space');
  });

  it('a word that comes while the classifier is asked again stands, and ends the asking', async () => {
    classifier.always(faults.status(500));
    const { body } = await predict();
    await ask<View>(url, 'PATCH', `/history/${body.id}`, { token, json: { food: 'an apple' } });
    classifier.always(null);
    expect(await resultOf(house.temporal, `photo:${body.id}`)).toBe('labelled');
    expect((await ask<View>(url, 'GET', `/photos/${body.id}`, { token })).body).toMatchObject({
      inference_source: 'user',
      status: 'analyzed',
    });
  });

  it('the same bytes within ten minutes, or for the same stated time, are one analysis', async () => {
    const bytes = await nextPicture();
    const answers = await Promise.all([
      predict({}, token, bytes),
      predict({}, token, bytes),
      predict({}, token, bytes),
    ]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const stated = await predict({ meal_date: '2026-03-01' }, token, bytes);
    expect(stated.body.id).not.toBe(answers[0].body.id);
    expect((await predict({ meal_date: '2026-03-01' }, token, bytes)).body.id).toBe(stated.body.id);
    house.time.passedMs += 11 * 60_000;
    expect((await predict({}, token, bytes)).body.id).not.toBe(answers[0].body.id);
    expect((await predict({ meal_date: '2026-03-01' }, token, bytes)).body.id).toBe(stated.body.id);
    const other = await signUp(url);
    expect((await predict({}, other.token, bytes)).body.id).not.toBe(answers[0].body.id);
  });

  it('the same bytes with other words are one entry, which says that the first words stand and how to correct them', async () => {
    const bytes = await nextPicture();
    const first = await predict({ caption: 'two boiled eggs', grams: '120' }, token, bytes);
    expect(first.body.message).toBeUndefined();
    const again = await predict({ caption: 'two boiled eggs', grams: '120' }, token, bytes);
    const silent = await predict({}, token, bytes);
    for (const { body } of [again, silent]) expect([body.id, body.message]).toEqual([first.body.id, undefined]);

    for (const [fields, words, patch] of [
      [{ caption: 'a slice of pizza', grams: '120' }, 'caption', { food: 'a slice of pizza' }],
      [{ caption: 'two boiled eggs', grams: '300' }, 'grams', { grams: 300 }],
      [{ caption: 'rice', grams: '301' }, 'caption and grams', { food: 'rice', grams: 301 }],
    ] as const) {
      const { status, body } = await predict(fields, token, bytes);
      expect([status, body.id, body.caption]).toEqual([200, first.body.id, 'two boiled eggs']);
      expect(body.message).toContain(`the ${words} sent now changed nothing`);
      expect(body.message).toContain(`PATCH /history/${first.body.id} {`);
      for (const field of Object.keys(patch)) expect(body.message).toContain(`"${field}": `);
      // What it advises works.
      expect((await ask(url, 'PATCH', `/history/${first.body.id}`, { token, json: patch })).status).toBe(200);
    }
    expect((await ask<View>(url, 'GET', `/photos/${first.body.id}`, { token })).body.message).toBeUndefined();
  });

  it('the same Idempotency-Key is one photo, also for anonymous callers; another body is refused', async () => {
    const bytes = await nextPicture();
    const send = (picture: Buffer) =>
      ask<View>(url, 'POST', '/predict', { form: photoForm(picture), headers: { 'idempotency-key': 'one key' } });
    const first = await send(bytes);
    const second = await send(bytes);
    expect(second.body.id).toBe(first.body.id);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect((await send(await nextPicture())).status).toBe(422);
  });

  it('an anonymous photo is read with its key only, and by nobody else', async () => {
    const { body, headers } = await predict({}, null);
    const location = headers.get('location')!;
    expect(location).toMatch(new RegExp(`^/photos/${body.id}\\?key=`));
    expect((await ask<View>(url, 'GET', location)).body.id).toBe(body.id);
    expect((await ask(url, 'GET', `/photos/${body.id}`)).status).toBe(404);
    expect((await ask(url, 'GET', `/photos/${body.id}?key=AAAAAAAAAAAAAAAAAAAAAA`)).status).toBe(404);
    expect((await ask(url, 'GET', `/photos/${body.id}`, { token })).status).toBe(404);
  });

  it('someone else’s entry is not there: 404 to read, correct and delete', async () => {
    const { body } = await predict();
    const other = await signUp(url);
    for (const [method, target] of [
      ['GET', `/photos/${body.id}`],
      ['GET', `/history/${body.id}`],
      ['PATCH', `/history/${body.id}`],
      ['DELETE', `/history/${body.id}`],
      ['GET', `/photos/${body.id}/events`],
    ] as const) {
      const json = method === 'PATCH' ? { grams: 10 } : undefined;
      expect((await ask(url, method, target, { token: other.token, json })).status).toBe(404);
    }
    expect((await ask(url, 'GET', `/history/${body.id}`, { token })).status).toBe(200);
  });

  it('other grams and servings are computed anew; the totals stay sums', async () => {
    const { body } = await predict();
    const grams = body.items[0]!.grams;
    const doubled = await ask<View>(url, 'PATCH', `/history/${body.id}`, { token, json: { grams: grams * 2 } });
    expect(doubled.body.calories! / body.calories!).toBeCloseTo(2, 1);
    expect(doubled.body.items[0]!.portion.source).toBe('given');
    const half = await ask<View>(url, 'PATCH', `/history/${body.id}`, { token, json: { servings: 0.5 } });
    expect(half.body.calories! / body.calories!).toBeCloseTo(1, 1);
    const moved = await ask<View & { consumed_at: string }>(url, 'PATCH', `/history/${body.id}`, {
      token,
      json: { consumed_at: '2026-02-03' },
    });
    expect(moved.body.consumed_at).toBe('2026-02-03T12:00:00.000Z');
  });

  it('a deleted entry is gone with its pictures', async () => {
    const { body } = await predict();
    expect((await ask(url, 'DELETE', `/history/${body.id}`, { token })).status).toBe(204);
    expect((await ask(url, 'GET', `/photos/${body.id}`, { token })).status).toBe(404);
    expect((await fetch(body.image_url!)).status).toBe(404);
    await eventually(
      async () =>
        (await objectsLeft(body.id)).length === 0 && (await house.store.photos.runsOf('nobody', 1)).length === 0,
    );
    expect((await ask(url, 'DELETE', `/history/${body.id}`, { token })).status).toBe(404);
  });

  it('with food data away the figures are of our own table, and said to be', async () => {
    fooddata.always(faults.status(500));
    classifier.answers([{ label: 'ramen', score: 0.9 }]);
    const { body } = await predict();
    expect(body).toMatchObject({ status: 'analyzed', metadata: { usda_fdc: { strategy: 'none' } } });
    expect(body.items[0]!.provenance[0]!.source).toBe('table');
  });

  it('given grams are the portion', async () => {
    const { body } = await predict({ grams: '300' });
    expect(body.items[0]).toMatchObject({ grams: 300, portion: { grams: 300, source: 'given' } });
  });

  it('a damaged picture is refused with a sentence and leaves nothing', async () => {
    const whole = await nextPicture();
    const { status, body } = await predict({}, token, whole.subarray(0, Math.floor(whole.length * 0.6)));
    expect(status).toBe(422);
    expect((body as unknown as { detail: string }).detail).toMatch(/damaged|cut off/);
    const { body: log } = await ask<Log>(url, 'GET', '/history', { token });
    expect(log.items.every((item) => item.status !== 'failed')).toBe(true);
  });

  it('events tell each change with the whole row; a client that returns gets only what is newer', async () => {
    const { body } = await predict();
    const stop = new AbortController();
    const events = await fetch(`${url}/photos/${body.id}/events`, {
      headers: { authorization: `Bearer ${token}`, 'last-event-id': String(body.revision) },
      signal: stop.signal,
    });
    expect(events.headers.get('content-type')).toContain('text/event-stream');
    await ask(url, 'PATCH', `/history/${body.id}`, { token, json: { servings: 2 } });
    let heard = '';
    for await (const chunk of events.body!) {
      heard += Buffer.from(chunk).toString();
      if (heard.includes('event: photo')) break;
    }
    stop.abort();
    expect(heard).toContain(`id: ${body.revision + 1}`);
    expect(heard).toContain('"portion"');
  });

  it('events tell of a change that was made while the change stream was broken', async () => {
    const { body } = await predict();
    const stop = new AbortController();
    const events = await fetch(`${url}/photos/${body.id}/events`, {
      headers: { authorization: `Bearer ${token}` },
      signal: stop.signal,
    });
    let heard = '';
    let broken = false;
    for await (const chunk of events.body!) {
      heard += Buffer.from(chunk).toString();
      if (heard.includes(`id: ${body.revision + 1}\n`)) break;
      if (broken || !heard.includes(`id: ${body.revision}\n`)) continue;
      broken = true;
      await killChangeStreams(house.mongo);
      await ask(url, 'PATCH', `/history/${body.id}`, { token, json: { servings: 2 } });
    }
    stop.abort();
    expect(heard).toContain(`id: ${body.revision + 1}\n`);
  });

  it('meals in words and by name stand in the log and in /meals', async () => {
    const eater = await signUp(url);
    const empty = await ask<Log>(url, 'GET', '/history', { token: eater.token });
    expect(empty.body).toMatchObject({ items: [], message: 'history empty' });
    const byName = await ask<{ meal: { id: string } }>(url, 'POST', '/save_meal', {
      token: eater.token,
      json: { name: 'Grandma’s stew', calories: 420, date: '2026-01-05' },
    });
    expect(byName.status).toBe(201);
    expect(byName.body).toMatchObject({
      message: 'Meal saved',
      meal: { name: 'Grandma’s stew', calories: 420, date: '2026-01-05' },
    });
    const byWords = await ask<{ meal: { calories: number } }>(url, 'POST', '/save_meal', {
      token: eater.token,
      json: { text: 'two slices of cheese pizza and a glass of whole milk' },
    });
    expect(byWords.status).toBe(201);
    expect(byWords.body.meal.calories).toBeGreaterThan(600);
    const meals = await ask<unknown[]>(url, 'GET', '/meals', { token: eater.token });
    expect(meals.body).toHaveLength(2);
    expect((await ask<Log>(url, 'GET', '/history', { token: eater.token })).body.items).toHaveLength(2);
    expect((await ask(url, 'POST', '/save_meal', { token: eater.token, json: { text: 'xyzzy plugh' } })).status).toBe(
      422,
    );
    expect((await ask(url, 'GET', '/meals')).status).toBe(401);
  });

  it('a meal by name keeps every figure that is stated, and refuses by name what it does not know', async () => {
    const { token } = await signUp(url);
    const save = (json: object) => ask(url, 'POST', '/save_meal', { token, json });
    const stated = { calories: 650, proteins: 30, fats: 20, carbohydrates: 80, sodium_mg: 900 };
    const lunch = await save({ name: 'Lunch out', ...stated });
    expect(lunch).toMatchObject({
      status: 201,
      body: { entry: { nutrition_facts: { ...stated, fiber: null, sugar: null } } },
    });
    for (const [json, field] of [
      [{ name: 'Lunch out', calories: 650, protein: 30 }, 'protein'],
      [{ text: '2 eggs', grams: 300 }, 'grams'],
      [{ items: [{ food_id: 'table:pizza', grams: 100, salt: 1 }] }, 'salt'],
    ] as const) {
      const { status, body } = await save(json);
      expect([status, body.detail]).toEqual([400, expect.stringContaining(`\`${field}\``)]);
    }
    expect((await ask<unknown[]>(url, 'GET', '/meals', { token })).body).toHaveLength(1);
  });

  it('a bare upload is kept and shown, and is no meal', async () => {
    const { status, body } = await ask<{
      success: boolean;
      id: string;
      image_url: string;
      filename: string;
      path: string;
    }>(url, 'POST', '/upload', {
      token,
      form: photoForm(await nextPicture(), {}, 'image'),
    });
    expect(status).toBe(200);
    expect(body.success).toBe(true);
    expect((await fetch(body.image_url)).status).toBe(200);
    expect((await ask(url, 'GET', `/photos/${body.id}`, { token })).status).toBe(404);
    const log = await ask<Log>(url, 'GET', '/history', { token });
    expect(log.body.items.map(({ id }) => id)).not.toContain(body.id);
    const other = await signUp(url);
    expect((await ask(url, 'DELETE', `/upload/${body.id}`, { token: other.token })).status).toBe(404);
    expect((await ask(url, 'DELETE', `/upload/${body.id}`, { token })).status).toBe(204);
    expect((await fetch(body.image_url)).status).not.toBe(200);
    await eventually(async () => (await objectsLeft(body.id)).length === 0);
  });

  it('pages the log without repeating or losing entries while new ones come', async () => {
    const eater = await signUp(url);
    for (let i = 0; i < 5; i += 1)
      await ask(url, 'POST', '/save_meal', {
        token: eater.token,
        json: { name: `meal ${i}`, calories: 100, date: '2026-01-05' },
      });
    const first = await ask<Log>(url, 'GET', '/history?limit=2', { token: eater.token });
    await ask(url, 'POST', '/save_meal', {
      token: eater.token,
      json: { name: 'later', calories: 100, date: '2026-01-06' },
    });
    const second = await ask<Log>(url, 'GET', `/history?limit=4&cursor=${first.body.nextCursor}`, {
      token: eater.token,
    });
    const seen = [...first.body.items, ...second.body.items].map(({ food }) => food);
    expect([...seen].sort()).toEqual(['meal 0', 'meal 1', 'meal 2', 'meal 3', 'meal 4']);
    expect((await ask(url, 'GET', '/history?cursor=nonsense', { token: eater.token })).status).toBe(400);
  });
});
