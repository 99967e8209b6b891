import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fetchArchive, type FetchOptions, type FetchProgress } from '../../src/imports/foods/fetchArchive';
import { unpack } from '../../src/imports/foods/zip';
import { DownloadsDouble } from '../doubles/downloads';
import { zipOf } from './zipOf';

const folders: string[] = [];
const folder = async () => {
  const made = await mkdtemp(path.join(os.tmpdir(), 'palate-fetch-'));
  folders.push(made);
  return made;
};
const servers: DownloadsDouble[] = [];
const serving = async (content: Buffer) => {
  const server = await new DownloadsDouble(content).start();
  servers.push(server);
  return server;
};
afterAll(async () => {
  for (const server of servers) await server.stop();
  for (const made of folders) await rm(made, { recursive: true, force: true });
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const archiveOf = (bytes: number) => zipOf({ 'stored/food.csv': randomBytes(bytes) });
const fetching = async (server: DownloadsDouble, more: Partial<FetchOptions> = {}) => {
  const heard: FetchProgress[] = [];
  const into = more.folder ?? (await folder());
  const answer = await fetchArchive({
    url: server.urlOf(),
    folder: into,
    retryMs: [1, 1],
    onProgress: (progress) => {
      heard.push(progress);
      if (progress.kind === 'fetching') server.reached(progress.bytes);
    },
    ...more,
  });
  return { ...answer, folder: into, heard };
};

describe('an archive', () => {
  test('is fetched whole, with its digest, and leaves no part', async () => {
    const content = archiveOf(200_000);
    const fetched = await fetching(await serving(content));
    expect(await readFile(fetched.file)).toEqual(content);
    expect(fetched).toMatchObject({ bytes: content.length, sha256: sha256(content) });
    expect(await readdir(fetched.folder)).toEqual(['foods.zip']);
    expect(fetched.heard.at(-1)).toEqual({ kind: 'fetching', bytes: content.length, of: content.length });
  });

  test('that was cut off goes on where it ended', async () => {
    const content = archiveOf(200_000);
    const server = await serving(content);
    server.next({ kind: 'cut', afterBytes: 60_000 }, { kind: 'cut', afterBytes: 50_000 });
    const fetched = await fetching(server);
    expect(await readFile(fetched.file)).toEqual(content);
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=60000-', 'bytes=110000-']);
  });

  test('goes on in the next run, too', async () => {
    const content = archiveOf(200_000);
    const server = await serving(content);
    server.next({ kind: 'cut', afterBytes: 70_000 });
    const into = await folder();
    await expect(fetching(server, { folder: into, retryMs: [] })).rejects.toThrow(
      /cut off at 70000 bytes .* Run the same again/,
    );
    const fetched = await fetching(server, { folder: into });
    expect(await readFile(fetched.file)).toEqual(content);
    expect(fetched.heard[0]).toEqual({ kind: 'resuming', bytes: 70_000 });
  });

  test('that was replaced meanwhile begins anew: no file is made of two', async () => {
    const server = await serving(archiveOf(200_000));
    server.next({ kind: 'cut', afterBytes: 70_000 });
    const into = await folder();
    await expect(fetching(server, { folder: into, retryMs: [] })).rejects.toThrow(/cut off/);
    server.content = archiveOf(150_000);
    const fetched = await fetching(server, { folder: into });
    expect(await readFile(fetched.file)).toEqual(server.content);
  });

  test('of which every byte stands already is taken as it is', async () => {
    const content = archiveOf(5_000);
    const server = await serving(content);
    const into = await folder();
    // The last byte came, and the process was killed before it took note.
    await fetching(server, { folder: into });
    await writeFile(path.join(into, 'foods.zip.part'), content);
    const etag = `"${sha256(content).slice(0, 16)}"`;
    await writeFile(path.join(into, 'foods.zip.part.validator'), etag);
    const again = await fetching(server, { folder: into });
    expect(await readFile(again.file)).toEqual(content);
  });

  test('whose server falls silent is given up and tried again', async () => {
    const content = archiveOf(50_000);
    const server = await serving(content);
    server.next({ kind: 'silent', afterBytes: 20_000 });
    const fetched = await fetching(server, { stallMs: 200 });
    expect(await readFile(fetched.file)).toEqual(content);
    expect(fetched.heard).toContainEqual({ kind: 'retrying', reason: 'nothing came any more', ms: 1 });
  });

  test('is found behind a redirect', async () => {
    const content = archiveOf(10_000);
    const server = await serving(content);
    server.next({ kind: 'redirect' });
    expect((await fetching(server)).sha256).toBe(sha256(content));
    expect(server.requests.map(({ path: asked }) => asked)).toEqual(['/foods.zip', '/elsewhere/foods.zip']);
  });

  test('is asked for again after a 503, and not after a 404', async () => {
    const server = await serving(archiveOf(10_000));
    server.next({ kind: 'status', status: 503 });
    await fetching(server);
    server.next({ kind: 'status', status: 404 });
    await expect(fetching(server)).rejects.toThrow(/answered 404: look up the address/);
    expect(server.requests).toHaveLength(3);
  });
});

describe('what is no archive, or another, is not kept', () => {
  test.each([
    ['a page', { kind: 'page' } as const, undefined, /answered a page, not an archive/],
    ['another digest', undefined, 'a'.repeat(64), /is another file than was asked for: its SHA-256 is [0-9a-f]{64}/],
  ])('%s', async (_, answer, digest, said) => {
    const server = await serving(archiveOf(10_000));
    if (answer !== undefined) server.next(answer);
    const into = await folder();
    await expect(fetching(server, { folder: into, ...(digest && { sha256: digest }) })).rejects.toThrow(said);
    expect(await readdir(into)).toEqual([]);
  });

  test('bytes of another kind, however they are called', async () => {
    const into = await folder();
    await expect(fetching(await serving(Buffer.from('fdc_id,description')), { folder: into })).rejects.toThrow(
      /gives no zip archive/,
    );
    expect(await readdir(into)).toEqual([]);
  });

  test('the digest it must have, in capitals too, is no hindrance', async () => {
    const content = archiveOf(10_000);
    const fetched = await fetching(await serving(content), { sha256: sha256(content).toUpperCase() });
    expect(fetched.bytes).toBe(content.length);
  });
});

describe('unpacking', () => {
  const names = new Set(['food.csv', 'nutrient.csv']);
  const unpacked = async (archive: Buffer) => {
    const into = await folder();
    const file = path.join(into, 'foods.zip');
    await writeFile(file, archive);
    const out = await folder();
    return { names: await unpack(file, out, names), out };
  };

  test('takes the files that are read, from any folder of the archive, and nothing else', async () => {
    const text = 'fdc_id\n'.repeat(10_000);
    const { names: got, out } = await unpacked(
      zipOf({
        'FoodData/food.csv': text,
        'stored/nutrient.csv': '',
        'FoodData/lab_method.csv': 'x',
        'food.csv': 'y',
      }),
    );
    expect(got.sort()).toEqual(['food.csv', 'nutrient.csv']);
    expect((await readdir(out)).sort()).toEqual(['food.csv', 'nutrient.csv']);
    expect(await readFile(path.join(out, 'food.csv'), 'utf8')).toBe(text);
    expect(await readFile(path.join(out, 'nutrient.csv'), 'utf8')).toBe('');
  });

  test('a path that leads out of the folder is a name only', async () => {
    const { out } = await unpacked(zipOf({ '../../food.csv': 'fdc_id' }));
    expect(await readdir(out)).toEqual(['food.csv']);
  });

  test('a damaged archive is refused', async () => {
    const whole = zipOf({ 'food.csv': randomBytes(5_000).toString('hex') });
    const flipped = Buffer.from(whole);
    flipped[2_000] = (flipped[2_000] ?? 0) ^ 0xff;
    await expect(unpacked(flipped)).rejects.toThrow(/archive is damaged/);
    await expect(unpacked(whole.subarray(0, 3_000))).rejects.toThrow(/it has no directory/);
    const longer = Buffer.from(whole);
    longer.writeUInt32LE(100, longer.indexOf('PK\u0001\u0002', 0, 'latin1') + 24);
    await expect(unpacked(longer)).rejects.toThrow(/food\.csv is longer than it says/);
  });

  /** `whole` with two bytes of the directory's only entry, or of the head of the file, set to `value`. */
  const changed = (whole: Buffer, signature: string, offset: number, value: number): Buffer => {
    const copy = Buffer.from(whole);
    copy.writeUInt16LE(value, copy.indexOf(signature, 0, 'latin1') + offset);
    return copy;
  };
  const [directory, head] = ['PK\u0001\u0002', 'PK\u0003\u0004'];
  test.each<[string, (whole: Buffer) => Buffer, RegExp]>([
    ['of another way to pack', (whole) => changed(whole, directory, 10, 12), /food\.csv is packed in another way/],
    ['that is locked', (whole) => changed(whole, directory, 8, 1), /food\.csv is packed in another way/],
    ['of a wrong checksum', (whole) => changed(whole, directory, 16, 1), /food\.csv is not what was packed/],
    ['of many gigabytes', (whole) => changed(whole, directory, 26, 0xffee), /food\.csv would take \d+ bytes/],
    ['whose file is elsewhere', (whole) => changed(whole, head, 0, 0), /food\.csv is not where it should be/],
    [
      'whose directory is not where it should be',
      (whole) => changed(whole, directory, 0, 0),
      /its directory cannot be read/,
    ],
    ['of nothing', () => Buffer.alloc(0), /it has no directory/],
  ])('an archive %s is refused', async (_, make, said) => {
    await expect(unpacked(make(zipOf({ 'food.csv': 'fdc_id' })))).rejects.toThrow(said);
    await expect(unpacked(make(zipOf({ 'food.csv': 'fdc_id' })))).rejects.toThrow(/The archive is damaged/);
  });

  test('an archive that is not there is told by the disk', async () => {
    await expect(unpack(path.join(await folder(), 'none.zip'), await folder(), names)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
