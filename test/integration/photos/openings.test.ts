import { ActivityCancellationDetails, CancelledFailure, type ApplicationFailure } from '@temporalio/common';
import { createPhotoActivities, type PhotoActivityDeps } from '../../../src/activities/photos';
import { createOpenings, openingAttempts, type OpeningFault } from '../../../src/activities/photos/openings';
import { PictureNotOpened, PictureUnreadable, preparePicture } from '../../../src/activities/photos/picture';
import { searchAttributes } from '../../../src/messages/searchAttributes';
import { createCapabilities } from '../../../src/api/capabilities';
import { signedPicturePath, type PictureFile } from '../../../src/api/photos/pictures';
import { parseSettings } from '../../../src/config/settings';
import { createMealReader } from '../../../src/ml/reading';
import { objectKeys } from '../../../src/model/photos';
import { keysFor } from '../../../src/palate/base';
import { openFoodBase } from '../../../src/palate/foods';
import { newId } from '../../../src/store/ids';
import { jpegOfManyScans } from '../../hostile/pictures';
import { leastEnvironment } from '../../config/environment';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';

jest.setTimeout(60_000);

/** Attempts to open a picture: which of them count, how many there are, and what is left in the end. */
const hourMs = 3_600_000;
const reopenMs = 1_000;
let house: House;
beforeAll(async () => {
  house = await openPalate('openings', { PHOTO_REOPEN_MS: String(reopenMs), PREDICT_WAIT_MS: '0' });
});
afterEach(() => {
  house.time.passedMs = 0;
});
afterAll(() => house.close());

const rowOf = async (id: string) => {
  const rows = house.mongo.collection<{
    _id: string;
    opening?: { by: string; at: Date } | null;
    openingFaults?: { count: number; lostWorkers: number } | null;
    createdAt: Date;
    expiresAt: Date | null;
  }>('entries');
  return (await rows.findOne({ _id: id }))!;
};
const clock = () => new Date(Date.now() + house.time.passedMs);

/** One attempt as Temporal runs it. */
const attempt = () => {
  const aborting = new AbortController();
  const { signal } = aborting;
  const cancelled = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
  cancelled.catch(() => undefined);
  let details: ActivityCancellationDetails | undefined;
  return {
    cancellationSignal: signal,
    cancelled,
    get cancellationDetails() {
      return details;
    },
    cancel(why: ConstructorParameters<typeof ActivityCancellationDetails>[0]) {
      details = new ActivityCancellationDetails(why);
      aborting.abort(new CancelledFailure('cancelled'));
    },
  };
};

/** As the API signs them: with the keys of the test's own Palate. */
const capabilities = createCapabilities(keysFor(parseSettings({ ...leastEnvironment }), 'capabilities'));
/** Addresses of everything that may be kept of a photo, all with a signature that holds. */
const signedPaths = (id: string): string[] =>
  (['picture.jpg', 'thumbnail.jpg', 'original'] as PictureFile[]).map((name) =>
    signedPicturePath({ capabilities, clock }, id, name),
  );

/** The data of the first event of a stream, which is then left. */
async function firstEvent(address: string, token: string): Promise<string> {
  const events = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
  const reader = events.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`There was no event: ${text}`);
    text += Buffer.from(value).toString();
    const [, data] = /^data: (.*)\n\n/m.exec(text) ?? [];
    if (data === undefined) continue;
    await reader.cancel();
    return data;
  }
}

/** Whoever asks, by whatever way: nothing that was kept of a failed photo goes out, nor an address of it. */
async function expectNothingServed(
  url: string,
  id: string,
  [owner, stranger]: readonly [owner: string, stranger: string],
  addresses: readonly string[] = [],
): Promise<void> {
  for (const address of [...signedPaths(id), ...addresses])
    for (const token of [undefined, owner, stranger])
      for (const method of ['GET', 'HEAD']) {
        const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const answer = await fetch(address.startsWith('/') ? url + address : address, {
          method,
          headers: authorization,
        });
        const type = answer.headers.get('content-type');
        await answer.arrayBuffer();
        expect([address, answer.status, type]).toEqual([
          address,
          address.includes('/original') ? 400 : 404,
          expect.stringMatching(/^application\/problem\+json/),
        ]);
      }
  const shown = await ask(url, 'GET', `/photos/${id}`, { token: owner });
  expect(shown.body).toMatchObject({ status: 'failed', image_url: null, thumbnail_url: null });
  const said = [JSON.stringify(shown.body), await firstEvent(`${url}/photos/${id}/events`, owner)];
  for (const target of ['/history', '/history.csv', '/api/auth/export']) {
    const { status, body } = await ask(url, 'GET', target, { token: owner });
    expect([target, status]).toEqual([target, 200]);
    said.push(JSON.stringify(body));
  }
  for (const text of said) expect(text).not.toMatch(/\/pictures\/|original|picture\.jpg|openingFaults/);
  for (const target of [`/photos/${id}`, `/photos/${id}/events`, `/history/${id}`])
    expect([target, (await ask(url, 'GET', target, { token: stranger })).status]).toEqual([target, 404]);
  expect((await ask(url, 'GET', `/history/${id}`, { token: owner })).status).toBe(404);
  for (const target of ['/history', '/history.csv', '/api/auth/export'])
    expect(JSON.stringify((await ask(url, 'GET', target, { token: stranger })).body)).not.toContain(id);
}

describe('an attempt', () => {
  const faults: OpeningFault[] = [];
  /** Of another process than the one before. */
  const startProcess = (photos = house.store.photos) =>
    createOpenings({ photos, clock, reopenMs, onFault: (fault) => faults.push(fault) });
  const take = async () => {
    const id = newId();
    const photo = { ownerId: null, caption: null, statedGrams: null, dedupeKey: null, expiresAt: null };
    const consumed = { consumedAt: clock(), consumedAtSource: 'upload' as const };
    await house.store.transaction((session) =>
      house.store.photos.createPhoto({ id, kind: 'photo', ...photo, ...consumed }, session),
    );
    return id;
  };
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => new Error('It was opened'),
      (error: unknown) => error,
    );
  const prepared = async (opening: Parameters<Parameters<ReturnType<typeof startProcess>['open']>[2]>[0]) => {
    const bytes = await picture();
    return preparePicture(() => Promise.resolve(bytes), { now: clock(), ...opening });
  };
  /** A process that ends in the middle of a decoder's work. */
  const lose = async (id: string) => {
    let marked = (): void => undefined;
    const isMarked = new Promise<void>((resolve) => (marked = resolve));
    void startProcess().open(id, attempt(), async ({ beforeDecoding }) => {
      await beforeDecoding();
      marked();
      return new Promise<never>(() => undefined);
    });
    await isMarked;
  };
  beforeEach(() => faults.splice(0));

  it('is marked while a decoder is at the bytes, and only then', async () => {
    const id = await take();
    const process = startProcess();
    await process.open(id, attempt(), async (opening) => {
      expect((await rowOf(id)).opening).toBeUndefined();
      const done = await prepared({
        ...opening,
        async beforeDecoding() {
          await opening.beforeDecoding();
          expect((await rowOf(id)).opening).toMatchObject({
            by: expect.any(String) as string,
            at: expect.any(Date) as Date,
          });
        },
      });
      expect(opening.alone).toBe(false);
      return done;
    });
    expect(await rowOf(id)).toMatchObject({ opening: null, revision: 1 });
    expect(faults).toEqual([]);
  });

  it('is not marked while the picture waits to be opened once more, alone', async () => {
    const [id, beside] = [await take(), await take()];
    const cut = (await picture()).subarray(0, -20);
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const slow = jpegOfManyScans({ width: 5_000, height: 5_000 }, 90);
    const other = startProcess().open(beside, attempt(), (opening) =>
      preparePicture(() => Promise.resolve(slow), {
        now: clock(),
        ...opening,
        beforeDecoding: () => opening.beforeDecoding().then(begin),
      }),
    );
    const marks: boolean[] = [];
    const see = async () => marks.push(((await rowOf(id)).opening ?? null) !== null);
    // Its process is lost while it waits, and leaves nothing that another counts. The lanes are those of this process: they are given back.
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    let lost: Promise<unknown> = Promise.resolve();
    const waits = new Promise<void>((resolve) => {
      lost = failureOf(
        startProcess().open(id, attempt(), (opening) =>
          preparePicture(() => Promise.resolve(cut), {
            now: clock(),
            ...opening,
            async beforeDecoding() {
              await begun;
              await opening.beforeDecoding();
              await see();
            },
            async beforeWaitingAgain() {
              await opening.beforeWaitingAgain();
              await see();
              resolve();
              await left;
              throw new Error('The process is no more');
            },
          }),
        ),
      );
    });
    await waits;
    expect(marks).toEqual([true, false]);
    await other;
    leave();
    expect(await lost).toMatchObject({ message: 'The process is no more' });
    await startProcess().open(id, attempt(), prepared);
    expect(faults).toEqual([]);
  });

  it('is marked again for the second time', async () => {
    const id = await take();
    const see = async () => ((await rowOf(id)).opening ?? null) !== null;
    await lose(id);
    faults.splice(0);
    await failureOf(startProcess().open(id, attempt(), prepared));
    house.time.passedMs += reopenMs;
    await startProcess().open(id, attempt(), async (opening) => {
      await opening.beforeDecoding();
      await opening.beforeWaitingAgain();
      expect(await see()).toBe(false);
      await opening.beforeDecoding();
      expect(await see()).toBe(true);
      return prepared({ ...opening, beforeDecoding: () => Promise.resolve() });
    });
    expect(await see()).toBe(false);
  });

  it('whose time is over while the picture waits again counts nothing', async () => {
    const id = await take();
    const overdue = new CancelledFailure('TIMED_OUT');
    const failure = await failureOf(
      startProcess().open(id, attempt(), async (opening) => {
        await opening.beforeDecoding();
        await opening.beforeWaitingAgain();
        throw overdue;
      }),
    );
    expect(failure).toBe(overdue);
    await startProcess().open(id, attempt(), prepared);
    expect(faults).toEqual([]);
  });

  it('that cost a worker is counted by the next, which waits and then has the decoder for itself', async () => {
    const id = await take();
    await lose(id);
    const process = startProcess();
    expect(await failureOf(process.open(id, attempt(), prepared))).toMatchObject({
      type: 'PictureNotOpened',
      nonRetryable: false,
      nextRetryDelay: expect.any(Number) as number,
    });
    expect(faults).toMatchObject([{ entryId: id, what: 'lost worker', count: 1, lostWorkers: 1, message: null }]);
    expect((await rowOf(id)).opening).toBeNull();

    house.time.passedMs += reopenMs;
    let isAlone = false;
    await process.open(id, attempt(), (opening) => ((isAlone = opening.alone), prepared(opening)));
    expect(isAlone).toBe(true);
    expect(faults).toHaveLength(1);
  });

  it('is the last of six, over half an hour by default: no decoder sees the bytes again', async () => {
    const id = await take();
    const begunAt = clock().getTime();
    for (let attempts = 1; attempts < openingAttempts; attempts += 1) {
      const failure = await failureOf(
        startProcess().open(id, attempt(), async ({ beforeDecoding }) => {
          await beforeDecoding();
          throw new PictureNotOpened('out of memory');
        }),
      );
      expect(failure).toMatchObject({ type: 'PictureNotOpened', nonRetryable: false });
      house.time.passedMs += Number((failure as ApplicationFailure).nextRetryDelay);
    }
    // 1 + 3 + 9 + 27 + 81 times the first wait.
    const waits = (clock().getTime() - begunAt) / reopenMs;
    const minutesByDefault = (waits * parseSettings({ ...leastEnvironment }).photoReopenMs) / 60_000;
    expect(minutesByDefault).toBeGreaterThan(25);
    expect(minutesByDefault).toBeLessThan(30);
    await lose(id);
    const looked = jest.fn(prepared);
    for (const process of [startProcess(), startProcess()])
      expect(await failureOf(process.open(id, attempt(), looked))).toMatchObject({
        type: 'PictureNotOpened',
        nonRetryable: true,
        message: expect.stringMatching(/could not be opened.*Send it again/) as string,
        details: [{ attempts: 6, lostWorkers: 1 }],
      });
    expect(looked).not.toHaveBeenCalled();
    expect(faults.map(({ what }) => what)).toEqual([...Array<string>(5).fill('decoder'), 'lost worker']);
  });

  it.each<[string, (beforeDecoding: () => Promise<void>) => Promise<never>]>([
    ['the object store is away', () => Promise.reject(new Error('ECONNREFUSED'))],
    ['its time is over while it waits', () => Promise.reject(new CancelledFailure('TIMED_OUT'))],
    [
      'the bytes are no picture',
      (begin) => begin().then(() => Promise.reject(new PictureUnreadable('damaged', 'No.'))),
    ],
  ])('counts nothing where %s', async (_what, fail) => {
    const id = await take();
    const process = startProcess();
    const expected = await failureOf(fail(() => Promise.resolve()));
    expect(await failureOf(process.open(id, attempt(), ({ beforeDecoding }) => fail(beforeDecoding)))).toEqual(
      expected,
    );
    const { opening = null, openingFaults = null } = await rowOf(id);
    expect([opening, openingFaults]).toEqual([null, null]);
    await startProcess().open(id, attempt(), prepared);
    expect(faults).toEqual([]);
  });

  it('counts nothing where its worker is shut down while a decoder is at the bytes', async () => {
    const id = await take();
    const stopping = attempt();
    const shutDown = new Promise<void>((resolve) => {
      void startProcess().open(id, stopping, async ({ beforeDecoding }) => {
        await beforeDecoding();
        resolve();
        return new Promise<never>(() => undefined);
      });
    });
    await shutDown;
    expect((await rowOf(id)).opening).not.toBeNull();
    stopping.cancel({ workerShutdown: true });
    await eventually(async () => (await rowOf(id)).opening === null);
    await startProcess().open(id, attempt(), prepared);
    expect(faults).toEqual([]);
  });

  it('that ran out of time in the middle of a decoder still counts, should its process end', async () => {
    const id = await take();
    const overdue = attempt();
    const decoding = new Promise<void>((resolve) => {
      void startProcess().open(id, overdue, async ({ beforeDecoding }) => {
        await beforeDecoding();
        resolve();
        return new Promise<never>(() => undefined);
      });
    });
    await decoding;
    overdue.cancel({ timedOut: true });
    await failureOf(startProcess().open(id, attempt(), prepared));
    expect(faults).toMatchObject([{ what: 'lost worker' }]);
  });

  it('waits for another of the same picture in its process, and counts nothing of it', async () => {
    const id = await take();
    const process = startProcess();
    const order: string[] = [];
    let end = (): void => undefined;
    const held = new Promise<void>((resolve) => (end = resolve));
    let started = (): void => undefined;
    const isDecoding = new Promise<void>((resolve) => (started = resolve));
    const run = (name: string, until: Promise<void>) => {
      const one = attempt();
      return process.inTurn(id, one, () =>
        process.open(id, one, async (opening) => {
          await opening.beforeDecoding();
          order.push(`${name} begins`);
          started();
          await until;
          order.push(`${name} ends`);
          return prepared({ ...opening, beforeDecoding: () => Promise.resolve() });
        }),
      );
    };
    const first = run('first', held);
    await isDecoding;
    const others = [run('second', Promise.resolve()), run('third', Promise.resolve())];
    const impatient = attempt();
    const cancelled = process.inTurn(id, impatient, () => Promise.reject(new Error('It had its turn')));
    impatient.cancel({ timedOut: true });
    await expect(cancelled).rejects.toThrow('cancelled');
    end();
    await Promise.all([first, ...others]);
    expect(order).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]));
    expect(faults).toEqual([]);
  });

  it('that failed through a fault of ours before a decoder saw the bytes counts too', async () => {
    const id = await take();
    const fail = () => Promise.reject(new PictureNotOpened('Not prepared.', { cause: new Error('no thread') }));
    expect(await failureOf(startProcess().open(id, attempt(), fail))).toMatchObject({ type: 'PictureNotOpened' });
    expect(faults).toMatchObject([{ what: 'decoder', count: 1, message: 'Not prepared. no thread' }]);
    expect((await rowOf(id)).opening).toBeNull();
  });

  it('keeps trying to take its mark away while MongoDB is away', async () => {
    const id = await take();
    const { photos } = house.store;
    let outages = 2;
    const clearOpening: typeof photos.clearOpening = (...args) =>
      (outages -= 1) >= 0 ? Promise.reject(new Error('not primary')) : photos.clearOpening(...args);
    await startProcess({ ...photos, clearOpening }).open(id, attempt(), prepared);
    expect(outages).toBe(-1);
    expect((await rowOf(id)).opening).toBeNull();
  });
});

describe('a photo that is never opened', () => {
  interface View {
    id: string;
    status: string;
    error_message: string | null;
  }
  /** As it is after a sixth worker was lost with it. */
  const poison = async (path: string, token?: string) => {
    const api = await house.start({ PALATE_ROLE: 'api' });
    const form = photoForm(await picture(Math.floor(Math.random() * 1e6)), {}, path === '/upload' ? 'image' : 'photo');
    const { body } = await ask<View & { key?: string }>(api.url, 'POST', path, {
      ...(token !== undefined && { token }),
      form,
    });
    const { id } = body;
    await house.mongo.collection<{ _id: string }>('entries').updateOne(
      { _id: id },
      {
        $set: {
          opening: { by: 'a worker that is no more', at: new Date() },
          openingFaults: { count: openingAttempts - 1, lostWorkers: openingAttempts - 1, at: new Date() },
        },
      },
    );
    const worker = await house.start({ PALATE_ROLE: 'worker' });
    const run = house.temporal.workflow.getHandle(`photo:${id}`);
    await eventually(() => run.describe().catch(() => null));
    expect(await run.result()).toBe('failed');
    await worker.stop();
    return { api, id, run };
  };
  const keysOf = async (id: string) => {
    const found: string[] = [];
    for await (const key of house.objects.list(objectKeys(id).prefix)) found.push(key);
    return found;
  };
  const owner = async () => {
    const api = await house.start({ PALATE_ROLE: 'api' });
    const person = await signUp(api.url);
    await api.stop();
    return person;
  };

  it('fails with a sentence, the run says why, and its upload stays 24 h from when it was sent', async () => {
    const [{ token }, stranger] = [await owner(), await owner()];
    const { api, id, run } = await poison('/predict', token);
    const view = await ask<View>(api.url, 'GET', `/photos/${id}`, { token });
    expect(view.body.status).toBe('failed');
    expect(JSON.stringify(view.body)).toContain('could not be opened');
    const { typedSearchAttributes: attributes } = await run.describe();
    expect([attributes.get(searchAttributes.state), attributes.get(searchAttributes.reason)]).toEqual([
      'failed',
      'PictureNotOpened',
    ]);
    const row = await rowOf(id);
    expect(row).toMatchObject({ picture: null, opening: null, failure: { type: 'PictureNotOpened' } });
    expect(row.expiresAt!.getTime()).toBe(row.createdAt.getTime() + 24 * hourMs);
    expect(await keysOf(id)).toEqual([objectKeys(id).original]);

    // Nothing serves it, nor shows it; nor what a worker that was lost had made of it already.
    await expectNothingServed(api.url, id, [token, stranger.token]);
    for (const key of [objectKeys(id).picture, objectKeys(id).thumbnail])
      await house.objects.put(key, await picture(), { contentType: 'image/jpeg' });
    await expectNothingServed(api.url, id, [token, stranger.token]);

    house.time.passedMs = 24 * hourMs;
    const worker = await house.start({ PALATE_ROLE: 'worker' });
    await house.temporal.workflow.execute('reapEntries', {
      workflowId: `reap-${id}`,
      taskQueue: house.taskQueue,
      args: [{ batches: 10, removed: 0 }],
    });
    expect(await keysOf(id)).toEqual([]);
    expect(await house.store.photos.find(id)).toBeNull();
    await worker.stop();
    await api.stop();
  });

  it('goes with its upload when its owner deletes it, or leaves', async () => {
    const { token } = await owner();
    const stranger = await owner();
    const first = await poison('/predict', token);
    expect((await ask(first.api.url, 'DELETE', `/history/${first.id}`, { token: stranger.token })).status).toBe(404);
    expect(await keysOf(first.id)).not.toEqual([]);
    expect((await ask(first.api.url, 'DELETE', `/history/${first.id}`, { token })).status).toBe(204);
    await eventually(async () => (await keysOf(first.id)).length === 0);
    expect((await ask(first.api.url, 'DELETE', `/history/${first.id}`, { token })).status).toBe(404);
    await first.api.stop();

    const second = await poison('/upload', token);
    expect(await keysOf(second.id)).toEqual([objectKeys(second.id).original]);
    const third = await poison('/predict', token);
    expect((await ask(third.api.url, 'DELETE', `/upload/${second.id}`, { token })).status).toBe(204);
    await eventually(async () => (await keysOf(second.id)).length === 0);
    const worker = await house.start({ PALATE_ROLE: 'worker' });
    expect((await ask(third.api.url, 'DELETE', '/api/auth/me', { token })).status).toBe(202);
    await eventually(async () => (await keysOf(third.id)).length === 0, 30_000);
    await worker.stop();
    await second.api.stop();
    await third.api.stop();
  });
});

describe('a photo that failed otherwise', () => {
  const activities = async () =>
    createPhotoActivities({
      photos: house.store.photos,
      objects: house.objects,
      classifiers: [],
      reader: createMealReader(await openFoodBase(house.store.foods), house.store.foods.own),
      clock,
      reopenMs,
      releasePictureLease: () => Promise.resolve(),
    } as unknown as PhotoActivityDeps);
  const take = async () => {
    const api = await house.start({ PALATE_ROLE: 'api' });
    const { body } = await ask<{ id: string }>(api.url, 'POST', '/predict', {
      form: photoForm(await picture(Math.floor(Math.random() * 1e6))),
    });
    await api.stop();
    return body.id;
  };
  const originalOf = (id: string) => house.objects.read(objectKeys(id).original).catch(() => null);

  it('keeps its upload after a day of faults on our side, for as long as its tombstone', async () => {
    const id = await take();
    house.time.passedMs = 24 * hourMs;
    expect(await (await activities()).failEntry(id, 'Error', null)).toBe('failed');
    expect(await originalOf(id)).toBeInstanceOf(Buffer);
    const { expiresAt } = await rowOf(id);
    expect(Math.abs(expiresAt!.getTime() - clock().getTime() - 24 * hourMs)).toBeLessThan(10_000);
  });

  it('after it was prepared keeps its picture, and nothing serves it any more', async () => {
    const api = await house.start({ PALATE_ROLE: 'api' });
    const [{ token }, stranger] = [await signUp(api.url), await signUp(api.url)];
    const form = photoForm(await picture(Math.floor(Math.random() * 1e6)));
    const { body } = await ask<{ id: string }>(api.url, 'POST', '/predict', { token, form });
    const { id } = body;
    const bytes = await house.objects.read(objectKeys(id).original);
    const prepared = await preparePicture(() => Promise.resolve(bytes), { now: clock() });
    await house.objects.put(objectKeys(id).picture, prepared.picture, { contentType: 'image/jpeg' });
    await house.objects.put(objectKeys(id).thumbnail, prepared.thumbnail, { contentType: 'image/jpeg' });
    await house.store.photos.setPicture(id, prepared.facts, prepared.signature);

    type Addresses = { image_url: string; thumbnail_url: string };
    const { body: before } = await ask<Addresses>(api.url, 'GET', `/photos/${id}`, { token });
    const addresses = [before.image_url, before.thumbnail_url];
    for (const [at, name] of ['picture.jpg', 'thumbnail.jpg'].entries()) {
      expect((await fetch(addresses[at]!)).status).toBe(200);
      // That these are signed as the API does is what makes the refusals below say something.
      expect(addresses[at]).toBe(`${api.url}${signedPaths(id).find((signed) => signed.includes(name))!}`);
    }

    expect(await (await activities()).failEntry(id, 'Error', null)).toBe('failed');
    expect(await house.objects.read(objectKeys(id).picture)).toBeInstanceOf(Buffer);
    await expectNothingServed(api.url, id, [token, stranger.token], addresses);
    await api.stop();
  });

  it('keeps nothing where it is no picture, or an operator ended its run', async () => {
    const [unreadable, stopped] = [await take(), await take()];
    await (await activities()).failEntry(unreadable, 'PictureUnreadable', 'It is no picture.');
    await (await activities()).stopAnalysis(stopped);
    for (const id of [unreadable, stopped]) {
      expect(await originalOf(id)).toBeNull();
      expect(await house.store.photos.find(id)).toMatchObject({ state: 'failed' });
    }
  });
});
