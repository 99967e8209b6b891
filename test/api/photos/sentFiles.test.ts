import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../../eventually';
import { form, image, megabyte, photo, startUploads, type Outcome, type Part, type Uploads } from './uploadServer';

/** One file under two names, as older clients send it, and parts that are not taken. */
let uploads: Uploads;
beforeAll(async () => {
  uploads = await startUploads();
});
afterAll(() => uploads.stop());
beforeEach(() => {
  uploads.state.rules = {};
  uploads.state.outcomes = [];
});
afterEach(async () => expect(await uploads.filesLeft()).toEqual([]));

/** Larger than all buffers between the socket and the disk together. */
const large = (fill: number) => Buffer.alloc(600_000, fill);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('the file under both names', () => {
  test.each([1, 40])('photo counts in either order, and is the only file there is, in %d pieces', async (pieces) => {
    const [wanted, other] = [large(1), large(2)];
    for (const parts of [
      [photo(wanted), image(other)],
      [image(other), photo(wanted)],
      [image(other), { name: 'meal_date', body: '2026-03-01T12:30:00Z' }, photo(wanted)],
    ]) {
      const upload = await uploads.accepted(form(parts), { pieces });
      expect(upload).toMatchObject({ fieldName: 'photo', file: { bytes: wanted.length }, sha256: sha256(wanted) });
      expect((await readFile(upload.file.path)).equals(wanted)).toBe(true);
      expect(await uploads.filesLeft()).toHaveLength(1);
      await upload.discard();
    }
  });

  test('of both only photo is on disk once it has begun, while the rest still comes', async () => {
    for (const parts of [
      [photo(large(1)), image(large(2))],
      [image(large(2)), photo(large(1))],
    ]) {
      const body = form(parts);
      const began = body.subarray(0, body.length - 1000);
      const { came, socket } = (await uploads.send(began, { length: body.length })) as {
        came: Promise<Outcome>;
        socket: Socket;
      };
      await eventually(async () => {
        const [only, ...others] = await Promise.all(
          // One that goes between the two looks is no file.
          (await uploads.filesLeft()).map((name) => readFile(join(uploads.tempDir, name)).catch(() => null)),
        );
        return (
          others.length === 0 && only instanceof Buffer && only.length > 500_000 && only.every((byte) => byte === 1)
        );
      });
      socket.write(body.subarray(began.length));
      const outcome = await came;
      if (!('upload' in outcome)) throw outcome.error;
      expect(outcome.upload).toMatchObject({ fieldName: 'photo', sha256: sha256(large(1)) });
      expect(await uploads.filesLeft()).toHaveLength(1);
      await outcome.upload.discard();
    }
  });

  test('each may be as large as one alone, and not larger', async () => {
    const most = Buffer.alloc(megabyte);
    const more = Buffer.alloc(megabyte + 1);
    await (await uploads.accepted(form([photo(most), image(most)]))).discard();
    for (const parts of [
      [photo(most), image(more)],
      [image(more), photo(most)],
      [photo(more), image(most)],
      [image(most), photo(more)],
    ])
      expect(await uploads.refused(form(parts), { pieces: 20 })).toMatchObject({ status: 413 });
  });

  test('where nothing was chosen for one, the other counts', async () => {
    const empty: Part = { file: '', type: 'application/octet-stream' };
    for (const parts of [
      [photo('', empty), image('a picture')],
      [image('a picture'), photo('', empty)],
      [photo(''), image('a picture')],
    ]) {
      const upload = await uploads.accepted(form(parts));
      expect(upload).toMatchObject({
        fieldName: 'image',
        file: { bytes: 9 },
        sha256: sha256(Buffer.from('a picture')),
      });
      await upload.discard();
    }
    const upload = await uploads.accepted(form([image('', empty), photo('a picture')]));
    expect(upload.fieldName).toBe('photo');
    await upload.discard();
    expect(await uploads.refused(form([image('', empty), photo('', empty)]))).toMatchObject({
      status: 400,
      message: expect.stringMatching(/is empty/) as string,
      errors: [{ path: 'body.photo' }],
    });
  });

  test.each<[string, Part[], string]>([
    ['two photos', [photo(large(1)), photo(large(2))], 'photo'],
    ['two images', [image(large(1)), image(large(2))], 'image'],
    ['a second photo after both', [photo(large(1)), image(large(2)), photo(large(3))], 'photo'],
    ['a second image after both', [image(large(1)), photo(large(2)), image(large(3))], 'image'],
    ['a second image that would be dropped', [photo(large(1)), image(large(2)), image(large(3))], 'image'],
  ])('%s are 400', async (_, parts, name) => {
    const error = await uploads.refused(form(parts), { pieces: 30 });
    expect(error).toMatchObject({ status: 400, errors: [{ path: `body.${name}` }] });
    expect(error.message).toMatch(/one file only/);
  });

  test.each<[string, number | null, { idleMs: number; deadlineMs: number }]>([
    ['drips', 20, { idleMs: 60_000, deadlineMs: 600 }],
    ['stops', null, { idleMs: 600, deadlineMs: 60_000 }],
  ])('an image behind a whole photo that %s is 408 like a file that does', async (_, everyMs, rules) => {
    uploads.state.rules = rules;
    const whole = form([photo(large(1)), image(large(2))]);
    const began = whole.subarray(0, whole.length - 300_000);
    const { came, socket } = (await uploads.send(began, { length: whole.length })) as {
      came: Promise<Outcome>;
      socket: Socket;
    };
    const drip = everyMs === null ? undefined : setInterval(() => socket.write('b'), everyMs);
    socket.once('close', () => clearInterval(drip));
    const outcome = await came;
    clearInterval(drip);
    expect(outcome).toMatchObject({ error: { status: 408 } });
  });

  test('a dropped image that ends early is 400, like a file that does', async () => {
    const parts = form([photo(large(1)), image(large(2))], '');
    expect(await uploads.refused(parts, { pieces: 20 })).toMatchObject({ status: 400 });
  });
});

/** Each leaves the parser nothing to wait for, so that a refusal comes at once and not when the patience of `idleMs` or `deadlineMs` ends. */
describe('a part that is not taken', () => {
  const unnamed = (header: string): Part => ({ header, body: large(1) });
  const dropped: [string, Part][] = [
    ['without a disposition', unnamed('x-other: y')],
    ['with an empty header', unnamed('')],
    ['that is an attachment', unnamed('content-disposition: attachment; name="photo"; filename="meal.jpg"')],
    ['whose name has a line break', unnamed('content-disposition: form-data; name="a\nb"; filename="meal.jpg"')],
  ];

  test.each(dropped)('%s is dropped beside a photo, and is no file where it is alone', async (_, part) => {
    uploads.state.rules = { idleMs: 2_000, deadlineMs: 4_000 };
    for (const pieces of [1, 14, 60]) {
      for (const parts of [
        [part, photo(large(2))],
        [photo(large(2)), part],
        [part, part, photo(large(2))],
      ]) {
        const upload = await uploads.accepted(form(parts), { pieces });
        expect(upload.sha256).toBe(sha256(large(2)));
        await upload.discard();
      }
      const error = await uploads.refused(form([part]), { pieces });
      expect([error.status, error.message]).toEqual([400, expect.stringMatching(/No file was sent/)]);
    }
  });

  test.each<[string, Part[], RegExp]>([
    ['in a wrong field', [photo(large(1), { name: 'picture' })], /no other file/],
    ['in a wrong field, after the photo', [photo(large(1)), photo(large(2), { name: 'picture' })], /no other file/],
    ['in no field', [{ file: 'meal.jpg', body: large(1) }], /no other file/],
    ['without a name of a file', [photo(large(1), { name: 'picture', file: '' })], /in the field photo or image/],
    ['sent as text', [{ name: 'photo', body: large(1) }], /must be a file, not text/],
    ['behind too long a text', [{ name: 'caption', body: large(97) }, photo(large(1))], /longer than 16384 bytes/],
    ['behind a second file', [photo(large(1)), photo(large(2)), photo(large(3), { name: 'x' })], /one file only/],
  ])('%s is 400 at once', async (_, parts, sentence) => {
    uploads.state.rules = { idleMs: 2_000, deadlineMs: 4_000 };
    for (const pieces of [1, 14, 60]) {
      const error = await uploads.refused(form(parts), { pieces });
      expect([error.status, error.message]).toEqual([400, expect.stringMatching(sentence)]);
    }
  });
});
