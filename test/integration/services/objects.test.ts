import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallOutcome } from '../../../src/services/calls';
import {
  createFileStore,
  createS3Store,
  ObjectKeyInvalid,
  ObjectMissing,
  ObjectStoreRefused,
  ObjectStoreUnavailable,
} from '../../../src/services/objects';
import type { ObjectStore } from '../../../src/services/objects';
import { describeWithS3, freshBucket, s3Access } from '../engines';

const jpeg = { contentType: 'image/jpeg' };
const calls: CallOutcome[] = [];
const onCall = (call: CallOutcome) => calls.push(call);

let temp: string;
beforeAll(async () => {
  temp = await mkdtemp(join(tmpdir(), 'palate-objects-'));
});
afterAll(() => rm(temp, { recursive: true }));
beforeEach(() => {
  calls.length = 0;
});

const listed = async (store: ObjectStore, prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys.sort();
};
const pattern = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 31) % 256));

/** What every object store promises. `open` gives one that is empty. */
const contract = (open: () => Promise<ObjectStore>) => {
  let store: ObjectStore;
  beforeAll(async () => {
    store = await open();
  });

  test('answers its check', async () => {
    await expect(store.ping()).resolves.toBeUndefined();
  });

  test.each(['photos/a/picture.jpg', 'photos/a/original', 'uploads/b/data.csv'])(
    '%s comes back as it was',
    async (key) => {
      const body = pattern(70_001);
      await store.put(key, body, { contentType: 'image/webp' });
      expect((await store.read(key)).equals(body)).toBe(true);
      const { stream, bytes, contentType } = await store.get(key);
      expect([bytes, contentType]).toEqual([70_001, 'image/webp']);
      expect((await buffer(stream)).equals(body)).toBe(true);
    },
  );

  test('a type the ending tells is told', async () => {
    await store.put('types/a.jpg', pattern(3), jpeg);
    const { stream, contentType } = await store.get('types/a.jpg');
    stream.destroy();
    expect(contentType).toBe('image/jpeg');
  });

  test('an object of no bytes is an object', async () => {
    await store.put('empty/none', Buffer.alloc(0), jpeg);
    expect(await store.read('empty/none')).toHaveLength(0);
  });

  test('a file is stored by its path, and stays', async () => {
    const path = join(temp, 'upload');
    const body = pattern(3_000_000);
    await writeFile(path, body);
    await store.put('files/a', { path, bytes: body.length }, jpeg);
    expect((await store.read('files/a')).equals(body)).toBe(true);
    expect(await readFile(path)).toHaveLength(body.length);
  });

  test('a file shorter than stated, or absent, is an error and stores nothing', async () => {
    const path = join(temp, 'short');
    await writeFile(path, pattern(10));
    await expect(store.put('files/short', { path, bytes: 20 }, jpeg)).rejects.toThrow(ObjectStoreUnavailable);
    await expect(store.put('files/short', { path: join(temp, 'none'), bytes: 20 }, jpeg)).rejects.toThrow(
      ObjectStoreUnavailable,
    );
    await expect(store.read('files/short')).rejects.toThrow(ObjectMissing);
  }, 60_000);

  test('a file that is stored until its signal is aborted ends with the reason, and leaves what was there', async () => {
    const path = join(temp, 'called-off');
    const body = Buffer.alloc(200_000_000, 7);
    await writeFile(path, body);
    await store.put('called-off/a', pattern(10), jpeg);
    const reason = new Error('called off');
    await expect(store.put('called-off/a', pattern(20), { ...jpeg, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const ending = new AbortController();
    const stored = store.put('called-off/a', { path, bytes: body.length }, { ...jpeg, signal: ending.signal });
    setTimeout(() => ending.abort(reason), 5);
    await expect(stored).rejects.toBe(reason);
    expect((await store.read('called-off/a')).equals(pattern(10))).toBe(true);
    // One that nobody aborts is stored, also a file of several pieces.
    const small = body.subarray(0, 3_000_001);
    await writeFile(path, small);
    await store.put('called-off/a', { path, bytes: small.length }, { ...jpeg, signal: new AbortController().signal });
    expect((await store.read('called-off/a')).equals(small)).toBe(true);
  }, 60_000);

  test('a second put replaces bytes and type', async () => {
    await store.put('replaced/a.jpg', pattern(10), { contentType: 'image/png' });
    await store.put('replaced/a.jpg', pattern(5), jpeg);
    const { stream, bytes, contentType } = await store.get('replaced/a.jpg');
    stream.destroy();
    expect([bytes, contentType]).toEqual([5, 'image/jpeg']);
  });

  test('what is absent is missing to readers and no error to removers', async () => {
    await expect(store.get('none/a')).rejects.toMatchObject({ name: 'ObjectMissing', key: 'none/a' });
    await expect(store.read('none/a')).rejects.toThrow(ObjectMissing);
    await expect(store.remove('none/a')).resolves.toBeUndefined();
    await expect(store.removePrefix('none/')).resolves.toBe(0);
    expect(await listed(store, 'none/')).toEqual([]);
    expect(calls.map(({ outcome }) => outcome).slice(0, 2)).toEqual(['ObjectMissing', 'ObjectMissing']);
  });

  test('what is removed is gone', async () => {
    await store.put('removed/a', pattern(1), jpeg);
    await store.remove('removed/a');
    await store.remove('removed/a');
    await expect(store.read('removed/a')).rejects.toThrow(ObjectMissing);
  });

  test('a prefix takes what is below it and nothing beside it', async () => {
    for (const key of ['owner/ab/1', 'owner/ab/deep/2', 'owner/abc/3', 'owner/ab.jpg'])
      await store.put(key, pattern(1), jpeg);
    expect(await listed(store, 'owner/ab/')).toEqual(['owner/ab/1', 'owner/ab/deep/2']);
    expect(await store.removePrefix('owner/ab/')).toBe(2);
    expect(await store.removePrefix('owner/ab/')).toBe(0);
    expect(await listed(store, 'owner/')).toEqual(['owner/ab.jpg', 'owner/abc/3']);
  });

  test('a name may be an object here and the start of a prefix elsewhere', async () => {
    expect(await listed(store, '')).toContain('owner/abc/3');
  });

  test.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '../a',
    'a/../../b',
    'a/.',
    '.hidden',
    'a\\b',
    'a\0b',
    'ä',
    'a b',
    `${'a/'.repeat(300)}a`,
  ])('%j is no key', async (key) => {
    for (const attempt of [store.put(key, pattern(1), jpeg), store.get(key), store.read(key), store.remove(key)]) {
      await expect(attempt).rejects.toThrow(ObjectKeyInvalid);
    }
  });

  test.each(['', '/', 'a', '../', 'a/../'])('%j is no prefix to remove', async (prefix) => {
    await expect(store.removePrefix(prefix)).rejects.toThrow(ObjectKeyInvalid);
  });

  test('twenty writers of one key leave one whole object', async () => {
    const bodies = Array.from({ length: 20 }, (_, at) => Buffer.alloc(20_000 + at, at));
    await Promise.all(bodies.map((body) => store.put('race/a', body, jpeg)));
    const left = await store.read('race/a');
    expect(bodies.some((body) => body.equals(left))).toBe(true);
  });

  test('writers beside a remover of the same folder lose nothing of their own', async () => {
    for (let round = 0; round < 20; round += 1) {
      await store.put('busy/old', pattern(1), jpeg);
      await Promise.all([store.remove('busy/old'), store.put(`busy/new${round}`, pattern(1), jpeg)]);
    }
    expect(await listed(store, 'busy/')).toHaveLength(20);
  });
};

describe('files', () => {
  const directory = () => mkdtemp(join(temp, 'store-'));
  contract(async () => createFileStore({ directory: await directory(), onCall }));

  test.each<[string, (store: ObjectStore, folder: string) => Promise<ObjectStore>]>([
    ['with the next start', (_store, directory) => createFileStore({ directory })],
    ['while it is in use', async (store) => (await store.removeStrays(), store)],
  ])('what a crash left half-written goes %s, what is being written stays', async (_when, clean) => {
    const folder = await directory();
    const store = await createFileStore({ directory: folder });
    const [old, young] = ['old', 'young'].map((name) => join(folder, 'incoming', name));
    for (const path of [old!, young!]) await writeFile(path, 'half');
    const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(old!, hoursAgo, hoursAgo);
    const again = await clean(store, folder);
    expect(await readdir(join(folder, 'incoming'))).toEqual(['young']);
    expect(await listed(again, '')).toEqual([]);
  });

  test('no folder outlives its last object, and nothing is left of the writing', async () => {
    const folder = await directory();
    const store = await createFileStore({ directory: folder });
    await store.put('photos/x/original', pattern(1), jpeg);
    await store.removePrefix('photos/x/');
    for (const part of ['objects', 'types', 'incoming']) expect(await readdir(join(folder, part))).toEqual([]);
  });

  test('a folder that went away is unavailable', async () => {
    const folder = await directory();
    const store = await createFileStore({ directory: folder });
    await rm(folder, { recursive: true });
    await expect(store.ping()).rejects.toThrow(ObjectStoreUnavailable);
    await expect(store.put('a', pattern(1), jpeg)).rejects.toThrow(ObjectStoreUnavailable);
  });
});

describeWithS3('S3', () => {
  const access = s3Access();
  const credentials = { accessKeyId: access?.accessKey ?? '', secretAccessKey: access?.secretKey ?? '' };
  const open = (over: Partial<Parameters<typeof createS3Store>[0]> = {}) => {
    const store = createS3Store({
      bucket: 'none',
      region: access?.region ?? '',
      endpoint: access?.endpoint,
      credentials,
      timeoutMs: 5000,
      onCall,
      ...over,
    });
    closers.push(() => store.close());
    return store;
  };
  const closers: (() => void)[] = [];
  afterAll(() => closers.forEach((close) => close()));

  contract(async () => open({ bucket: await freshBucket(access!, 'objects') }));

  test('more than a page of objects is listed and removed', async () => {
    const store = open({ bucket: await freshBucket(access!, 'pages') });
    const keys = Array.from({ length: 1003 }, (_, at) => `many/${at}`);
    for (let at = 0; at < keys.length; at += 50) {
      await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, pattern(1), jpeg)));
    }
    expect(await listed(store, 'many/')).toEqual([...keys].sort());
    expect(await store.removePrefix('many/')).toBe(1003);
    expect(await listed(store, '')).toEqual([]);
  }, 60_000);

  test('an object is read to its end by whoever takes longer than an answer may, as no silence of the bucket is in it', async () => {
    const timeoutMs = 300;
    const bucket = await freshBucket(access!, 'slow');
    const store = open({ bucket, timeoutMs });
    const path = join(temp, 'large');
    const body = Buffer.alloc(24 * 1_048_576, pattern(65_537));
    await writeFile(path, body);
    await open({ bucket }).put('slow/a', { path, bytes: body.length }, jpeg);
    const { stream } = await store.get('slow/a');
    const parts: Buffer[] = [];
    for await (const part of stream) {
      parts.push(part as Buffer);
      if (parts.length <= 3) await delay(2 * timeoutMs);
    }
    expect(Buffer.concat(parts).equals(body)).toBe(true);
  }, 60_000);

  test('wrong credentials and a bucket that is not there are refusals that name what to check', async () => {
    await expect(open().ping()).rejects.toThrow(ObjectStoreRefused);
    await expect(open().put('a', pattern(1), jpeg)).rejects.toThrow(/check its name, region, endpoint and credentials/);
    const stranger = open({ credentials: { ...credentials, secretAccessKey: 'wrong' } });
    await expect(stranger.read('a')).rejects.toThrow(ObjectStoreRefused);
  });
});

describe('an S3 server in trouble', () => {
  const sockets = new Set<Socket>();
  let silent: Server;
  beforeAll(async () => {
    silent = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });
  const open = (port: number) =>
    createS3Store({
      bucket: 'b',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      timeoutMs: 200,
    });

  test('one that never answers is given up in time, after one attempt', async () => {
    const store = open((silent.address() as AddressInfo).port);
    const before = sockets.size;
    await expect(store.put('a', pattern(10), jpeg)).rejects.toThrow(ObjectStoreUnavailable);
    await expect(store.read('a')).rejects.toThrow(ObjectStoreUnavailable);
    expect(sockets.size - before).toBe(2);
    store.close();
  });

  test('one that is not there is unavailable', async () => {
    const store = open(1);
    await expect(store.ping()).rejects.toThrow(ObjectStoreUnavailable);
    await expect(store.removePrefix('a/')).rejects.toThrow(ObjectStoreUnavailable);
    store.close();
  });
});

describe('an S3 server that is slow', () => {
  const timeoutMs = 400;
  const partMs = 100;
  const slowestBytesPerMs = 16_384;
  const parts = Array.from({ length: 12 }, (_, at) => Buffer.alloc(1000, at));
  const whole = Buffer.concat(parts);
  let serve: (request: IncomingMessage, response: ServerResponse) => void;
  const server = createHttpServer((request, response) => serve(request, response));
  let store: ObjectStore;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    store = createS3Store({
      bucket: 'b',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      timeoutMs,
      slowestBytesPerMs,
      onCall,
    });
  });
  afterAll(async () => {
    store.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Sends the first `count` parts, each in time and all of them in longer than an answer may take; then `after`. */
  const dripping = (count: number, after: (response: ServerResponse) => void) => {
    serve = (_request, response) => {
      response.writeHead(200, { 'content-length': whole.length });
      let sent = 0;
      const drip = setInterval(() => {
        if (sent < count) response.write(parts[(sent += 1) - 1]);
        else {
          clearInterval(drip);
          after(response);
        }
      }, partMs);
      response.once('close', () => clearInterval(drip));
    };
  };

  test('sends what is read to its end, however long that takes', async () => {
    dripping(parts.length, (response) => response.end());
    expect((await store.read('a')).equals(whole)).toBe(true);
    const { stream, bytes } = await store.get('a');
    expect(bytes).toBe(whole.length);
    expect((await buffer(stream)).equals(whole)).toBe(true);
    expect(calls.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  test('is given up where it falls silent in the middle', async () => {
    dripping(3, () => undefined);
    await expect(store.read('a')).rejects.toThrow(/did not send all of a \(nothing came for 400 ms\)/);
    const { stream } = await store.get('a');
    await expect(buffer(stream)).rejects.toThrow(ObjectStoreUnavailable);
    expect(calls.map(({ outcome }) => outcome)).toEqual(['ObjectStoreUnavailable', 'ok']);
  });

  test('never gives half an object for a whole one where its connection breaks', async () => {
    dripping(3, (response) => response.destroy());
    await expect(store.read('a')).rejects.toThrow(/did not send all of a \(the connection broke\)/);
    const { stream } = await store.get('a');
    await expect(buffer(stream)).rejects.toThrow(ObjectStoreUnavailable);
  });

  test('is hung up on by a reader that has enough, at once', async () => {
    const gone = new Promise<void>((resolve) => {
      serve = (_request, response) => {
        response.writeHead(200, { 'content-length': whole.length });
        response.write(parts[0]);
        response.once('close', resolve);
      };
    });
    const { stream } = await store.get('a');
    stream.once('data', () => stream.destroy());
    await gone;
    expect(stream.errored).toBeNull();
  });

  test('takes a file to its end, part by part, in longer than all of it may take', async () => {
    const path = join(temp, 'taken-slowly');
    const body = Buffer.alloc(16 * 1_048_576, pattern(65_537));
    await writeFile(path, body);
    let taken = 0;
    let pauseAfter = 0;
    serve = (request, response) => {
      request.on('data', (part: Buffer) => {
        taken += part.length;
        if (taken < pauseAfter) return;
        pauseAfter = taken + 1_000_000;
        request.pause();
        setTimeout(() => request.resume(), partMs);
      });
      request.once('end', () => response.end());
    };
    const startedAt = performance.now();
    await store.put('a', { path, bytes: body.length }, jpeg);
    expect(taken).toBe(body.length);
    expect(performance.now() - startedAt).toBeGreaterThan(timeoutMs + body.length / slowestBytesPerMs);
  });

  test('is given up where it takes no more of a file', async () => {
    const path = join(temp, 'never-taken');
    const bytes = 64 * 1_048_576;
    await writeFile(path, Buffer.alloc(bytes));
    serve = (request) => request.pause();
    const startedAt = performance.now();
    await expect(store.put('a', { path, bytes }, jpeg)).rejects.toThrow(ObjectStoreUnavailable);
    expect(performance.now() - startedAt).toBeLessThan(timeoutMs + bytes / slowestBytesPerMs);
  });

  test.each([
    [
      'answers before it has read a file',
      (_request: IncomingMessage, response: ServerResponse) => void response.writeHead(503).end(),
    ],
    ['breaks the connection in the middle of a file', (request: IncomingMessage) => void request.socket.destroy()],
  ])('%s: that is an error of the call, and of nothing else', async (_name, how) => {
    const path = join(temp, 'cut-short');
    const bytes = 3_000_000;
    await writeFile(path, Buffer.alloc(bytes));
    serve = how;
    // Ten times, as it depends on where the file is read just then.
    for (let time = 0; time < 10; time += 1)
      await expect(store.put('a', { path, bytes }, jpeg)).rejects.toThrow(ObjectStoreUnavailable);
  });
});
