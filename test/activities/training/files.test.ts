import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createTrainingFiles, removeStaleFolders } from '../../../src/activities/training/files';
import { ObjectDamaged, ObjectStoreFull, type ObjectStore } from '../../../src/services/objects';
import { eventually } from '../../eventually';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'palate-files-'));
});
afterEach(() => rm(home, { recursive: true }));

const bytes = Buffer.from('user_id,item_id,rating\nu1,i1,5\n');
const object = { key: 'a', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
const never = new AbortController().signal;

interface Opened {
  served: Buffer;
  put: ObjectStore['put'];
  idleMs: number;
}
function open({ served = bytes, put = () => Promise.resolve(), idleMs = 60_000 }: Partial<Opened> = {}) {
  const gets = { count: 0 };
  const get: ObjectStore['get'] = () => {
    gets.count += 1;
    return Promise.resolve({ stream: Readable.from([served]), bytes: served.length, contentType: 'text/csv' });
  };
  const folder = path.join(home, 'training', 'own');
  return { folder, gets, files: createTrainingFiles({ get, put }, folder, { idleMs }) };
}
const left = (folder: string) => readdir(folder, { recursive: true }).catch(() => 'no folder');

describe('copies of a training', () => {
  it('are fetched once, and again where their bytes have changed', async () => {
    const { files, gets } = open();
    const copy = await files.fetch('r1', object, never);
    expect(await files.fetch('r1', object, never)).toBe(copy);
    expect(gets.count).toBe(1);
    await writeFile(copy, Buffer.alloc(bytes.length));
    expect(await readFile(await files.fetch('r1', object, never))).toEqual(bytes);
    expect(gets.count).toBe(2);
  });

  it('are not made of an object that has other bytes than were stored', async () => {
    const { files, folder } = open({ served: Buffer.alloc(bytes.length) });
    await expect(files.fetch('r1', object, never)).rejects.toThrow(ObjectDamaged);
    expect(await left(folder)).toEqual(['r1']);
  });

  it('go with a put that failed or was called off, and stay with one that went well', async () => {
    const reason = new Error('cancelled');
    const puts: ObjectStore['put'][] = [
      () => Promise.reject(new ObjectStoreFull('No room is left.')),
      (_key, _body, { signal }) => new Promise((_resolve, reject) => reject(signal!.reason as Error)),
      () => Promise.resolve(),
    ];
    const { files, folder } = open({ put: (...args) => puts.shift()!(...args) });
    const store = async (signal: AbortSignal) => {
      const into = await files.fresh('r1');
      await writeFile(into, bytes);
      return files.store('r1', { path: into, ...object }, 'key', signal);
    };
    await expect(store(never)).rejects.toThrow(ObjectStoreFull);
    await expect(store(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await left(folder)).toEqual(['r1']);
    expect(await store(never)).toEqual({ ...object, key: 'key' });
    expect((await left(folder)).length).toBe(2);
  });

  it('go with the next run, and when nothing is under way for a while', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    const idleMs = 60_000;
    const { files, folder } = open({ idleMs });
    await files.inUse(() => Promise.resolve());
    await files.inUse(async () => {
      await files.fetch('r1', object, never);
      await files.fetch('r2', object, never);
      expect(await left(folder)).toEqual(['r2', `r2/${object.sha256}`]);
      jest.advanceTimersByTime(10 * idleMs);
      expect(await left(folder)).toHaveLength(2);
    });
    jest.advanceTimersByTime(idleMs - 1);
    expect(await left(folder)).toHaveLength(2);
    jest.advanceTimersByTime(1);
    jest.useRealTimers();
    expect(await eventually(async () => (await left(folder)) === 'no folder')).toBe(true);
  });
});

describe('folders of killed trainers', () => {
  const staleMs = 180_000;
  it('are removed by others, and those of running ones are not', async () => {
    const { files, folder } = open();
    await files.touch();
    await files.fetch('r1', object, never);
    const parent = path.dirname(folder);
    await mkdir(path.join(parent, 'killed', 'r0'), { recursive: true });
    const longAgo = new Date(Date.now() - 2 * staleMs);
    for (const name of ['own', 'killed']) await utimes(path.join(parent, name), longAgo, longAgo);
    await files.touch();
    await removeStaleFolders(parent, staleMs, Date.now());
    expect(await readdir(parent)).toEqual(['own']);
  });

  it('are removed by several at once without a fault, and where there are none', async () => {
    const parent = path.join(home, 'training');
    await removeStaleFolders(parent, staleMs, Date.now());
    for (let at = 0; at < 50; at += 1) await mkdir(path.join(parent, String(at)), { recursive: true });
    const later = Date.now() + 2 * staleMs;
    await Promise.all(Array.from({ length: 8 }, () => removeStaleFolders(parent, staleMs, later)));
    expect(await readdir(parent)).toEqual([]);
  });
});
