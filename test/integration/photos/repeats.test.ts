import sharp from 'sharp';
import { ingestPicture } from '../../../src/api/photos/ingest';
import { dedupeKeyOf } from '../../../src/store/photos';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';

jest.setTimeout(60_000);

/** What comes twice, late or at the same time: repeats under an Idempotency-Key, and words about an entry that is being corrected. */
interface View {
  id: string;
  status: string;
  food: string | null;
  calories: number | null;
  portion: { grams: number; source: string } | null;
  consumed_at: string;
  detail?: string;
}
interface Saved {
  meal: { id: string; name: string; calories: number };
  entry: View;
}
const keyed = (key: string) => ({ 'idempotency-key': key });

describe('without a worker', () => {
  let house: House;
  let url: string;
  let person: { token: string; id: string };
  const running: { stop(): Promise<void> }[] = [];
  /** What a crash between the write and the keeping of the answer leaves of an idempotency key. */
  const forgetAnswer = () =>
    house.mongo
      .collection('idempotency')
      .updateMany({ ownerId: person.id }, { $set: { answer: null, leaseUntil: new Date(0) } });
  const objectsOf = async (id: string) => {
    const found: string[] = [];
    for await (const key of house.objects.list(`photos/${id}/`)) found.push(key);
    return found;
  };

  beforeAll(async () => {
    house = await openPalate('repeats');
    const api = await house.start({ PALATE_ROLE: 'api', PREDICT_WAIT_MS: '200' });
    ({ url } = api);
    person = await signUp(url);
    running.push(api);
  });
  afterAll(() => house.close());

  it('a meal whose answer was lost is answered by the row that stands, once', async () => {
    const send = () =>
      ask<Saved & { detail: string }>(url, 'POST', '/save_meal', {
        token: person.token,
        json: { name: 'Stew', calories: 420 },
        headers: keyed('meal'),
      });
    const first = await send();
    await forgetAnswer();
    const second = await send();
    expect(second.status).toBe(201);
    expect(second.headers.get('idempotent-replayed')).toBeNull();
    expect(second.body).toMatchObject({ meal: first.body.meal, entry: { id: first.body.entry.id } });
    expect((await ask<unknown[]>(url, 'GET', '/meals', { token: person.token })).body).toHaveLength(1);

    await house.store.photos.hide(first.body.meal.id);
    await forgetAnswer();
    const late = await send();
    expect(late.status).toBe(410);
    expect(late.body.detail).toMatch(/deleted/);
  });

  it.each([
    ['/predict', '/history'],
    ['/upload', '/upload'],
  ])('POST %s answered 202, deleted, and sent again is 410, and leaves no object', async (post, remove) => {
    const bytes = await picture(20);
    const send = () =>
      ask<View>(url, 'POST', post, { token: person.token, form: photoForm(bytes), headers: keyed('deleted') });
    const { status, body } = await send();
    expect(status).toBe(202);
    expect((await ask(url, 'DELETE', `${remove}/${body.id}`, { token: person.token })).status).toBe(204);
    for (let time = 0; time < 2; time += 1) {
      const again = await send();
      expect(again.status).toBe(410);
      expect(again.body.detail).toMatch(/deleted/);
    }
    await eventually(async () => (await objectsOf(body.id)).length === 0);
    expect(await house.mongo.collection('objectClaims').countDocuments({ _id: body.id as never })).toBe(0);
  });

  it('a picture whose rival took the meal and is gone again is taken in', async () => {
    const id = 'cccccccccccccccccccccccc';
    const rival = 'dddddddddddddddddddddddd';
    const bytes = await picture(21);
    const { photos } = house.store;
    const dedupeKey = dedupeKeyOf(person.id, 'digest', null);
    const common = {
      kind: 'photo' as const,
      ownerId: person.id,
      caption: null,
      statedGrams: null,
      consumedAt: new Date(),
      consumedAtSource: 'upload' as const,
      expiresAt: null,
    };
    let reads = 0;
    const taken = await ingestPicture(
      {
        store: {
          ...house.store,
          photos: {
            ...photos,
            // The rival writes after the first look, and is deleted before the second.
            findDuplicate: async (key: string) => {
              reads += 1;
              if (reads === 2) await photos.hide(rival);
              const found = await photos.findDuplicate(key);
              if (reads === 1)
                await house.store.transaction((session) =>
                  photos.createPhoto({ ...common, id: rival, dedupeKey }, session),
                );
              return found;
            },
          },
        },
        objects: house.objects,
        launches: { start: () => Promise.resolve('failed') },
        clock: () => new Date(),
        settings: { photoTiming: {} },
        fairnessKeyOf: () => person.id,
      } as never,
      {
        id,
        kind: 'photo',
        caller: { id: person.id, email: 'a@example.com', role: 'user' },
        ip: '127.0.0.1',
        received: { file: bytes, sha256: 'digest', contentType: 'image/jpeg' } as never,
        fields: { statedAt: null },
        requestId: 'request',
      },
    );
    expect(taken).toEqual({ id, started: false });
    expect(reads).toBe(3);
    expect(await photos.find(id)).toMatchObject({ state: 'analyzing' });
    expect(await objectsOf(id)).toHaveLength(1);
    // No run of these two is to start.
    await house.mongo.collection('launches').deleteMany({ _id: `photo:${id}` as never });
  });

  it('grams and servings that come while a new food is being worked in are part of it', async () => {
    const change = async (target: string, json: Record<string, unknown>) => {
      const { status, body } = await ask<View>(url, 'PATCH', `/history/${target}`, { token: person.token, json });
      expect([status, body.status]).toEqual([202, 'analyzed']);
    };
    const meal = async () =>
      (await ask<Saved>(url, 'POST', '/save_meal', { token: person.token, json: { text: 'an apple' } })).body.entry.id;
    const [weighed, served, both] = [await meal(), await meal(), await meal()];
    for (const id of [weighed, served, both]) await change(id, { food: 'boiled eggs', grams: 100 });
    await change(weighed, { grams: 300 });
    await change(served, { servings: 2 });
    await change(both, { servings: 2 });
    await change(both, { servings: 3 });

    const worker = await house.start({ PALATE_ROLE: 'worker' });
    running.push(worker);
    const settled = async (id: string) => {
      await eventually(async () => (await house.store.photos.find(id))?.pendingCorrection === null);
      return (await ask<View>(url, 'GET', `/history/${id}`, { token: person.token })).body;
    };
    const grams = [];
    for (const id of [weighed, served, both]) {
      const { food, portion } = await settled(id);
      expect(food).toMatch(/egg/i);
      grams.push(portion?.grams);
    }
    expect(grams).toEqual([300, 200, 600]);
    for (const palate of running) await palate.stop();
  });
});

describe('with a classifier', () => {
  const classifier = new HuggingFaceDouble();
  let house: House;
  beforeAll(async () => {
    await classifier.start();
    house = await openPalate('repeats-classified', { HF_SPACE_URL: classifier.endpointUrl });
  });
  beforeEach(() => classifier.reset());
  afterAll(async () => {
    await house.close();
    await classifier.stop();
  });

  it.each([
    ['200', {}],
    ['422', { HF_REJECTION_STATUS_CODE: '422' }],
  ])('a rejected photo is answered %s, and a repeat under its key the same', async (status, settings) => {
    classifier.answers([{ label: 'pizza', score: 0.31 }]);
    const palate = await house.start(settings);
    const { token } = await signUp(palate.url);
    const bytes = await picture(30);
    const send = () =>
      ask<View>(palate.url, 'POST', '/predict', { token, form: photoForm(bytes), headers: keyed('rejected') });
    const first = await send();
    expect(first.status).toBe(Number(status));
    expect(first.body).toMatchObject({ accepted: false, status: 'hf_rejected', label: 'pizza', confidence: 0.31 });
    const { calls } = classifier;
    const second = await send();
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(second.headers.get('idempotent-replayed')).toBe('true');

    await house.mongo.collection('idempotency').updateMany({}, { $set: { answer: null, leaseUntil: new Date(0) } });
    const third = await send();
    expect([third.status, third.body]).toEqual([first.status, first.body]);
    expect(classifier.calls).toBe(calls);
    await palate.stop();
  });

  it('the date of the picture is when it was eaten, where none is stated', async () => {
    const palate = await house.start();
    const { token } = await signUp(palate.url);
    const taken = (seed: number) =>
      picture(seed).then((bytes) =>
        sharp(bytes)
          .withExif({ IFD2: { DateTimeOriginal: '2026:03:01 19:30:00', OffsetTimeOriginal: '+02:00' } })
          .jpeg()
          .toBuffer(),
      );
    const send = async (seed: number, fields: Record<string, string>) =>
      (await ask<View>(palate.url, 'POST', '/predict', { token, form: photoForm(await taken(seed), fields) })).body;
    const unstated = await send(40, {});
    expect(unstated).toMatchObject({ status: 'analyzed', consumed_at: '2026-03-01T17:30:00.000Z' });
    const stated = await send(41, { consumed_at: '2026-02-03T08:00:00Z' });
    expect(stated).toMatchObject({ status: 'analyzed', consumed_at: '2026-02-03T08:00:00.000Z' });
    const log = await ask<{ items: View[] }>(palate.url, 'GET', '/history', { token });
    expect(log.body.items.map(({ id }) => id)).toEqual([unstated.id, stated.id]);
    await palate.stop();
  });
});
