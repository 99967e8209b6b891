import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { eventually } from '../../eventually';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';
import { expectRefusal, kept } from './strangers';

/**
 * A disk without room, as the file store and the folder of uploads meet it. Only the system call is a double: it writes a part, then
 * fails as the kernel does; what is refused, removed and tried again is ours.
 */
const classifier = new HuggingFaceDouble();
let house: House;
let url: string;
let token: string;
let seed = 700;

beforeAll(async () => {
  await classifier.start();
  house = await openPalate('disk-full', { HF_SPACE_URL: classifier.endpointUrl });
  ({ url } = await house.start());
  ({ token } = await signUp(url));
}, 60_000);
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await house.close();
  await classifier.stop();
});

const noRoom = (code: string, syscall: string) =>
  Object.assign(new Error(`${code}: no room, ${syscall}`), { code, syscall, errno: -1 });

/** Buffers that `isMet` are written in part, until the test restores it. */
const fullForBuffers = (code: string, isMet: (bytes: Buffer) => boolean) => {
  const real = fsPromises.writeFile;
  let met = 0;
  jest.spyOn(fsPromises, 'writeFile').mockImplementation(async (file, data, options) => {
    if (!Buffer.isBuffer(data) || !isMet(data)) return real(file, data, options);
    met += 1;
    await real(file, data.subarray(0, data.length / 2), options);
    throw noRoom(code, 'write');
  });
  return () => met;
};
/** Of an object whose name does not tell it, its type is a file of its own. */
const isType = (bytes: Buffer) => bytes.toString() === 'image/jpeg';

/** Each lets the disk be full in one place, and gives a function that tells how often it was met. */
const places = {
  'an upload that comes in': (code: string) => {
    const real = fs.createWriteStream;
    const spy = jest.spyOn(fs, 'createWriteStream').mockImplementation((path, options) => {
      const write = (fd: number, bytes: Buffer, ...[, , , done]: [number, number, number | null, Callback]) => {
        fs.writeSync(fd, bytes.subarray(0, 100));
        done(noRoom(code, 'write'), 0, bytes);
      };
      const writev = (fd: number, [bytes]: Buffer[], _at: number | null, done: Callback) => {
        fs.writeSync(fd, bytes!.subarray(0, 100));
        done(noRoom(code, 'write'), 0, bytes!);
      };
      return real(path, { ...(options as object), fs: { ...fs, write, writev } });
    });
    return () => spy.mock.calls.length;
  },
  'the object of an upload': (code: string) => {
    const spy = jest.spyOn(fsPromises, 'copyFile').mockImplementation(async (_from, to) => {
      await fsPromises.appendFile(to, 'a part');
      throw noRoom(code, 'copyfile');
    });
    return () => spy.mock.calls.length;
  },
  'the type of its object': (code: string) => fullForBuffers(code, isType),
};
type Callback = (error: Error | null, written: number, bytes: Buffer) => void;
const cases = (Object.keys(places) as (keyof typeof places)[]).flatMap((place) =>
  ['ENOSPC', 'EDQUOT'].map((code) => [code, place] as const),
);

it.each(cases)(
  '%s at %s: 503 in a sentence, nothing is left, and the same is taken once there is room',
  async (code, place) => {
    const before = await kept(house);
    const bytes = await picture((seed += 1));
    const post = (target: string) => ask<{ status: string }>(url, 'POST', target, { token, form: photoForm(bytes) });
    const met = places[place](code);
    for (const target of ['/predict', '/upload']) {
      const refused = await post(target);
      expectRefusal(refused, 503, /no room left/);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(met()).toBe(2);
    const { claims, ...left } = await kept(house);
    expect(left).toEqual({ ...before, claims: undefined });
    expect(await fsPromises.readdir(`${house.home}/objects/incoming`)).toEqual([]);
    // A claim without a row is what the reaper finds an object by, where one was written and its request died.
    expect(claims).toBeGreaterThanOrEqual(before.claims);

    jest.restoreAllMocks();
    const { status, body } = await post('/predict');
    expect([status, body.status]).toEqual([200, 'analyzed']);
  },
);

it.each(['ENOSPC', 'EDQUOT'])(
  '%s at the picture that is made of it: the photo waits, and is finished once there is room',
  async (code) => {
    const bytes = await picture((seed += 1));
    const met = fullForBuffers(code, (data) => !isType(data));
    const answered = ask<{ status: string; id: string }>(url, 'POST', '/predict', { token, form: photoForm(bytes) });
    await eventually(() => Promise.resolve(met() > 1));
    jest.restoreAllMocks();
    const { status, body } = await answered;
    expect([status, body.status]).toEqual([200, 'analyzed']);
    const { objects, uploads } = await kept(house);
    expect(objects.filter((key) => key.includes(body.id))).toEqual([
      `photos/${body.id}/picture.jpg`,
      `photos/${body.id}/thumbnail.jpg`,
    ]);
    expect(uploads).toEqual([]);
    expect(await fsPromises.readdir(`${house.home}/objects/incoming`)).toEqual([]);
  },
);
