import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readFiles } from '../../../src/imports/recommend';
import { gunzipped, GunzipRefused } from '../../../src/services/gunzip';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'palate-recommend-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = async (name: string, content: string | Buffer) => {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return readFiles({ interactions: file, nowMs: Date.UTC(2026, 10, 30) });
};
const csv = `user_id,item_id\n${Array.from({ length: 3_000 }, (_, row) => `u${row % 100},i${(row * 7) % 450}`).join('\n')}\n`;

test('a packed file is read as the file itself, whatever its name', async () => {
  const plain = await read('plain.csv', csv);
  const packed = await read('packed.csv', gzipSync(csv));
  expect(packed.dataset.ratings).toEqual(plain.dataset.ratings);
  expect(packed.interactions?.rows).toEqual(plain.interactions?.rows);
  expect(plain.interactions?.rows.read).toBe(3_000);
});

test('a packed file that was cut off or damaged is refused', async () => {
  const packed = gzipSync(csv);
  await expect(read('cut.csv.gz', packed.subarray(0, packed.length - 9))).rejects.toThrow(
    'cut.csv.gz is a damaged gzip file, or one that was cut off: pack or send it again.',
  );
  packed[packed.length >> 1]! ^= 0xff;
  await expect(read('hurt.csv.gz', packed)).rejects.toThrow('hurt.csv.gz is a damaged gzip file');
});

test('what was packed twice is refused as no text', async () => {
  await expect(read('twice.csv.gz', gzipSync(gzipSync(csv)))).rejects.toThrow('twice.csv.gz is not a text file, but a gzip archive.'); // prettier-ignore
});

test('a file that unpacks to many times its size is refused while it is unpacked', async () => {
  const bomb = gzipSync(Buffer.concat([Buffer.from('user_id,item_id\n'), Buffer.alloc(30e6, 'u1,i1\n')]));
  expect(bomb.length).toBeLessThan(150_000);
  await expect(read('bomb.csv.gz', bomb)).rejects.toThrow('bomb.csv.gz unpacks to more than 200 times its size');
  let unpacked = 0;
  const one = async function* () {
    yield await Promise.resolve(bomb);
  };
  const limits = { maxRatio: 200, maxBytes: 1e6, freeBytes: 1e9 };
  const unpacking = (async () => {
    for await (const chunk of gunzipped(one(), limits)) unpacked += chunk.length;
  })();
  await expect(unpacking).rejects.toThrow(GunzipRefused);
  expect(unpacked).toBeLessThanOrEqual(1e6);
});

test('a file that is not there is named, and so is an empty one', async () => {
  const missing = path.join(folder, 'missing.csv');
  await expect(readFiles({ interactions: missing, nowMs: 0 })).rejects.toThrow(
    `${missing} is no file that can be read`,
  );
  await expect(readFiles({ items: folder, nowMs: 0 })).rejects.toThrow(`${folder} is no file that can be read`);
  await expect(read('empty.csv', '')).rejects.toThrow('empty.csv is empty');
});

test('messages call a file by the name that it is given, and what was read of it is told piece by piece', async () => {
  const file = path.join(folder, 'upload-7');
  for (const content of [Buffer.from(csv), gzipSync(csv)]) {
    await writeFile(file, content);
    const told: number[] = [];
    const interactions = { path: file, name: 'plays.csv' };
    const { interactions: report } = await readFiles({ interactions, nowMs: 0, onRead: (bytes) => told.push(bytes) });
    expect(report!.file).toBe('plays.csv');
    expect(told.at(-1)).toBe(content.length);
    const stopping = readFiles({
      interactions,
      nowMs: 0,
      onRead: () => {
        throw new Error('enough');
      },
    });
    await expect(stopping).rejects.toThrow('enough');
  }
  await writeFile(file, 'user_id,item_id\n');
  await expect(readFiles({ interactions: { path: file, name: 'plays.csv' }, nowMs: 0 })).rejects.toThrow('plays.csv has 0 data rows'); // prettier-ignore
});
