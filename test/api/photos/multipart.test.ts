import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpProblem } from '../../../src/api/errors';
import { cleanTempDir, receiveUpload } from '../../../src/api/photos/multipart';
import type { Upload, UploadRules } from '../../../src/api/photos/multipart';

type Outcome = { upload: Upload } | { error: unknown };

const megabyte = 1_048_576;
let tempDir: string;
let server: Server;
let outcomes: ((outcome: Outcome) => void)[] = [];
let rules: Partial<UploadRules> = {};
let arrived: () => void = () => undefined;
const sockets = new Set<Socket>();

beforeAll(async () => {
  tempDir = await mkdtemp(join(tmpdir(), 'palate-upload-'));
  await cleanTempDir(tempDir);
  server = createServer((request, response) => {
    request.once('data', () => arrived());
    receiveUpload(request, {
      fileFields: ['photo', 'image'],
      maxBytes: megabyte,
      tempDir,
      signal: new AbortController().signal,
      ...rules,
    }).then(
      (upload) => {
        response.end('stored');
        outcomes.shift()?.({ upload });
      },
      (error: unknown) => {
        response.statusCode = error instanceof HttpProblem ? error.status : 500;
        response.setHeader('connection', 'close');
        response.end(error instanceof Error ? error.message : 'unknown');
        request.resume();
        outcomes.shift()?.({ error });
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(tempDir, { recursive: true });
});
beforeEach(() => {
  rules = {};
  outcomes = [];
});
afterEach(async () => expect(await readdir(tempDir)).toEqual([]));

const port = () => (server.address() as AddressInfo).port;
const outcome = () => new Promise<Outcome>((resolve) => outcomes.push(resolve));

/** Sends raw bytes as the request, in pieces if asked, and says what became of it. */
const send = async (
  body: Buffer | string,
  over: { type?: string; pieces?: number; end?: boolean; length?: number } = {},
) => {
  const { type = 'multipart/form-data; boundary=cut', pieces = 1, end = true, length } = over;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const came = outcome();
  const socket = connect(port(), '127.0.0.1');
  sockets.add(socket);
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.write(
    `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${length ?? bytes.length}\r\n\r\n`,
  );
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
    await new Promise((resolve) => socket.write(bytes.subarray(at, at + size), resolve));
    if (pieces > 1) await new Promise((resolve) => setImmediate(resolve));
  }
  if (end && length === undefined) return { ...(await came), socket, answer: () => answer };
  return { came, socket, answer: () => answer };
};

interface Part {
  name?: string;
  file?: string;
  type?: string;
  body?: string | Buffer;
}
const form = (parts: Part[], last = '\r\n--cut--\r\n'): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ name, file, type, body = '' }, at) => [
      Buffer.from(
        `${at === 0 ? '' : '\r\n'}--cut\r\ncontent-disposition: form-data${name === undefined ? '' : `; name="${name}"`}` +
          `${file === undefined ? '' : `; filename="${file}"`}\r\n${type === undefined ? '' : `content-type: ${type}\r\n`}\r\n`,
      ),
      Buffer.from(body as string),
    ]),
    Buffer.from(last),
  ]);
const photo = (body: string | Buffer = 'bytes of a picture', over: Part = {}): Part => ({
  name: 'photo',
  file: 'meal.jpg',
  type: 'image/jpeg',
  body,
  ...over,
});

const accepted = async (body: Buffer, over: Parameters<typeof send>[1] = {}): Promise<Upload> => {
  const result = await send(body, over);
  if (!('upload' in result)) throw 'error' in result ? result.error : new Error('no outcome');
  return result.upload;
};
const refused = async (body: Buffer | string, over: Parameters<typeof send>[1] = {}): Promise<HttpProblem> => {
  const result = await send(body, over);
  if ('upload' in result) {
    await result.upload.discard();
    throw new Error('was accepted');
  }
  const error = 'error' in result ? result.error : undefined;
  if (!(error instanceof HttpProblem)) throw error;
  return error;
};

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
  rules = { tooLarge: 'picture-too-large' };
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
  ['two files', form([photo(), photo('x', { name: 'image' })]), /one file only/],
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
  const first = new Promise<void>((resolve) => (arrived = resolve));
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
    await refused(form([photo(), photo('x', { name: 'image' })]));
    expect(await readdir(tempDir)).toEqual([]);
    expect(opened).toBe(1);
  } finally {
    spy.mockRestore();
  }
});

test('silence ends with 408', async () => {
  rules = { idleMs: 60 };
  const { came, socket } = await begin();
  expect(await came).toMatchObject({ error: { status: 408 } });
  socket.destroy();
});

test('dripping ends with 408 when the time is over', async () => {
  rules = { idleMs: 1000, deadlineMs: 150 };
  const { came, socket } = await begin();
  const drip = setInterval(() => socket.write('x'), 10);
  expect(await came).toMatchObject({ error: { status: 408 } });
  clearInterval(drip);
  socket.destroy();
});

test('a signal ends it with its reason', async () => {
  const controller = new AbortController();
  rules = { signal: controller.signal };
  const { came, socket } = await begin();
  const reason = new Error('shutting down');
  controller.abort(reason);
  expect(await came).toEqual({ error: reason });
  socket.destroy();
});

test('a preamble without end is 413', async () => {
  rules = { maxBytes: 1000, maxFields: 1, maxFieldBytes: 100 };
  const came = outcome();
  const socket = connect(port(), '127.0.0.1');
  socket.on('error', () => undefined);
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
  rules = { tempDir: join(tempDir, 'absent') };
  const result = await send(form([photo()]));
  expect('error' in result && result.error).not.toBeInstanceOf(HttpProblem);
});

test('memory stays bounded: eight files of 40 MB at once', async () => {
  rules = { maxBytes: 50 * megabyte };
  const body = form([photo(Buffer.alloc(40 * megabyte, 1))]);
  const before = process.memoryUsage();
  let most = 0;
  const watch = setInterval(() => {
    const { external, heapUsed } = process.memoryUsage();
    most = Math.max(most, external + heapUsed - before.external - before.heapUsed);
  }, 5);
  const uploads = await Promise.all(Array.from({ length: 8 }, () => accepted(body, { pieces: 640 })));
  clearInterval(watch);
  expect(uploads.every(({ file }) => file.bytes === 40 * megabyte)).toBe(true);
  expect(most / megabyte).toBeLessThan(64);
  await Promise.all(uploads.map((upload) => upload.discard()));
}, 30_000);

test('a start removes files older than any upload, and nothing else', async () => {
  const old = new Date(Date.now() - 2 * 3_600_000);
  for (const name of ['old.upload', 'young.upload', 'old.txt']) await writeFile(join(tempDir, name), 'x');
  for (const name of ['old.upload', 'old.txt']) await utimes(join(tempDir, name), old, old);
  await cleanTempDir(tempDir);
  expect((await readdir(tempDir)).sort()).toEqual(['old.txt', 'young.upload']);
  for (const name of await readdir(tempDir)) await rm(join(tempDir, name));
});
