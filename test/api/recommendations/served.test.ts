import { createServedModels } from '../../../src/api/recommendations/served';
import { createServingStates, freshMs, type HeldState } from '../../../src/api/recommendations/states';
import { dictionaryBuilder } from '../../../src/ml/recommend/artefact/dictionary';
import { placeAfter } from '../../../src/api/recommendations/lists';
import type { ServingState } from '../../../src/model/serving';
import type { StoredArtefact } from '../../../src/model/training';
import { ModelDamaged, type LoadedModel } from '../../../src/services/models';

const artefact = (version: number): StoredArtefact => ({ key: `k${version}`, bytes: 1, sha256: `s${version}` });
const stateOf = (...versions: number[]): HeldState => ({
  projectId: 1,
  ownerId: 'ann',
  modelType: 'collaborative',
  state: 'ready',
  message: null,
  versions: versions.map((version) => ({ version, artefact: artefact(version) })),
  removedUsersSalt: 'salt',
  removals: 0,
  removedUsers: null,
  removed: new Set(),
});

describe('what is served of a project', () => {
  const row = (versions: number[], removals = 0, removedUsers: string[] | null = []): ServingState => {
    const { removed: _, ...state } = stateOf(...versions);
    return { ...state, removals, removedUsers };
  };

  it('is read once for all who ask at a time, and again once it is too old', async () => {
    let [nowMs, reads] = [0, 0];
    const states = createServingStates(
      () => Promise.resolve(row([(reads += 1)])),
      () => nowMs,
    );
    await Promise.all(Array.from({ length: 20 }, () => states.current(1)));
    nowMs = freshMs - 1;
    expect((await states.current(1))?.versions[0]?.version).toBe(1);
    expect(reads).toBe(1);
    nowMs = freshMs;
    const found = await Promise.all(Array.from({ length: 20 }, () => states.current(1)));
    expect([new Set(found).size, found[0]?.versions[0]?.version, reads]).toEqual([1, 2, 2]);
  });

  it('keeps the list of removed users until it has changed', async () => {
    const known: (number | null)[] = [];
    const answers = [row([1], 1, ['x']), row([1], 1, null), row([1], 2, ['x', 'y'])];
    let nowMs = 0;
    const states = createServingStates(
      (_, removals) => {
        known.push(removals);
        return Promise.resolve(answers[known.length - 1]!);
      },
      () => (nowMs += freshMs),
    );
    const lists: string[][] = [];
    for (const _ of answers) lists.push([...(await states.current(1))!.removed]);
    expect(lists).toEqual([['x'], ['x'], ['x', 'y']]);
    expect(known).toEqual([null, 1, 1]);
  });

  it('is looked for again where it was not there, and after a failure', async () => {
    const answers = [Promise.resolve(null), Promise.reject(new Error('away')), Promise.resolve(row([1]))];
    let reads = 0;
    const states = createServingStates(
      () => answers[(reads += 1) - 1]!,
      () => 0,
    );
    expect(await states.current(1)).toBeNull();
    await expect(states.current(1)).rejects.toThrow('away');
    expect((await states.current(1))?.ownerId).toBe('ann');
  });
});

describe('the version that answers', () => {
  function open() {
    const held = new Map<string, LoadedModel>();
    const faults = new Map<string, Error>();
    const gates = new Map<string, Promise<void>>();
    const told: number[] = [];
    const time = { nowMs: 0, loads: 0 };
    const models = createServedModels({
      cache: {
        get: ({ sha256 }) => held.get(sha256) ?? null,
        async load({ sha256 }) {
          time.loads += 1;
          await gates.get(sha256);
          const fault = faults.get(sha256);
          if (fault) throw fault;
          const model = { recommender: { of: sha256 }, bytes: 1 } as never;
          held.set(sha256, model);
          return model;
        },
      },
      onFault: ({ version }) => told.push(version),
      nowMs: () => time.nowMs,
    });
    const versionOf = async (...versions: number[]) => (await models.of(stateOf(...versions))).version;
    return { models, held, faults, gates, told, time, versionOf };
  }

  it('is the served one, and the one before it for as long as that takes to load', async () => {
    const { versionOf, gates, held } = open();
    expect(await versionOf(1)).toBe(1);
    let loaded: () => void = () => undefined;
    gates.set('s2', new Promise((resolve) => (loaded = resolve)));
    expect(await versionOf(2, 1)).toBe(1);
    expect(await versionOf(2, 1)).toBe(1);
    loaded();
    await new Promise(setImmediate);
    expect(held.has('s2')).toBe(true);
    expect(await versionOf(2, 1)).toBe(2);
  });

  it('is never one that was rolled back from', async () => {
    const { versionOf } = open();
    expect(await versionOf(2, 1)).toBe(2);
    expect(await versionOf(1)).toBe(1);
  });

  it('is the one before it where it is damaged: with a note, told once, and tried again after a while', async () => {
    const { models, faults, told, time } = open();
    faults.set('s3', new ModelDamaged('flipped'));
    const all = await Promise.all([1, 2, 3].map(() => models.of(stateOf(3, 2, 1))));
    expect(all.map(({ version }) => version)).toEqual([2, 2, 2]);
    expect(all[0]!.notes).toEqual([
      'The file of version 3 is damaged, so version 2 is served in its place. Train the project again to replace it.',
    ]);
    const { loads } = time;
    expect((await models.of(stateOf(3, 2, 1))).notes).toEqual(all[0]!.notes);
    expect([time.loads, told]).toEqual([loads, [3]]);
    faults.clear();
    time.nowMs = 61_000;
    expect((await models.of(stateOf(3, 2, 1))).version).toBe(2);
    await new Promise(setImmediate);
    expect(await models.of(stateOf(3, 2, 1))).toMatchObject({ version: 3, notes: [] });
  });

  it('is tried again soon where its store was away, and without another one the failure is told', async () => {
    const { models, faults, time } = open();
    const away = new Error('away');
    faults.set('s1', away);
    await expect(models.of(stateOf(1))).rejects.toBe(away);
    faults.clear();
    await expect(models.of(stateOf(1))).rejects.toBe(away);
    time.nowMs = 2_001;
    expect((await models.of(stateOf(1))).version).toBe(1);
  });
});

it('a page begins after the last id of the page before, also where that id is gone', () => {
  const builder = dictionaryBuilder();
  for (const id of ['b', 'd', 'é', 'f', '10', '9']) builder.add(id);
  const ids = builder.finish().dictionary;
  expect(Array.from({ length: 6 }, (_, at) => ids.idAt(at))).toEqual(['10', '9', 'b', 'd', 'f', 'é']);
  expect([null, '10', '1', 'b', 'c', 'f', 'é', 'ê'].map((id) => placeAfter(ids, id))).toEqual([0, 1, 0, 3, 3, 5, 6, 6]);
});
