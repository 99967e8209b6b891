import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { StoredArtefact } from '../../../src/model/training';
import { createModelCache, type LoadOutcome } from '../../../src/services/models';
import { createModelCopies } from '../../../src/services/models/copies';
import { CopyDamaged, ModelDamaged, ModelTooLarge } from '../../../src/services/models/errors';
import type { LoadedModel, LoadModel } from '../../../src/services/models/loader';
import { ObjectMissing } from '../../../src/services/objects';

const artefact = (letter: string, bytes = 10): StoredArtefact => ({ key: letter, bytes, sha256: letter.repeat(64) });
const modelOf = (bytes: number) => ({ recommender: {}, bytes }) as LoadedModel;

describe('models in memory', () => {
  const copies = { fetch: ({ key }: StoredArtefact) => Promise.resolve(key), discard: () => Promise.resolve(), tidy: () => Promise.resolve() }; // prettier-ignore
  function cacheOf(loadFile: LoadModel, maxBytes = 30) {
    const outcomes: LoadOutcome[] = [];
    const held: number[] = [];
    const cache = createModelCache({
      copies,
      loadFile,
      maxBytes,
      onLoad: ({ outcome }) => outcomes.push(outcome),
      onHeld: ({ bytes }) => held.push(bytes),
    });
    return { cache, outcomes, held };
  }
  const tens: LoadModel = () => Promise.resolve(modelOf(10));

  it('are loaded once, however many wait, and then are there', async () => {
    let loads = 0;
    const { cache, outcomes } = cacheOf(() => {
      loads += 1;
      return Promise.resolve(modelOf(10));
    });
    const a = artefact('a');
    expect(cache.get(a)).toBeNull();
    const [one, other] = await Promise.all([cache.load(a), cache.load(a)]);
    expect(one).toBe(other);
    expect(await cache.load(a)).toBe(one);
    expect(cache.get(a)).toBe(one);
    expect([loads, outcomes]).toEqual([1, ['loaded']]);
  });

  it('go where there are too many, those first that were asked for least recently', async () => {
    const { cache, held } = cacheOf(tens);
    for (const letter of ['a', 'b', 'c']) await cache.load(artefact(letter));
    cache.get(artefact('a'));
    await cache.load(artefact('d'));
    const there = ['a', 'b', 'c', 'd'].filter((letter) => cache.get(artefact(letter)) !== null);
    expect(there).toEqual(['a', 'c', 'd']);
    expect(Math.max(...held)).toBe(30);
  });

  it('are refused where one alone is too large, by its artefact or once it is in memory', async () => {
    let loads = 0;
    const { cache, outcomes } = cacheOf(() => {
      loads += 1;
      return Promise.resolve(modelOf(31));
    });
    await expect(cache.load(artefact('a', 31))).rejects.toThrow(ModelTooLarge);
    expect(loads).toBe(0);
    await expect(cache.load(artefact('b'))).rejects.toThrow(ModelTooLarge);
    expect(outcomes).toEqual(['too large', 'too large']);
    expect(cache.get(artefact('b'))).toBeNull();
  });

  it('are tried anew after a failure, and so many at a time as are allowed', async () => {
    const begun: string[] = [];
    const ends = new Map<string, { done: () => void; fail: (error: Error) => void }>();
    const { cache, outcomes } = cacheOf(({ path: of }) => {
      begun.push(of);
      return new Promise((resolve, reject) => ends.set(of, { done: () => resolve(modelOf(10)), fail: reject }));
    });
    const loads = ['a', 'b', 'c'].map((letter) => cache.load(artefact(letter)));
    await new Promise(setImmediate);
    expect(begun).toEqual(['a', 'b']);
    ends.get('a')!.fail(new Error('no'));
    await expect(loads[0]).rejects.toThrow('no');
    await new Promise(setImmediate);
    expect(begun).toEqual(['a', 'b', 'c']);
    ends.get('b')!.done();
    ends.get('c')!.done();
    await Promise.all(loads.slice(1));
    const again = cache.load(artefact('a'));
    await new Promise(setImmediate);
    ends.get('a')!.done();
    await again;
    expect(outcomes).toEqual(['failed', 'loaded', 'loaded', 'loaded']);
  });

  /** Loads that end when the test says so. */
  function gated(maxBytes: number, atOnce = 2) {
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const held: number[] = [];
    const cache = createModelCache({
      copies,
      maxBytes,
      atOnce,
      onHeld: ({ bytes }) => held.push(bytes),
      loadFile: ({ path: of, sha256 }) => {
        begun.push(of);
        return new Promise((resolve) => ends.set(of, () => resolve(modelOf(sizes.get(sha256)!))));
      },
    });
    const sizes = new Map<string, number>();
    const load = (letter: string, bytes = 10) => {
      const one = artefact(letter, bytes);
      sizes.set(one.sha256, bytes);
      return cache.load(one);
    };
    const end = async (letter: string) => {
      ends.get(letter)!();
      await new Promise(setImmediate);
    };
    return { cache, begun, held, load, end };
  }

  it('stay where many loads only wait for their turn', async () => {
    const { cache, begun, load, end } = gated(100);
    for (const letter of ['a', 'b', 'c']) {
      const loaded = load(letter);
      await new Promise(setImmediate);
      await end(letter);
      await loaded;
    }
    const cold = ['d', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm'].map((letter) => load(letter));
    await new Promise(setImmediate);
    expect(begun.slice(3)).toEqual(['d', 'e']);
    expect(['a', 'b', 'c'].every((letter) => cache.get(artefact(letter)) !== null)).toBe(true);
    for (const letter of ['d', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm']) await end(letter);
    await Promise.all(cold);
  });

  it('that do not fit together are loaded one after the other, in the order in which they were asked for', async () => {
    const { cache, begun, held, load, end } = gated(100, 3);
    const loads = [load('a', 90), load('b', 90), load('c', 10)];
    await new Promise(setImmediate);
    expect(begun).toEqual(['a']);
    await end('a');
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(cache.get(artefact('a'))).toBeNull();
    await end('b');
    await end('c');
    await Promise.all(loads);
    expect(Math.max(...held)).toBe(100);
  });

  it('go once nobody has asked for them for an hour', async () => {
    let nowMs = 0;
    const held: number[] = [];
    const cache = createModelCache({
      copies,
      loadFile: tens,
      maxBytes: 30,
      onHeld: ({ models }) => held.push(models),
      nowMs: () => nowMs,
    });
    await cache.load(artefact('a'));
    await cache.load(artefact('b'));
    nowMs = 3_599_999;
    cache.evictUnused();
    expect(cache.get(artefact('a'))).not.toBeNull();
    nowMs = 3_600_000;
    cache.evictUnused();
    expect(held.at(-1)).toBe(1);
    expect([cache.get(artefact('a')) !== null, cache.get(artefact('b'))]).toEqual([true, null]);
  });

  it('of a copy that is damaged are read from another one, once', async () => {
    let loads = 0;
    const good = cacheOf(() => ((loads += 1) === 1 ? Promise.reject(new CopyDamaged('x')) : tens({ path: '', sha256: '' }, new AbortController().signal))); // prettier-ignore
    await good.cache.load(artefact('a'));
    expect([loads, good.outcomes]).toEqual([2, ['loaded']]);
    const bad = cacheOf(() => Promise.reject(new CopyDamaged('x')));
    await expect(bad.cache.load(artefact('a'))).rejects.toThrow(ModelDamaged);
    expect(bad.outcomes).toEqual(['damaged']);
  });
});

describe('copies on the disk', () => {
  let folder: string;
  const { signal } = new AbortController();
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'palate-copies-')), 'models');
  });
  afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

  function copiesOf(maxBytes = 30) {
    const fetched: string[] = [];
    const objects = {
      get: (key: string) => {
        fetched.push(key);
        if (key === 'x') return Promise.reject(new ObjectMissing(key));
        return Promise.resolve({ stream: Readable.from([Buffer.alloc(10)]), bytes: 10, contentType: '' });
      },
    };
    return { copies: createModelCopies({ folder, maxBytes, objects }), fetched };
  }
  const usedAgo = async (letter: string, ms: number) => {
    const at = new Date(Date.now() - ms);
    await utimes(path.join(folder, letter.repeat(64)), at, at);
  };
  const there = async () => (await readdir(folder)).map((name) => name[0]).sort();

  it('are fetched once, and outlive the process', async () => {
    const { copies, fetched } = copiesOf();
    const copy = await copies.fetch(artefact('a'), signal);
    expect((await stat(copy)).size).toBe(10);
    expect(await copiesOf().copies.fetch(artefact('a'), signal)).toBe(copy);
    await copies.fetch(artefact('a'), signal);
    expect(fetched).toEqual(['a']);
    await copies.discard(artefact('a'));
    await copies.fetch(artefact('a'), signal);
    expect(fetched).toEqual(['a', 'a']);
  });

  it('of another size are fetched anew', async () => {
    const { copies, fetched } = copiesOf();
    const copy = await copies.fetch(artefact('a'), signal);
    await writeFile(copy, 'short');
    await copies.fetch(artefact('a'), signal);
    expect([fetched, (await stat(copy)).size]).toEqual([['a', 'a'], 10]);
  });

  it('go where there are too many bytes, those first that were used least recently', async () => {
    const { copies } = copiesOf();
    for (const letter of ['a', 'b', 'c']) await copies.fetch(artefact(letter), signal);
    await usedAgo('a', 3_000);
    await usedAgo('b', 2_000);
    await usedAgo('c', 1_000);
    await copies.fetch(artefact('a'), signal);
    await copies.fetch(artefact('d'), signal);
    expect(await there()).toEqual(['a', 'c', 'd']);
  });

  it('keep the one that was fetched last, also while others are used and the folder is tidied', async () => {
    const { copies } = copiesOf(5);
    await copies.fetch(artefact('a'), signal);
    await usedAgo('a', 3_000);
    await copies.tidy();
    expect(await there()).toEqual(['a']);
    await copies.fetch(artefact('b'), signal);
    expect(await there()).toEqual(['b']);
  });

  it('that nobody has used for a day go, and so does what a process left half written', async () => {
    const { copies } = copiesOf();
    await copies.tidy();
    for (const letter of ['a', 'b']) await copies.fetch(artefact(letter), signal);
    await writeFile(path.join(folder, 'half'), 'x');
    const old = new Date(Date.now() - 2 * 3_600_000);
    await utimes(path.join(folder, 'half'), old, old);
    await usedAgo('a', 25 * 3_600_000);
    await usedAgo('b', 23 * 3_600_000);
    await copies.tidy();
    expect(await there()).toEqual(['b']);
  });

  it('of an object that is not there are none, and nothing is left behind', async () => {
    const { copies } = copiesOf();
    await expect(copies.fetch(artefact('x'), signal)).rejects.toThrow(ModelDamaged);
    expect(await there()).toEqual([]);
  });
});
