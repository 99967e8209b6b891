import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { HttpProblem } from '../../../src/api/errors';
import { cleanTempDir } from '../../../src/api/forms/formFile';
import { form, megabyte, photo, startUploads, type Outcome, type Uploads } from './uploadServer';

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

const send = (...what: Parameters<Uploads['send']>) => uploads.send(...what);
const accepted = (...what: Parameters<Uploads['accepted']>) => uploads.accepted(...what);
const refused = (...what: Parameters<Uploads['refused']>) => uploads.refused(...what);

test.each([1, 40])('stores the file, its digest and the fields, in %d pieces', async (pieces) => {
  const body = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251));
  const upload = await accepted(
    form([{ name: 'caption', body: 'zwei Stück Käsepizza 🍕' }, photo(body), { name: 'grams', body: '250' }]),
    { pieces },
  );
  expect(upload).toMatchObject({
    file: { bytes: 300_000 },
    fieldName: 'photo',
    statedType: 'image/jpeg',
    fields: { caption: 'zwei Stück Käsepizza 🍕', grams: '250' },
    sha256: createHash('sha256').update(body).digest('hex'),
  });
  expect((await readFile(upload.file.path)).equals(body)).toBe(true);
  expect((await stat(upload.file.path)).mode & 0o777).toBe(0o600);
  await upload.discard();
  await upload.discard();
});

test('a file of exactly the limit is taken, one byte more is 413', async () => {
  await (await accepted(form([photo(Buffer.alloc(megabyte))]))).discard();
  expect(await refused(form([photo(Buffer.alloc(megabyte + 1))]))).toMatchObject({
    status: 413,
    kind: 'body-too-large',
  });
});

test('a stated length over the limit is 413 before anything is read', async () => {
  uploads.state.rules = { tooLarge: 'picture-too-large' };
  const { came, answer, socket } = (await send('--cut\r\n', { length: 50 * megabyte })) as {
    came: Promise<Outcome>;
    answer: () => string;
    socket: Socket;
  };
  expect(await came).toMatchObject({ error: { status: 413, kind: 'picture-too-large' } });
  await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
  expect(answer()).toMatch(/413/);
  socket.destroy();
});

test.each([
  [20 * 1_000_000, '20 MB'],
  [500_000, '0.5 MB'],
])('the most that is taken is named in the unit of its setting: %d', async (maxBytes, most) => {
  uploads.state.rules = { maxBytes };
  const { came, socket } = (await send('--cut\r\n', { length: 50 * megabyte })) as {
    came: Promise<Outcome>;
    socket: Socket;
  };
  expect(await came).toMatchObject({ error: { message: expect.stringContaining(`larger than ${most},`) as string } });
  socket.destroy();
});

test('an empty input of a browser beside the file is no second file', async () => {
  const upload = await accepted(
    form([photo('', { name: 'other', file: '', type: 'application/octet-stream' }), photo()]),
  );
  expect(upload.fieldName).toBe('photo');
  await upload.discard();
});

test.each<[string, Buffer, RegExp]>([
  ['no file', form([{ name: 'caption', body: 'pizza' }]), /No file was sent. Send one in the field photo or image/],
  ['no part at all', Buffer.from('--cut--\r\n'), /No file|multipart/],
  ['two files', form([photo(), photo('x')]), /one file only/],
  ['a file in a wrong field', form([photo('x', { name: 'picture' })]), /in the field photo or image/],
  ['a file without a field', form([{ file: 'a.jpg', body: 'x' }]), /in the field photo or image/],
  [
    'text where the file should be',
    form([{ name: 'photo', body: 'data:image/png;base64,AAAA' }]),
    /must be a file, not text/,
  ],
  ['an empty file', form([photo('')]), /is empty/],
  [
    'too many fields',
    form([...Array.from({ length: 21 }, (_, at) => ({ name: `f${at}`, body: 'x' })), photo()]),
    /at most 20/,
  ],
  ['too long a field', form([{ name: 'caption', body: 'x'.repeat(16_385) }, photo()]), /longer than 16384 bytes/],
  ['a field name without end', form([{ name: 'n'.repeat(200), body: 'x' }, photo()]), /cannot be read/],
  ['a field without a name', form([{ body: 'x' }, photo()]), /cannot be read/],
  ['NUL in a field', form([{ name: 'caption', body: 'piz\0za' }, photo()]), /no text in UTF-8/],
  [
    'bad UTF-8 in a field',
    form([{ name: 'caption', body: Buffer.from([0x70, 0xff, 0xfe]) }, photo()]),
    /no text in UTF-8/,
  ],
  ['a field sent twice', form([{ name: 'grams', body: '1' }, { name: 'grams', body: '2' }, photo()]), /sent twice/],
  ['no closing boundary', form([photo()], ''), /ended before it was whole|could not be read/],
  ['another boundary', Buffer.from('--other\r\nnothing\r\n--other--'), /could not be read|ended before|No file/],
  ['a body of nothing', Buffer.from(''), /could not be read|ended before|No file/],
])('%s is 400 with a sentence', async (_, body, sentence) => {
  const error = await refused(body);
  expect(error.status).toBe(400);
  expect(error.message).toMatch(sentence);
});

test.each(['application/json', 'text/plain', 'multipart/mixed; boundary=cut', 'multipart/form-data'])(
  '%s is 415',
  async (type) => expect(await refused(form([photo()]), { type })).toMatchObject({ status: 415 }),
);

test('a boundary that is missing in the header is 400', async () => {
  expect(await refused(form([photo()]), { type: 'multipart/form-data; charset=utf-8' })).toMatchObject({ status: 400 });
});

test('a field called __proto__ stays a field', async () => {
  const upload = await accepted(form([{ name: '__proto__', body: 'x' }, photo()]));
  expect(Object.getPrototypeOf(upload.fields)).toBe(Object.prototype);
  expect(Object.entries(upload.fields)).toEqual([['__proto__', 'x']]);
  await upload.discard();
});

/** Begins an upload that never ends, and waits until the server has its first bytes. */
const begin = async () => {
  const first = new Promise<void>((resolve) => (uploads.state.arrived = resolve));
  const started = (await send(form([photo('half of a ')], ''), { length: 5000 })) as {
    came: Promise<Outcome>;
    socket: Socket;
  };
  await first;
  return started;
};

test('a client that hangs up leaves nothing', async () => {
  const { came, socket } = await begin();
  socket.destroy();
  expect(await came).toMatchObject({ error: { status: 400 } });
});

test('nothing is left of one that is refused while its file is being opened', async () => {
  const real = fs.createWriteStream;
  let opened = 0;
  const open = (...[path, flags, mode, done]: [string, string, number, (error: Error | null, fd: number) => void]) =>
    setTimeout(() => {
      opened += 1;
      fs.open(path, flags, mode, done);
    }, 50);
  const spy = jest
    .spyOn(fs, 'createWriteStream')
    .mockImplementation((path, options) => real(path, { ...(options as object), fs: { ...fs, open } }));
  try {
    await refused(form([photo(), photo('x')]));
    expect(await readdir(uploads.tempDir)).toEqual([]);
    expect(opened).toBe(1);
  } finally {
    spy.mockRestore();
  }
});

test('silence ends with 408', async () => {
  uploads.state.rules = { idleMs: 60 };
  const { came, socket } = await begin();
  expect(await came).toMatchObject({ error: { status: 408 } });
  socket.destroy();
});

test('dripping ends with 408 when the time is over', async () => {
  uploads.state.rules = { idleMs: 1000, deadlineMs: 150 };
  const { came, socket } = await begin();
  const drip = setInterval(() => socket.write('x'), 10);
  expect(await came).toMatchObject({ error: { status: 408 } });
  clearInterval(drip);
  socket.destroy();
});

test('a signal ends it with its reason', async () => {
  const controller = new AbortController();
  uploads.state.rules = { signal: controller.signal };
  const { came, socket } = await begin();
  const reason = new Error('shutting down');
  controller.abort(reason);
  expect(await came).toEqual({ error: reason });
  socket.destroy();
});

test('a preamble without end is 413', async () => {
  uploads.state.rules = { maxBytes: 1000, maxFields: 1, maxFieldBytes: 100 };
  const came = uploads.outcome();
  const socket = uploads.open();
  socket.write(
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=cut\r\ntransfer-encoding: chunked\r\n\r\n',
  );
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  const pour = setInterval(() => socket.write(chunk), 1);
  expect(await came).toMatchObject({ error: { status: 413 } });
  clearInterval(pour);
  socket.destroy();
});

test('a folder that cannot be written is a fault of the server, no refusal', async () => {
  uploads.state.rules = { tempDir: join(uploads.tempDir, 'absent') };
  const result = await send(form([photo()]));
  expect('error' in result && result.error).not.toBeInstanceOf(HttpProblem);
});

test('memory stays bounded: eight files of 40 MB at once', async () => {
  uploads.state.rules = { maxBytes: 50 * megabyte };
  const body = form([photo(Buffer.alloc(40 * megabyte, 1))]);
  const before = process.memoryUsage();
  let most = 0;
  const watch = setInterval(() => {
    const { external, heapUsed } = process.memoryUsage();
    most = Math.max(most, external + heapUsed - before.external - before.heapUsed);
  }, 5);
  const received = await Promise.all(Array.from({ length: 8 }, () => accepted(body, { pieces: 640 })));
  clearInterval(watch);
  expect(received.every(({ file }) => file.bytes === 40 * megabyte)).toBe(true);
  expect(most / megabyte).toBeLessThan(64);
  await Promise.all(received.map((upload) => upload.discard()));
}, 60_000);

test('a start removes files older than any upload, and nothing else', async () => {
  const old = new Date(Date.now() - 2 * 3_600_000);
  for (const name of ['old.upload', 'young.upload', 'old.txt']) await writeFile(join(uploads.tempDir, name), 'x');
  for (const name of ['old.upload', 'old.txt']) await utimes(join(uploads.tempDir, name), old, old);
  await cleanTempDir(uploads.tempDir);
  expect((await readdir(uploads.tempDir)).sort()).toEqual(['old.txt', 'young.upload']);
  for (const name of await readdir(uploads.tempDir)) await rm(join(uploads.tempDir, name));
});
